/** The legend: a picture, the code and the words for each style; with switches when a layer's parts can be hidden. */
import {numberOnPage} from 'mapdialog/lib/config.js';
import {element} from 'mapdialog/lib/dom.js';
import {swatch} from 'mapdialog/map/swatch.js';
import {styleFor} from 'mapdialog/map/vector_tiles.js';

/** Entries for the keys that are there, in the table's order; `counts` maps a key to a number, `language` picks among labels. */
export function legendEntries(table, keys, {counts = {}, language = 'en'} = {}) {
    const order = Object.keys(table);
    const rank = key => (order.includes(key) ? order.indexOf(key) : order.length);
    // An object puts whole numbers first, in order, wherever they were written: 1110:2 belongs behind 1110 all the same.
    const number = key => (/^\d+$/.test(codeOf(key)) ? Number(codeOf(key)) : Infinity);
    const compare = (a, b) => (number(a) === number(b) ? rank(a) - rank(b) : number(a) - number(b));
    return [...new Set(keys)]
        .sort((a, b) => compare(a, b) || String(a).localeCompare(String(b)))
        .map(key => ({code: codeOf(key), key, style: styleFor(table, key), label: labelOf(table, key, language), count: counts[key]}));
}

/** The keys of a style table that occur on a vertical level; `first` is the level of those that name none. */
export function keysOn(table, level, first) {
    return Object.keys(table).filter(key => (table[key].levels ?? [first]).includes(level));
}

/** A key is the code, for a planned use with the status behind (1110:2). */
function codeOf(key) {
    return String(key).replace(/:\d$/, '');
}

/** The words for a code in a language, or in the nearest one the list has; the code itself when there are none. */
export function labelOf(table, code, language) {
    const {label} = styleFor(table, code);
    if (typeof label === 'string') return label;
    const known = [language, 'nb', 'sv', 'da', 'en'].find(choice => label?.[choice]);
    return known ? label[known] : String(code);
}

/**
 * Fills `node` with a list; where styles name their group, with one that opens for each group, the sum of its counts beside the name. With
 * `onToggle(key, on)` each line has a checkbox, on unless the entry says `on: false`.
 */
export function renderLegend(node, entries, {onToggle = null} = {}) {
    const groups = grouped(entries);
    if (groups.size < 2) return node.replaceChildren(list(entries, onToggle));
    return node.replaceChildren(...[...groups].map(([name, members]) => (name ? part(name, members, onToggle) : list(members, onToggle))));
}

function grouped(entries) {
    const groups = new Map();
    for (const entry of entries) groups.set(entry.style.group, [...(groups.get(entry.style.group) ?? []), entry]);
    return groups;
}

function part(name, entries, onToggle) {
    const counted = entries.some(({count}) => count !== undefined);
    const sum = entries.reduce((all, {count = 0}) => all + count, 0);
    return element('details', {class: 'legend__group', open: true},
        element('summary', {}, name, ' ', element('span', {class: 'legend__count', text: counted ? `${entries.length} · ${numberOnPage(sum)}` : String(entries.length)})),
        list(entries, onToggle));
}

function list(entries, onToggle) {
    return element('ul', {class: 'legend'}, entries.map(entry => element('li', {class: 'legend__line'}, line(entry, onToggle))));
}

function line({code, key = code, label, style, count, on = true}, onToggle) {
    const words = [
        swatch(style),
        element('span', {class: 'legend__label'}, label, ' ', label === String(code) ? null : element('span', {class: 'legend__code', text: code})),
        count === undefined ? null : element('span', {class: 'legend__count', text: numberOnPage(count)}),
    ];
    if (!onToggle) return words;
    const box = element('input', {type: 'checkbox', class: 'ds-input', checked: on, on: {change: event => onToggle(key, event.target.checked)}});
    return element('label', {class: 'legend__switch'}, box, words);
}
