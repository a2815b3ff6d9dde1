/** Sending through the outbox, and the line that tells what has not been sent yet. */
import {announce, element} from 'mapdialog/lib/dom.js';
import {fill, plural} from 'mapdialog/lib/config.js';
import {noteUnsent} from 'mapdialog/citizen/kept.js';
import {createOutbox, listen, memoryStore, openStore} from 'mapdialog/lib/outbox.js';
import {ask} from 'mapdialog/lib/press.js';
import {drawMine, tellReceived, whyNot} from 'mapdialog/citizen/mine.js';
import {deviceKey} from 'mapdialog/lib/token.js';

/**
 * @param onSent(id, receipt), onRefused(item) also for what was waiting from before; onWaiting(item) after each try;
 *     onCorrect(item) when one that waits is to be mended; isWritten(id): it is in the form, which says itself what is wrong
 * @param drafts {idle() → drafts that no tab is writing, onWrite(draft), onThrowAway(draft)}, listed with what was sent
 * @returns Promise of {send(feature, {id, token}) → {state: 'sent' | 'kept' | 'refused', receipt?, problem?, id}}
 */
export async function createSending({slug, contributions, language, texts}, {node, mine, title, onSent, onRefused, onWaiting, onCorrect, isWritten, drafts}) {
    const store = await openStore().catch(() => null);
    const results = new Map();
    const outbox = createOutbox({
        store: store ?? memoryStore(),
        onSent(item, receipt) {
            results.set(item.id, {state: 'sent', receipt, id: item.id});
            // What is sent from the form just now is told there.
            if (!onSent(item.id, receipt)) tellReceived(item, receipt, texts);
        },
        onRefused(item) {
            results.set(item.id, {state: 'refused', problem: item.problem, id: item.id});
            onRefused(item);
        },
        onChange: summary => draw(summary),
    });
    const status = element('span', {role: 'status'});
    node.append(status);

    const isHere = item => item.method === 'PUT' && item.url.startsWith(`${contributions}/`);

    async function draw({waiting, refused, items}) {
        const toMend = items.filter(item => item.state === 'refused' && isHere(item) && !isWritten(item.id));
        // What is on its way from the form just now is not late.
        const waits = items.filter(item => item.state === 'waiting' && !isWritten(item.id));
        noteUnsent(waiting + refused);
        node.hidden = !waits.length && !toMend.length;
        const words = waits.length ? `${plural(texts.waiting, waits.length, language)}. ${whyNot(waits[0], texts)}`.trim() : '';
        if (status.textContent !== words) announce(status, words);
        node.replaceChildren(status, ...toMend.map(item => refusedLine(item)));
        for (const item of waits) onWaiting(item);
        const written = new Set(items.map(item => item.id));
        drawMine(mine, {
            items: items.filter(item => !isWritten(item.id)), receipts: await outbox.receipts(), language, texts,
            drafts: (await drafts.idle()).filter(draft => !isWritten(draft.id) && !written.has(draft.id)),
            onWrite: drafts.onWrite, onThrowAway: drafts.onThrowAway, isHere, onCorrect, onDiscard: discard});
    }

    function refusedLine(item) {
        const reason = item.problem?.detail ?? String(item.status);
        const button = (text, act) => element('button', {type: 'button', class: 'ds-button', 'data-variant': 'tertiary', on: {click: act}}, text);
        return element('div', {class: 'sending__refused'},
            element('p', {}, fill(texts.refused, {reason})),
            button(texts.correct, () => onCorrect(item)),
            button(texts.discard, () => discard(item)));
    }

    /** Sends what was written in one session, which stands for one contribution however often it is tried. */
    async function send(feature, {id, token}) {
        results.delete(id);
        if (await outbox.change(id, {body: feature}) === null) {
            await outbox.add({
                id, url: `${contributions}/${id}`, body: feature, token, about: {title, text: feature.properties.text ?? ''},
                headers: {'X-Device-Key': deviceKey(slug), 'Accept-Language': language}});
        }
        await outbox.flush({force: true});
        return results.get(id) ?? {state: 'kept', id, isOnDisk: store !== null};
    }

    async function discard(item) {
        if (await ask({question: texts.discardQuestion, yes: texts.discard, no: texts.keep})) {
            await outbox.discard(item.id);
            await outbox.flush();
        }
    }

    /** Where what was written in a session is now: 'waiting', 'refused', 'sent', or null. */
    async function stateOf(id) {
        const item = (await outbox.summary()).items.find(waiting => waiting.id === id);
        if (item) return item.state;
        return (await outbox.receipts()).some(record => record.id === id) ? 'sent' : null;
    }

    listen(outbox);
    draw(await outbox.summary());
    return {send, stateOf, redraw: async () => draw(await outbox.summary()), receipts: async () => (await outbox.receipts()).filter(({url}) => url.startsWith(`${contributions}/`)), slug};
}
