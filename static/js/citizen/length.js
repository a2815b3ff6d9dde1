/** How long a text may be: nothing that is typed or pasted is cut, and what is too much is said before it is sent. */
import {element} from 'mapdialog/lib/dom.js';
import {fill, numberOnPage} from 'mapdialog/lib/config.js';

// From here on it is worth knowing how much room is left.
const NEAR = 0.9;
const PAUSE_MS = 500;

/** Characters as the server counts them, not the halves of an emoji. */
export function lengthOf(text) { return [...text.replaceAll('\r\n', '\n').normalize('NFC').trim()].length; }

/** What is to be said of a field's length (`data-most`): '' while there is room. */
export function lengthNote({value, dataset}, texts, {near = NEAR} = {}) {
    const [n, most] = [lengthOf(value), Number(dataset.most)];
    const values = {n: numberOnPage(n), most: numberOnPage(most)};
    if (n > most) return fill(texts.tooLong, values);
    return n > near * most ? fill(texts.nearLimit, values) : '';
}

/** Fields that are too long, each with what to say. */
export function tooLong(form, texts) {
    return [...form.querySelectorAll('[data-most]')].map(field => ({field, message: lengthNote(field, texts, {near: 1})})).filter(({message}) => message);
}

/** Says under each field, after a pause in typing, when it gets full. */
export function watchLengths(form, texts) {
    for (const field of form.querySelectorAll('[data-most]')) {
        const node = element('p', {class: 'field__note', role: 'status'});
        let timer = null;
        field.after(node);
        field.addEventListener('input', () => {
            clearTimeout(timer);
            timer = setTimeout(() => { node.textContent = lengthNote(field, texts); }, PAUSE_MS);
        });
    }
}
