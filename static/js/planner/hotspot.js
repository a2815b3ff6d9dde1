/** A hotspot in words: how many, by whom, about what, and how sure. */
import {element} from 'mapdialog/lib/dom.js';
import {fill} from 'mapdialog/lib/config.js';

const LEAST_SHOWN = 0.001;

/** Nodes for the popup: the number, the people, the themes, and the statistic with its doubt. */
export function hotspotWords({properties}, {texts, language}) {
    const {rank, name, n, nContributors, nUnknown, themes, statistics} = properties;
    return [
        element('p', {class: 'comment__about', text: fill(texts.hotspot, {rank})}),
        element('p', {}, element('strong', {text: `${name} · ${n}`})),
        element('p', {text: fill(texts.contributors, {known: nContributors, unknown: nUnknown})}),
        element('p', {text: themes.map(theme => `${theme.name} ${theme.n}`).join(' · ')}),
        ...chance(statistics, {n, texts, language}),
    ];
}

function chance({in_disc: inDisc, expected, ratio, q}, {n, texts, language}) {
    if (ratio === null || ratio === undefined) return [element('p', {class: 'comment__about', text: texts.unknownChance})];
    const short = new Intl.NumberFormat(language, {maximumFractionDigits: 1});
    const small = new Intl.NumberFormat(language, {maximumSignificantDigits: 2});
    const likely = q < LEAST_SHOWN ? fill(texts.below, {q: small.format(LEAST_SHOWN)}) : small.format(q);
    return [
        element('p', {text: fill(texts.ratio, {inDisc, expected: short.format(expected), ratio: short.format(ratio)})}),
        element('p', {class: 'comment__about', text: fill(texts.chance, {q: likely, n})}),
        element('p', {class: 'comment__about', text: texts.doubt}),
    ];
}
