/** Composing committees: the map, the list and the sums say the same; nothing is sent before the form is. */
import {dateFormat, fill, numberFormat, readConfig} from 'mapdialog/lib/config.js';
import {announce} from 'mapdialog/lib/dom.js';
import {createUnitMap} from 'mapdialog/planner/layers/compose_map.js';
import {createComposition} from 'mapdialog/planner/layers/compose_state.js';

const config = readConfig();
const {texts, language} = config;
const form = document.getElementById('composer');
const lines = new Map([...document.querySelectorAll('#lines > li')].map(node => [Number(node.dataset.number), node]));
const rows = new Map([...document.querySelectorAll('#units tbody tr')].map(node => [node.dataset.unit, node]));
const status = document.getElementById('status');
const undo = document.getElementById('undo');
const redo = document.getElementById('redo');
const number = numberFormat(language, {maximumFractionDigits: 0});
const formatted = value => (value === null ? texts.unknown : number.format(value));
const picker = row => row.querySelector('select');
const composition = createComposition({
    people: config.people,
    assigned: Object.fromEntries([...rows].map(([unit, row]) => [unit, Number(picker(row).value)])),
});
let map = null;

const current = () => Number(form.elements.current.value);
const typed = (n, what) => form.elements[`${what}-${n}`].value.trim();
const nameOf = n => typed(n, 'name') || typed(n, 'code') || fill(texts.committee, {number: n});
const unitName = unit => rows.get(unit).querySelector('th').firstChild.textContent.trim();
const colourOf = n => lines.get(n).querySelector('[data-colour]').dataset.colour;

function sumOf(n) {
    const {units, people, young, hectares} = composition.sum(n);
    const text = config.youngAges ? texts.sum : texts.sumWithout;
    return fill(text, {
        units: formatted(units), people: formatted(people), young: formatted(young), hectares: formatted(hectares), ages: config.youngAges,
    });
}

function show() {
    for (const [n, node] of lines) {
        const {units, groups} = composition.sum(n);
        node.querySelector('[data-sum]').textContent = units ? sumOf(n) : '';
        const warning = node.querySelector('[data-warning]');
        warning.hidden = groups < 2;
        warning.textContent = groups < 2 ? '' : fill(texts.apart, {n: groups});
    }
    for (const [unit, row] of rows) {
        const committee = composition.of(unit);
        picker(row).value = committee || '';
        row.querySelector('[data-tick]').checked = committee === current();
    }
    const left = composition.left();
    document.getElementById('left').textContent = left ? fill(texts.left, {n: formatted(left), all: formatted(composition.size())}) : texts.all;
    undo.disabled = !composition.canUndo();
    redo.disabled = !composition.canRedo();
    map?.paint();
}

function put(unit, n) {
    composition.assign(unit, n);
    show();
    announce(status, n ? fill(texts.put, {unit: unitName(unit), committee: nameOf(n), sum: sumOf(n)}) : fill(texts.taken, {unit: unitName(unit)}));
    keep();
}

/** A click takes a unit into the current committee, and out of it again. */
const toggle = unit => put(unit, composition.of(unit) === current() ? 0 : current());

function back(step, text) {
    const unit = step();
    if (unit === null) return;
    show();
    announce(status, `${text} ${unitName(unit)}`);
    keep();
}

/** Every field of lines and units: what the server gets as one text, and what this browser keeps. */
function sheet() {
    const fields = {};
    for (const n of lines.keys()) for (const what of ['code', 'name']) fields[`${what}-${n}`] = typed(n, what);
    for (const [unit, n] of Object.entries(composition.assigned())) fields[`unit-${unit}`] = String(n);
    return fields;
}

function keep() {
    try {
        localStorage.setItem(config.key, JSON.stringify({at: new Date().toISOString(), sheet: sheet()}));
    } catch {
        // A browser that keeps nothing: the form still works.
    }
}

function offerDraft() {
    let draft = null;
    try {
        draft = JSON.parse(localStorage.getItem(config.key));
    } catch {
        return;
    }
    if (!draft?.sheet || config.hasBegun) return;
    const node = document.getElementById('kept');
    const time = dateFormat(language, {dateStyle: 'medium', timeStyle: 'short'}).format(new Date(draft.at));
    node.firstElementChild.textContent = fill(texts.kept, {time});
    node.hidden = false;
    document.getElementById('kept-take').addEventListener('click', () => {
        take(draft.sheet);
        node.hidden = true;
        form.elements.current[0].focus();
    });
    document.getElementById('kept-forget').addEventListener('click', () => {
        localStorage.removeItem(config.key);
        node.hidden = true;
        form.elements.current[0].focus();
    });
}

function take(fields) {
    const assigned = {};
    for (const [key, value] of Object.entries(fields)) {
        if (key.startsWith('unit-') && lines.has(Number(value))) assigned[key.slice('unit-'.length)] = Number(value);
        else if (form.elements[key] && /^(code|name)-\d+$/.test(key)) form.elements[key].value = value;
    }
    composition.replace(assigned);
    rename();
    show();
}

/** The lists call the committees what they are called now. */
function rename() {
    for (const row of rows.values()) {
        for (const option of picker(row).options) {
            if (option.value) option.textContent = [option.value, typed(option.value, 'code'), typed(option.value, 'name')].filter(Boolean).join(' ');
        }
    }
}

for (const node of lines.values()) {
    const colour = node.querySelector('[data-colour]');
    colour.style.backgroundColor = colour.dataset.colour;
}
for (const [unit, row] of rows) {
    picker(row).addEventListener('change', () => put(unit, Number(picker(row).value)));
    row.querySelector('[data-tick]').addEventListener('change', () => toggle(unit));
    row.addEventListener('focusin', () => map?.highlight(unit));
}
document.getElementById('units').addEventListener('focusout', () => map?.highlight(null));
document.getElementById('lines').addEventListener('change', event => {
    if (event.target.name !== 'current') {
        rename();
        keep();
    }
    show();
});
undo.addEventListener('click', () => back(composition.undo, texts.undone));
redo.addEventListener('click', () => back(composition.redo, texts.redone));
document.addEventListener('keydown', event => {
    const isWriting = event.target.matches('input:not([type=checkbox]):not([type=radio]), textarea');
    if (isWriting || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    (event.shiftKey ? redo : undo).click();
});
form.addEventListener('formdata', ({formData}) => {
    for (const key of [...formData.keys()]) if (/^(code|name|unit)-/.test(key) || key === 'current') formData.delete(key);
    formData.set('sheet', JSON.stringify(sheet()));
});

show();
offerDraft();
const mapNode = document.getElementById('map');
try {
    map = await createUnitMap(mapNode, {
        ...config,
        look: unit => {
            const committee = composition.of(unit);
            return committee ? {colour: colourOf(committee), label: typed(committee, 'code') || String(committee)} : null;
        },
        onUnit: toggle,
    });
    composition.setPairs(map.pairs);
    show();
} catch (error) {
    console.warn(error);
    announce(status, texts.failed);
}
mapNode.dataset.ready = '';
