/** "Your comments on this phone": what this device has sent, and what it has not sent yet, with why. */
import {element} from 'mapdialog/lib/dom.js';
import {dateFormat, fill} from 'mapdialog/lib/config.js';

const EXCERPT = 120;

/** Why something has not been sent yet, in words; '' before the first try. */
export function whyNot(item, texts) {
    if (item.state === 'refused') return fill(texts.refused, {reason: item.problem?.detail ?? String(item.status)});
    if (!item.attempts) return '';
    return item.status === null ? texts.whyNetwork : texts.whyBusy;
}

/** What somebody wrote, of an item of the outbox. */
export function wordsOf(item) {
    const {text = '', place_words: words = ''} = JSON.parse(item.body).properties;
    return text || words;
}

/** Puts `text` on the clipboard, also on pages without TLS, where browsers know no `navigator.clipboard`. */
export async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = element('textarea', {readonly: true, class: 'ds-sr-only'});
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
    return undefined;
}

export function copyButton(words, texts) {
    const button = element('button', {type: 'button', class: 'ds-button', 'data-variant': 'tertiary', on: {click: async () => {
        await copy(words()).then(() => { button.textContent = texts.copied; }, () => {});
    }}}, texts.copy);
    return button;
}

/** Draws the section `node` ({list}) from the outbox's items and receipts, newest first; hides it when there is nothing. */
export function drawMine(node, {items, receipts, language, texts}) {
    const list = node.querySelector('ul');
    const date = ms => dateFormat(language, {dateStyle: 'long'}).format(ms);
    const title = about => (about?.title ? element('p', {class: 'mine__title', text: about.title}) : null);
    const words = text => (text ? element('p', {class: 'mine__text', dir: 'auto', text: text.slice(0, EXCERPT)}) : null);

    const unsent = items.map(item => element('li', {class: 'mine__item mine__item--unsent'},
        title(item.about), words(wordsOf(item)),
        element('p', {}, element('strong', {text: item.state === 'refused' ? texts.notReceived : texts.notSentYet}), ' ', whyNot(item, texts)),
        copyButton(() => wordsOf(item), texts)));
    const sent = [...receipts].sort((a, b) => b.sent_at - a.sent_at).map(({id, token, receipt, about, sent_at: at, erased}) =>
        element('li', {class: 'mine__item'},
            title(about), erased ? null : words(about?.text),
            element('p', {}, erased ? texts.isErased : fill(texts.sentOn, {date: date(at)}), ' ',
                element('a', {class: 'ds-link', href: erased ? receipt.status_url : `${receipt.status_url}#${id}.${token}`},
                    fill(texts.withCode, {code: receipt.code})))));
    list.replaceChildren(...unsent, ...sent);
    node.hidden = !list.childElementCount;
    // A page of before the withdrawal, shown again, does not say otherwise.
    for (const {receipt, erased} of receipts) if (erased) document.getElementById(`said-${receipt.code}`)?.remove();
}
