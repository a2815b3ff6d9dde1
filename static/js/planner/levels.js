/** Vertical levels of a plan lie over one another: one is shown at a time, and a choice says which. */
import {element} from 'mapdialog/lib/dom.js';

/** Fills the fieldset `node` with a choice of `levels` ([[number, words], …]); hidden where there is only one. `onPick(number)`. */
export function renderLevels(node, {levels, level, text, onPick}) {
    node.hidden = levels.length === 0;
    node.replaceChildren(element('legend', {text}),
        ...levels.map(([value, words]) => choice({name: 'level', value, words, checked: value === level, act: () => onPick(value)})));
}

export function choice({name, value, words, checked, act}) {
    return element('label', {class: 'check'},
        element('input', {type: 'radio', class: 'ds-input', name, value, checked, on: {change: act}}), element('span', {text: words}));
}
