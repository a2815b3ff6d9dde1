/** The legend: a picture, the code and the words for each style; with switches when a layer's parts can be hidden. */
import {element} from 'mapdialog/lib/dom.js';
import {swatch} from 'mapdialog/map/patterns.js';
import {styleFor} from 'mapdialog/map/vector_tiles.js';

/** Entries for the codes that are there, in the table's order; `counts` maps a code to a number, `language` picks among labels. */
export function legendEntries(table, codes, {counts = {}, language = 'en'} = {}) {
    const order = Object.keys(table);
    const place = code => (order.includes(code) ? order.indexOf(code) : order.length);
    return [...new Set(codes)]
        .sort((a, b) => place(a) - place(b) || String(a).localeCompare(String(b)))
        .map(code => ({code, style: styleFor(table, code), label: labelOf(table, code, language), count: counts[code]}));
}

/** The words for a code in a language, or in the nearest one the list has; the code itself when there are none. */
export function labelOf(table, code, language) {
    const {label} = styleFor(table, code);
    if (typeof label === 'string') return label;
    const found = [language, 'nb', 'sv', 'da', 'en'].find(choice => label?.[choice]);
    return found ? label[found] : String(code);
}

/** Fills `node` with a list. With `onToggle(code, on)` each line has a checkbox, on unless the entry says `on: false`. */
export function renderLegend(node, entries, {onToggle = null} = {}) {
    node.replaceChildren(element('ul', {class: 'legend'}, entries.map(entry => element('li', {class: 'legend__line'}, line(entry, onToggle)))));
}

function line({code, label, style, count, on = true}, onToggle) {
    const words = [
        swatch(style),
        element('span', {class: 'legend__label'}, label, ' ', label === String(code) ? null : element('span', {class: 'legend__code', text: code})),
        count === undefined ? null : element('span', {class: 'legend__count', text: String(count)}),
    ];
    if (!onToggle) return words;
    const box = element('input', {type: 'checkbox', class: 'ds-input', checked: on, on: {change: event => onToggle(code, event.target.checked)}});
    return element('label', {class: 'legend__switch'}, box, words);
}
