/** "Your comments on this phone": what this device has sent, and what it has not sent yet, with why. */
import {announce, element} from 'mapdialog/lib/dom.js';
import {dateFormat, fill} from 'mapdialog/lib/config.js';

const EXCERPT = 120;
// The service's own ways to ask for patience; anything else below 500 that is no refusal did not come from it.
const TRY_LATER = [408, 425, 429];

/** Why something has not been sent yet, in words; '' before the first try. */
export function whyNot(item, texts) {
    if (item.state === 'refused') {
        const reason = item.status === 412 ? texts.changedMeanwhile : item.problem?.detail ?? String(item.status);
        return fill({PUT: texts.refused, PATCH: texts.changeRefused, DELETE: texts.eraseRefused}[item.method], {reason});
    }
    if (!item.attempts) return '';
    if (item.status === null) return texts.whyNetwork;
    return item.status < 500 && !TRY_LATER.includes(item.status) ? texts.whyElse : texts.whyBusy;
}

/** That something is not sent; '' where `whyNot` says it. */
export function unsentLabel({method, state}, texts) {
    const isRefused = state === 'refused';
    if (method === 'PUT') return isRefused ? texts.notReceived : texts.notSentYet;
    if (isRefused) return '';
    return method === 'DELETE' ? texts.eraseNotSent : texts.changeNotSent;
}

/** What somebody wrote, of an item of the outbox. */
export function wordsOf(item) {
    if (item.body === null) return item.about?.text ?? '';
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
    const copier = button(texts.copy, () => copy(words()).then(() => { copier.textContent = texts.copied; }, () => {}));
    return copier;
}

/** What had waited has been received: said, not only listed. */
export function tellReceived(item, receipt, texts) {
    const words = {PUT: () => fill(texts.receivedLate, {code: receipt.code}), PATCH: () => texts.saved, DELETE: () => texts.isErased};
    announce(document.getElementById('mine-state'), words[item.method]());
}

const button = (text, act) => element('button', {type: 'button', class: 'ds-button', 'data-variant': 'tertiary', on: {click: act}}, text);

/**
 * Draws the section `node` from the outbox's items and receipts, newest first; hides it when there is nothing.
 *
 * @param drafts what was begun and is written in no tab; onWrite(draft), onThrowAway(draft)
 * @param isHere(item) → whether it may be mended on this page, by onCorrect(item), onDiscard(item)
 */
export function drawMine(node, {items, receipts, drafts = [], language, texts, ...acts}) {
    const list = node.querySelector('ul');
    list.replaceChildren(
        ...drafts.map(draft => draftLine(draft, {texts, ...acts})),
        ...items.map(item => unsentLine(item, {texts, ...acts})),
        ...[...receipts].sort((a, b) => b.sent_at - a.sent_at).map(record => receivedLine(record, {texts, language})));
    node.hidden = !list.childElementCount;
    // A page of before the withdrawal, shown again, does not say otherwise.
    for (const {receipt, erased} of receipts) if (erased) document.getElementById(`comment-${receipt.code}`)?.remove();
}

const title = about => (about?.title ? element('p', {class: 'mine__title', text: about.title}) : null);
const excerpt = text => (text ? element('p', {class: 'mine__text', dir: 'auto', text: text.slice(0, EXCERPT)}) : null);
const link = (href, text) => element('a', {class: 'ds-link', href}, text);

function draftLine(draft, {texts, onWrite, onThrowAway}) {
    return element('li', {class: 'mine__item mine__item--unsent', dataset: {draft: draft.id}},
        element('p', {}, element('strong', {text: texts.notFinished})), excerpt(draft.values.text),
        button(texts.goOn, () => onWrite(draft)), button(texts.discard, () => onThrowAway(draft)));
}

function unsentLine(item, {texts, isHere, onCorrect, onDiscard}) {
    const isNew = item.method === 'PUT';
    return element('li', {class: 'mine__item mine__item--unsent'},
        title(item.about), excerpt(wordsOf(item)),
        element('p', {}, element('strong', {text: unsentLabel(item, texts)}), ' ', whyNot(item, texts)),
        item.method === 'DELETE' ? null : copyButton(() => wordsOf(item), texts),
        item.about?.href ? link(item.about.href, texts.open) : null,
        isNew && item.state === 'waiting' && isHere?.(item) ? [button(texts.correct, () => onCorrect(item)), button(texts.discard, () => onDiscard(item))] : null);
}

function receivedLine({id, token, receipt, about, sent_at: at, erased}, {texts, language}) {
    const date = dateFormat(language, {dateStyle: 'long'}).format(at);
    return element('li', {class: 'mine__item'},
        title(about), erased ? null : excerpt(about?.text),
        element('p', {}, erased ? texts.isErased : fill(texts.sentOn, {date}), ' ',
            link(erased ? receipt.status_url : `${receipt.status_url}#${id}.${token}`, fill(texts.withCode, {code: receipt.code}))));
}
