/** A hotspot in words: who and how many, about what, how many times as many, and the doubt. */
import {element} from 'mapdialog/lib/dom.js';
import {fill, numberFormat} from 'mapdialog/lib/config.js';

/** Its words for a popup; the sentences are the server's, the same as in the list. */
export function hotspotWords({properties}, {texts, language}) {
    const {rank, name, people, themes, comparison} = properties;
    return {
        head: [
            element('p', {class: 'comment__about', text: `${fill(texts.hotspot, {rank})}. ${texts.unfiltered}`}),
            element('p', {}, element('strong', {text: name})),
            element('p', {text: people}),
        ],
        list: [element('p', {text: themes.map(theme => `${theme.name} ${numberFormat(language).format(theme.n)}`).join(' · ')})],
        foot: comparison.map(text => element('p', {class: 'comment__about', text})),
    };
}
