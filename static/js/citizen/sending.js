/** Sending through the outbox, and the line that tells what has not been sent yet. */
import {announce, element} from 'mapdialog/lib/dom.js';
import {fill, plural} from 'mapdialog/lib/config.js';
import {noteUnsent} from 'mapdialog/citizen/kept.js';
import {createOutbox, listen, memoryStore, openStore} from 'mapdialog/lib/outbox.js';
import {ask} from 'mapdialog/lib/press.js';
import {deviceKey} from 'mapdialog/lib/token.js';

/**
 * @param onSent(id, receipt) also for what was waiting from before; onCorrect(item) when a refused one is to be mended
 * @returns Promise of {send(feature, {id, token}) → {state: 'sent' | 'kept' | 'refused', receipt?, problem?, id}}
 */
export async function createSending({slug, contributions, language, texts}, {node, onSent, onCorrect}) {
    const store = await openStore().catch(() => null);
    const results = new Map();
    const outbox = createOutbox({
        store: store ?? memoryStore(),
        onSent(item, receipt) {
            results.set(item.id, {state: 'sent', receipt, id: item.id});
            onSent(item.id, receipt);
        },
        onRefused(item) {
            results.set(item.id, {state: 'refused', problem: item.problem, id: item.id});
        },
        onChange: summary => draw(summary),
    });
    const status = element('span', {role: 'status'});
    node.append(status);

    function draw({waiting, refused, items}) {
        const mine = items.filter(item => item.state === 'refused' && item.url.startsWith(contributions));
        noteUnsent(waiting + refused);
        node.hidden = waiting + refused === 0;
        announce(status, waiting ? plural(texts.waiting, waiting, language) : '');
        node.replaceChildren(status, ...mine.map(item => refusedLine(item)));
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
                id, url: `${contributions}/${id}`, body: feature, token,
                headers: {'X-Device-Key': deviceKey(slug), 'Accept-Language': language}});
        }
        await outbox.flush({force: true});
        return results.get(id) ?? {state: 'kept', id, isOnDisk: store !== null};
    }

    async function discard(item) {
        if (await ask({question: texts.discardQuestion, yes: texts.discard, no: texts.keep})) await outbox.discard(item.id);
    }

    listen(outbox);
    draw(await outbox.summary());
    return {send, receipts: async () => (await outbox.receipts()).filter(({url}) => url.startsWith(`${contributions}/`)), slug};
}
