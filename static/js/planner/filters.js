/** The filter panel: ticked boxes, two days and the bars over time. Nothing ticked means everything. */
import {element} from 'mapdialog/lib/dom.js';
import {dateFormat, numberFormat} from 'mapdialog/lib/config.js';
import {createHistogram} from 'mapdialog/planner/histogram.js';
import {midnight, WITHOUT} from 'mapdialog/planner/selection.js';

/**
 * `choices`: {theme, area, state: [{value, label}]}. `onChange(selection, {goesOn})` after every change by the person; `goesOn` while a date
 * is being typed, which changes with each of its parts.
 * → {show(selection), count({theme, area, state}), times({all, chosen, span, selection}), words(selection)}
 */
export function createFilters(form, {choices, texts, language, timeZone, onChange}) {
    const boxes = {};
    for (const [name, list] of Object.entries(choices)) boxes[name] = fieldOf(form, name, list);
    const {from, to} = form.elements;
    const histogram = createHistogram(form.querySelector('#histogram'), {texts, language, timeZone, onChoose(days) {
        from.value = days.from;
        to.value = days.to;
        onChange(read());
    }});

    const chosen = name => [...boxes[name]].filter(([, line]) => line.box.checked).map(([value]) => value);
    const read = () => ({theme: chosen('theme'), area: chosen('area'), state: chosen('state'), from: from.value, to: to.value});

    let typed = null;
    form.addEventListener('focusin', () => { typed = null; });
    form.addEventListener('change', ({target}) => {
        const isDate = target === from || target === to;
        onChange(read(), {goesOn: isDate && typed === target});
        typed = target;
    });
    form.addEventListener('submit', event => event.preventDefault());

    return {
        show(selection) {
            for (const [name, lines] of Object.entries(boxes)) {
                for (const [value, {box}] of lines) box.checked = selection[name].includes(value);
            }
            from.value = selection.from;
            to.value = selection.to;
            form.querySelector('#area-chosen').textContent = selection.area.length ? `(${selection.area.length})` : '';
        },
        count(counts) {
            const number = numberFormat(language);
            for (const [name, lines] of Object.entries(boxes)) {
                for (const [value, {count}] of lines) count.textContent = number.format(counts[name]?.get(value) ?? 0);
            }
        },
        times({all, chosen: left, span, selection}) {
            const selected = selection.from || selection.to ? {
                from: selection.from ? midnight(selection.from, 0, timeZone) : span.from,
                to: selection.to ? midnight(selection.to, 1, timeZone) : span.to,
            } : null;
            histogram.draw(all, left, span, selected);
        },
        /** The selection in words: no number is read, or printed, without what it is of. */
        words(selection) {
            const lists = Object.entries(choices).filter(([name]) => selection[name].length)
                .map(([name, list]) => [name, list.filter(({value}) => selection[name].includes(value)).map(({label}) => label).join(', ')]);
            const days = ['from', 'to'].filter(name => selection[name])
                .map(name => [name, dateFormat(language, {dateStyle: 'long', timeZone: 'UTC'}).format(new Date(selection[name]))]);
            return [...lists, ...days].map(([name, words]) => `${texts.addressNames[name]}: ${words}`).join(' · ');
        },
        bins: histogram.bins,
    };
}

function fieldOf(form, name, list) {
    const lines = new Map();
    const node = form.querySelector(`#filter-${name} .checks`);
    for (const {value, label} of list) {
        const box = element('input', {type: 'checkbox', class: 'ds-input', name, value});
        const count = element('span', {class: 'check__count'});
        node.append(element('label', {class: 'check'}, box, element('span', {text: label, class: value === WITHOUT ? 'quiet' : null}), count));
        lines.set(value, {box, count});
    }
    return lines;
}
