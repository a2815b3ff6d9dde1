/**
 * What a resident wrote, kept until the server has said that it has it.
 *
 * An item is on the disk before any network is tried, and is sent to an address with the contribution's UUID, so that
 * sending twice is harmless. Deleting it is the only dangerous step; outbox_delivery.js says what counts as received.
 */
import {LONGEST_WAIT_MS, deliver} from 'mapdialog/lib/outbox_delivery.js';
import {uuid} from 'mapdialog/lib/uuid.js';
export {memoryStore, openStore} from 'mapdialog/lib/outbox_store.js';

const LOCK = 'mapdialog-outbox';
const FIRST_WAIT_MS = 5_000;

const changeOf = id => `${id}:change`;
const AS_NEW = {method: 'PUT', version: null, tried: []};
const FRESH = {state: 'waiting', status: null, problem: null, attempts: 0, retry_at: 0};

/** createOutbox({store}) → Outbox; all options are described at the class. */
export function createOutbox(options) {
    return new Outbox(options);
}

class Outbox {
    #store;
    #options;
    #running = null;
    #again = null;

    /**
     * @param store see outbox_store.js
     * @param fetch, locks (navigator.locks or null), now () → ms: replaced in tests
     * @param onSent(item, receipt, version: its ETag or null), onRefused(item), onChange(summary): all optional
     */
    constructor({store, ...options}) {
        this.#store = store;
        this.#options = {
            fetch: (...all) => globalThis.fetch(...all),
            locks: globalThis.navigator?.locks ?? null,
            now: () => Date.now(),
            timeout_ms: 30_000,
            onSent: () => {},
            onRefused: () => {},
            onChange: () => {},
            ...options,
        };
    }

    async #items() {
        // Earlier versions of the page kept new contributions only, and did not say so.
        return (await this.#store.all()).map(item => ({...AS_NEW, contribution: item.id, ...item}))
            .sort((a, b) => a.created_at - b.created_at);
    }

    /** {waiting, refused, items oldest first, next_at: ms when the next try is due, or null}. */
    async summary() {
        const all = await this.#items();
        const items = all.filter(item => !item.isSilent);
        const refused = items.filter(item => item.state === 'refused').length;
        const due = candidates(all).map(item => item.retry_at);
        return {waiting: items.length - refused, refused, items, next_at: due.length ? Math.min(...due) : null};
    }

    async #changed() {
        this.#options.onChange(await this.summary());
    }

    /** Stores an item; `body` is an object or a Blob, `after` the id of an item that must be received first, `about` what the receipt keeps. */
    add({id, url, body, token, headers = {}, after = null, about = null}) {
        return this.#put({
            id, url, token, headers, after, about, contribution: id, ...AS_NEW,
            body: body instanceof Blob ? body : JSON.stringify(body), created_at: this.#options.now(), ...FRESH});
    }

    /**
     * Keeps a change (method PATCH, `body` an object) or a withdrawal (DELETE) of a received contribution, made on its `version`
     * (an ETag). It takes the place of one that still waits, and of a refused one that the person has seen.
     */
    async amend({id, method, url, body = null, token, version, headers = {}, about = null}) {
        const earlier = await this.#store.get(changeOf(id));
        const isWaiting = earlier?.state === 'waiting';
        return this.#put({
            id: changeOf(id), contribution: id, method, url, token, headers, about, after: null,
            version: isWaiting ? earlier.version : version,
            // The earlier one may have arrived without our knowing.
            tried: earlier?.body ? [...earlier.tried, earlier.body] : [],
            body: body && JSON.stringify(body), created_at: this.#options.now(), ...FRESH});
    }

    /** The change or withdrawal of a contribution that has not been received yet, or undefined. */
    changeOf(id) {
        return this.#store.get(changeOf(id));
    }

    async #put(item) {
        // What is under way is told by this from what has taken its place meanwhile.
        const revised = {...item, revision: uuid()};
        await this.#store.put(revised);
        await this.#changed();
        return revised;
    }

    /** Sends what waits. Calls that come while one runs share one more run, so that nothing added meanwhile is left. */
    flush({force = false} = {}) {
        if (!this.#running) {
            const {locks} = this.#options;
            const work = () => this.#pass(force);
            this.#running = Promise.resolve(locks ? locks.request(LOCK, work) : work())
                .finally(() => { this.#running = null; });
            return this.#running;
        }
        this.#again ??= this.#running.catch(() => {}).then(() => {
            this.#again = null;
            return this.flush({force});
        });
        return this.#again;
    }

    async #pass(force) {
        const tried = new Set();
        let sent = 0;
        for (;;) {
            // Read anew each time: another tab may have added, changed or discarded something meanwhile.
            const items = await this.#items();
            const ready = force ? Infinity : this.#options.now();
            const item = candidates(items).find(candidate => !tried.has(candidate.id) && candidate.retry_at <= ready);
            if (!item) break;
            tried.add(item.id);
            const result = await this.#send(item);
            await this.#settle(item, result);
            if (result.kind === 'received') sent++;
            if (result.stop) break;
        }
        const {waiting, refused} = await this.summary();
        await this.#changed();
        return {sent, waiting, refused};
    }

    async #send(item) {
        const type = item.body instanceof Blob ? item.body.type : 'application/geo+json';
        const request = ({method, version = null, body = null}) => this.#options.fetch(item.url, {
            method,
            headers: {
                ...(body && {'Content-Type': type}), ...(version && {'If-Match': version}),
                Accept: 'application/json', ...item.headers, 'X-Edit-Token': item.token},
            body,
            credentials: 'omit',
            redirect: 'error',
            cache: 'no-store',
            signal: AbortSignal.timeout(this.#options.timeout_ms),
        });
        try {
            return await deliver(item, request);
        } catch {
            return {kind: 'later', status: null, wait_ms: null, stop: true};
        }
    }

    async #settle(item, result) {
        const {now, onSent} = this.#options;
        const latest = await this.#store.get(item.id);
        // Something else is to be sent by now: that is tried next, and finds out what has become of this.
        if (latest && latest.revision !== item.revision) return undefined;
        if (result.kind === 'received') {
            const known = (await this.#store.receipts()).find(({id}) => id === item.contribution);
            await this.#store.settle(item.id, recordOf(item, {known, receipt: result.receipt, at: now()}));
            return item.isSilent || onSent(item, result.receipt, result.version);
        }
        // Discarded by the person while it was under way: nothing to keep, also not its failure.
        if (!latest) return undefined;
        if (result.kind === 'refused') return this.#refuse(item, result);
        const wait = result.wait_ms ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** item.attempts);
        return this.#store.put({...item, status: result.status, attempts: item.attempts + 1, retry_at: now() + wait});
    }

    async #refuse(item, {status, problem}) {
        if (item.isSilent) return this.#store.remove(item.id);
        const refused = {...item, state: 'refused', status, problem};
        await this.#store.put(refused);
        return this.#options.onRefused(refused);
    }

    async #revise(id, change) {
        const item = await this.#store.get(id);
        return item ? this.#put({...item, ...change, ...FRESH}) : null;
    }

    /** Lets a refused item try once more as it is. */
    retry(id) {
        return this.#revise(id, {});
    }

    /** Gives a refused item a new body, after the person has mended it. */
    change(id, {body}) {
        return this.#revise(id, {body: JSON.stringify(body)});
    }

    /**
     * Deletes an item and those that were to follow it. A new contribution that has been tried may have arrived without our
     * knowing: what it said is gone from this device at once, and it is withdrawn silently when there is a connection.
     */
    async discard(id) {
        for (const item of await this.#items()) {
            if (item.id !== id && item.after !== id) continue;
            await this.#store.remove(item.id);
            if (item.method !== 'PUT' || !item.attempts || item.after) continue;
            await this.#put({...item, ...FRESH, method: 'DELETE', version: '*', body: null, about: null, isSilent: true});
        }
        await this.#changed();
    }

    /** [{id, url, token, receipt, sent_at}] of what this device has sent. */
    receipts() {
        return this.#store.receipts();
    }

    /** The contribution was erased: what it said goes from this device too, and the receipt says so. */
    async markErased(id) {
        const receipt = (await this.#store.receipts()).find(record => record.id === id);
        if (!receipt) return;
        await this.#store.settle(id, erased(receipt));
        await this.#changed();
    }

    /** Forgets a receipt, and with it the token that may change the contribution. */
    forget(id) {
        return this.#store.forget(id);
    }
}

/** Items that may be sent: not refused, and not before the item they depend on. */
function candidates(items) {
    const here = new Set(items.map(item => item.id));
    return items.filter(item => item.state === 'waiting' && !here.has(item.after));
}

/** What this device remembers of a contribution after `item` was received; null if it had not known it before. */
function recordOf({id, method, url, token, about, body}, {known, receipt, at}) {
    if (method === 'PUT') return {id, url, token, about, receipt, sent_at: at};
    if (!known) return null;
    if (method === 'DELETE') return erased(known);
    const {text = known.about?.text} = JSON.parse(body).properties;
    return {...known, receipt, about: known.about && {...known.about, text}};
}

const erased = record => ({...record, erased: true, about: record.about && {...record.about, text: ''}});

/** Flushes when there is a chance that it works, and when the next retry is due. Returns a function that stops it. */
export function listen(outbox, {window = globalThis.window, document = globalThis.document, now = () => Date.now()} = {}) {
    let timer = null;
    let stopped = false;

    async function flush(options) {
        clearTimeout(timer);
        await outbox.flush(options).catch(() => {});
        const {next_at} = await outbox.summary();
        if (!stopped && next_at !== null) timer = setTimeout(flush, Math.max(1_000, next_at - now()));
    }

    // Back online: what waited only because there was no network need not wait any longer.
    const online = () => flush({force: true});
    const shown = () => document.visibilityState === 'visible' && flush();
    const soon = () => flush();
    const triggers = [
        [window, 'online', online], [window, 'pageshow', soon], [window, 'focus', soon], [document, 'visibilitychange', shown],
    ];
    for (const [target, event, handler] of triggers) target.addEventListener(event, handler);
    flush();
    return () => {
        stopped = true;
        clearTimeout(timer);
        for (const [target, event, handler] of triggers) target.removeEventListener(event, handler);
    };
}
