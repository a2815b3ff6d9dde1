/** The form of one contribution: from its fields to a GeoJSON Feature and back, and its errors, each at its field. */
import {element} from 'mapdialog/lib/dom.js';
import {tooLong} from 'mapdialog/citizen/length.js';
import {spelledToday} from 'mapdialog/lib/spelling.js';

const ANSWER = 'answer-';
const NUMBERS = new Set(['rating', 'feeling']);
const PLAIN = ['theme', 'text', 'alternative', 'age_band'];

/** What the kind asks for; the page says which. */
const detailsOf = form => form.dataset.details.split(' ').filter(Boolean);

const isWritten = (form, name) => name.startsWith(ANSWER) || PLAIN.includes(name) || detailsOf(form).includes(name);

/** Values by field name; several ticked boxes make a list. */
export function readFields(form) {
    const values = {};
    for (const name of new Set([...form.elements].map(field => field.name))) {
        if (!isWritten(form, name)) continue;
        const isMultiple = form.querySelector(`[name="${CSS.escape(name)}"][type=checkbox]`);
        const filled = new FormData(form).getAll(name).filter(Boolean);
        if (filled.length) values[name] = isMultiple ? filled : filled[0];
    }
    return values;
}

/** Puts values back, for a kept draft or a contribution to correct. */
export function writeFields(form, values) {
    for (const field of form.elements) {
        const value = values[field.name];
        if (!isWritten(form, field.name)) continue;
        if (field.type === 'radio' || field.type === 'checkbox') field.checked = [value].flat().includes(field.value);
        else field.value = value ?? '';
    }
}

/** spot: {lonLat or null, words, zoom, placed_by, accuracy_m}; the members that are empty are left out. */
export function toFeature(values, {spot, kind, language, contributor, written_at}) {
    const responses = Object.fromEntries(Object.entries(values)
        .filter(([name]) => name.startsWith(ANSWER))
        .map(([name, value]) => [name.slice(ANSWER.length), value]));
    const properties = {
        ...Object.fromEntries(Object.entries(values)
            .filter(([name]) => !name.startsWith(ANSWER))
            .map(([name, value]) => [name, NUMBERS.has(name) && value ? Number(value) : value])),
        text: values.text?.trim(),
        kind, language, contributor, written_at,
        responses: Object.keys(responses).length ? responses : null,
        placed_by: spot.placed_by,
        place_words: spot.words,
        zoom_at_placing: spot.zoom,
        accuracy_m: spot.accuracy_m,
    };
    const geometry = spot.lonLat && {type: 'Point', coordinates: spot.lonLat.map(degree => Number(degree.toFixed(7)))};
    const filled = Object.entries(properties).filter(([, value]) => value !== undefined && value !== null && value !== '');
    return {type: 'Feature', geometry, properties: Object.fromEntries(filled)};
}

/** The reverse of toFeature: {values, spot}. */
export function fromFeature({geometry, properties}) {
    const {responses = {}, placed_by, place_words, zoom_at_placing, accuracy_m, ...values} = spelledToday(properties);
    for (const [key, value] of Object.entries(responses)) values[ANSWER + key] = value;
    for (const name of NUMBERS) if (name in values) values[name] = String(values[name]);
    return {values, spot: {lonLat: geometry?.coordinates ?? null, words: place_words, zoom: zoom_at_placing, placed_by, accuracy_m}};
}

/** What is missing, as [{field, message}] with fields named as the API names them. */
export function missing(form, values, texts) {
    const problems = tooLong(form, texts).map(({field, message}) => ({field: apiName(field.name), message}));
    const has = name => form.querySelector(`[name="${CSS.escape(name)}"]`) !== null;
    if (has('theme') && !values.theme) problems.push({field: 'properties.theme', message: texts.needTheme});
    for (const name of ['code', 'rating']) {
        if (has(name) && !values[name]) problems.push({field: `properties.${name}`, message: texts.needAnswer});
    }
    const details = detailsOf(form);
    const isTold = values.text?.trim() || Object.keys(values).some(name => name.startsWith(ANSWER) || details.includes(name));
    if (!has('code') && !isTold) problems.push({field: 'properties.text', message: texts.needText});
    for (const box of form.querySelectorAll('[data-required]')) {
        const name = box.dataset.required;
        if (!values[name]) problems.push({field: apiName(name), message: texts.needAnswer});
    }
    return problems;
}

/** Shows problems [{field, message}] at their fields and in the summary, which takes the focus. An empty list clears all. */
export function showProblems(form, problems) {
    for (const node of form.querySelectorAll('.ds-validation-message')) node.textContent = '';
    for (const node of form.querySelectorAll('[aria-invalid]')) node.removeAttribute('aria-invalid');
    const summary = form.querySelector('#error-summary');
    summary.hidden = problems.length === 0;
    summary.querySelector('ul').replaceChildren(...problems.map(problem => {
        const {message, field} = problem;
        const control = mark(form, problem);
        const words = control ? element('a', {class: 'ds-link', href: `#${control.id}`, on: {click: event => go(event, control)}}, message) : message;
        return element('li', {dataset: {field: field ?? ''}}, words);
    }));
    if (problems.length) summary.focus();
}

function go(event, control) {
    event.preventDefault();
    control.closest('details')?.setAttribute('open', '');
    control.focus();
}

/** Writes the message beside its field and gives the control that mends it. */
function mark(form, {field, message}) {
    const name = fieldName(field ?? '');
    const note = form.querySelector(`#${CSS.escape(name)}-error`);
    if (note) note.textContent = message;
    const control = form.querySelector(name === 'spot' ? '#id_place_words' : `[name="${CSS.escape(name)}"]`);
    if (!control) return null;
    control.id ||= `id_${name}`;
    if (control.type !== 'radio' && control.type !== 'checkbox') control.setAttribute('aria-invalid', 'true');
    return control;
}

/** The reverse of fieldName. */
function apiName(name) {
    if (name === 'place_words') return 'spot';
    return name.startsWith(ANSWER) ? `properties.responses.${name.slice(ANSWER.length)}` : `properties.${name}`;
}

/** properties.text → text, properties.responses.x → answer-x, geometry.coordinates[0] → spot. */
function fieldName(field) {
    if (field.startsWith('geometry') || field === 'properties.place_words' || field === 'spot') return 'spot';
    return field.replace('properties.', '').replace(/^(responses|answers)\./, ANSWER);
}
