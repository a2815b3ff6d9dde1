/** A draft before it is saved: the map, and beside it what was found, what is in it, how it would look in other colours. */
import {announce, element} from 'mapdialog/lib/dom.js';
import {fill, readConfig} from 'mapdialog/lib/config.js';
import {pinCanvas} from 'mapdialog/map/shapes.js';
import {createEditionLegend} from 'mapdialog/planner/layers/edition_legend.js';
import {createEditionMap, inWords} from 'mapdialog/planner/layers/edition_map.js';
import {keepForm} from 'mapdialog/planner/layers/kept_form.js';
import {createFeatureList} from 'mapdialog/planner/layers/preview_list.js';

const config = readConfig();
const {texts} = config;
const mapNode = document.getElementById('map');
const state = document.getElementById('list-state');
const buttons = new Map([...document.querySelectorAll('[data-mark]')].map(button => [button.dataset.mark, button]));

const map = createEditionMap(mapNode, config, {here: document.getElementById('here')});
const legend = createEditionLegend(map, config, {legend: document.getElementById('legend'), levels: document.getElementById('levels')});
// What needs a look stands out from what was only put right.
const looks = {note: {radius: 4}, warning: {radius: 7, colour: '#c2255c'}, error: {radius: 8, colour: '#c2255c'}};
const marks = map.view.add(pinCanvas({pins: config.marks.map(finding => ({...finding, ...looks[finding.severity]})), onSelect: ({id}) => choose(id)}));
document.getElementById('show-marks')?.addEventListener('change', ({target}) => (target.checked ? map.view.add(marks) : map.view.remove(marks)));

/** On a phone the map may be out of sight when something in the list is pressed. */
function toMap() {
    const {top, bottom} = mapNode.getBoundingClientRect();
    if (top < 0 || bottom > window.innerHeight) mapNode.scrollIntoView({block: 'center'});
}

function mark(button) {
    for (const other of document.querySelectorAll('.draft-line[aria-current]')) other.removeAttribute('aria-current');
    button?.setAttribute('aria-current', 'true');
}

/** A finding was chosen on the map: its line in the list is shown. */
function choose(id) {
    const button = buttons.get(id);
    marks.highlight(id);
    mark(button);
    button.closest('details')?.setAttribute('open', '');
    button.scrollIntoView({block: 'nearest'});
    button.focus({preventScroll: true});
}

for (const [id, button] of buttons) {
    button.addEventListener('click', () => {
        const [lon, lat] = [Number(button.dataset.lon), Number(button.dataset.lat)];
        mark(button);
        marks.highlight(id);
        map.show([lon - 0.002, lat - 0.001, lon + 0.002, lat + 0.001]);
        announce(state, fill(texts.selected, {what: button.textContent}));
        toMap();
    });
}

createFeatureList({
    config, state,
    onChoose(feature, button) {
        mark(button);
        legend.pick(feature.level);
        map.highlight(feature.id);
        map.show(feature.box);
        announce(state, fill(texts.selected, {what: inWords(feature)}));
        toMap();
    },
});

document.getElementById('others').append(...config.others.map(other => element('label', {class: 'check'},
    element('input', {type: 'checkbox', class: 'ds-input', on: {change: event => map.lay(other, event.target.checked)}}), element('span', {text: other.name}))));
const opacity = document.getElementById('opacity');
opacity.addEventListener('input', () => map.edition.setOpacity(opacity.value / 100));

const saving = document.getElementById('save');
keepForm(saving, {key: `${window.location.pathname}${saving.elements.namedItem('reading').value}`});
const list = document.getElementById('id_style');
list?.addEventListener('change', recolour);
if (list?.value && list.value !== config.style) recolour();

async function recolour() {
    const styleList = list.value;
    const response = await fetch(`${config.colours}?list=${encodeURIComponent(styleList)}`);
    if (!response.ok || list.value !== styleList) return;
    map.colour(await response.json());
    legend.render();
}

// "Read differently" leads to a closed box otherwise.
function openTarget() {
    if (window.location.hash !== '#choices') return;
    const box = document.getElementById('differently');
    box.open = true;
    box.scrollIntoView({block: 'start'});
    box.querySelector('summary').focus({preventScroll: true});
}
window.addEventListener('hashchange', openTarget);
// Pressed a second time the address stays the same.
document.querySelector('a[href="#choices"]').addEventListener('click', () => setTimeout(openTarget));
openTarget();

// A double click sends one form; the server would save once all the same.
for (const form of document.querySelectorAll('form[data-once]')) {
    form.addEventListener('submit', event => {
        if (form.dataset.once === 'sent') event.preventDefault();
        form.dataset.once = 'sent';
    });
}
window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-once]')) form.dataset.once = '';
});
document.querySelector('.preview').dataset.ready = '';
