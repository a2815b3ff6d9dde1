/**
 * What a resident wrote, kept until the server has said that it has it.
 *
 * An item is on the disk before any network is tried, and is sent by PUT to an address with its own UUID, so that
 * sending twice is harmless. Deleting it is the only dangerous step; see `verdict` for what counts as received.
 */
export {memoryStore, openStore} from 'mapdialog/lib/outbox_store.js';

const LOCK = 'mapdialog-outbox';
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 600_000;

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
     * @param onSent(item, receipt), onRefused(item), onChange(summary): all optional
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

    /** {waiting, refused, items oldest first, next_at: ms when the next try is due, or null}. */
    async summary() {
        const items = (await this.#store.all()).sort((a, b) => a.created_at - b.created_at);
        const refused = items.filter(item => item.state === 'refused').length;
        const due = candidates(items).map(item => item.retry_at);
        return {waiting: items.length - refused, refused, items, next_at: due.length ? Math.min(...due) : null};
    }

    async #changed() {
        this.#options.onChange(await this.summary());
    }

    /** Stores an item; `body` is an object or a Blob, `after` the id of an item that must be received first, `about` what the receipt keeps. */
    async add({id, url, body, token, headers = {}, after = null, about = null}) {
        const item = {
            id, url, token, headers, after, about,
            body: body instanceof Blob ? body : JSON.stringify(body),
            state: 'waiting', created_at: this.#options.now(), attempts: 0, retry_at: 0, status: null, problem: null,
        };
        await this.#store.put(item);
        await this.#changed();
        return item;
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
            const {items} = await this.summary();
            const ready = force ? Infinity : this.#options.now();
            const item = candidates(items).find(one => !tried.has(one.id) && one.retry_at <= ready);
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
        try {
            return await verdict(await this.#options.fetch(item.url, {
                method: 'PUT',
                headers: {'Content-Type': type, Accept: 'application/json', ...item.headers, 'X-Edit-Token': item.token},
                body: item.body,
                credentials: 'omit',
                redirect: 'error',
                cache: 'no-store',
                signal: AbortSignal.timeout(this.#options.timeout_ms),
            }));
        } catch {
            return {kind: 'later', status: null, wait_ms: null, stop: true};
        }
    }

    async #settle(item, result) {
        const {now, onSent, onRefused} = this.#options;
        // Discarded by the person while it was under way: nothing to keep, also not its failure.
        const kept = await this.#store.get(item.id);
        if (result.kind === 'received') {
            const {id, url, token, about} = item;
            await this.#store.settle(id, {id, url, token, about, receipt: result.receipt, sent_at: now()});
            onSent(item, result.receipt);
        } else if (kept && result.kind === 'refused') {
            const refused = {...item, state: 'refused', status: result.status, problem: result.problem};
            await this.#store.put(refused);
            onRefused(refused);
        } else if (kept) {
            const wait = result.wait_ms ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** item.attempts);
            await this.#store.put({...item, status: result.status, attempts: item.attempts + 1, retry_at: now() + wait});
        }
    }

    async #revise(id, change) {
        const item = await this.#store.get(id);
        if (!item) return null;
        const revised = {...item, ...change, state: 'waiting', status: null, problem: null, attempts: 0, retry_at: 0};
        await this.#store.put(revised);
        await this.#changed();
        return revised;
    }

    /** Lets a refused item try once more as it is. */
    retry(id) {
        return this.#revise(id, {});
    }

    /** Gives a refused item a new body, after the person has mended it. */
    change(id, {body}) {
        return this.#revise(id, {body: JSON.stringify(body)});
    }

    /** Deletes an item and those that were to follow it. */
    async discard(id) {
        for (const item of await this.#store.all()) {
            if (item.id === id || item.after === id) await this.#store.remove(item.id);
        }
        await this.#changed();
    }

    /** [{id, url, token, receipt, sent_at}] of what this device has sent. */
    receipts() {
        return this.#store.receipts();
    }

    /** The contribution was erased: what it said goes from this device too, and the receipt says so. */
    async markErased(id) {
        const receipt = (await this.#store.receipts()).find(one => one.id === id);
        if (!receipt) return;
        await this.#store.settle(id, {...receipt, erased: true, about: receipt.about && {...receipt.about, text: ''}});
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

/**
 * received: 2xx with JSON, or 409 that says the same is stored already. refused: the service itself said no, a person must
 * look. later: everything else, a login page of a hotel's network included, which answers 200 with HTML.
 */
async function verdict(response) {
    const {status} = response;
    const type = response.headers.get('Content-Type') ?? '';
    // A broken body throws here and counts as no answer: the server keeps it once, however often we send it.
    const content = /^application\/([\w.]+\+)?json/.test(type) ? await response.json() : null;
    if (response.ok && content) return {kind: 'received', receipt: content};
    if (status === 409 && content?.same === true) return {kind: 'received', receipt: content};
    const passing = status === 408 || status === 425 || status === 429;
    const ours = type.startsWith('application/problem+json') || status === 413;
    if (status >= 400 && status < 500 && ours && !passing) return {kind: 'refused', status, problem: content};
    // Being told to wait, or a page that is not ours, holds for all that waits; another failure only for this item.
    const stop = status === 429 || status === 503 || status < 500;
    return {kind: 'later', status, wait_ms: retryAfter(response.headers.get('Retry-After')), stop};
}

function retryAfter(value) {
    const seconds = Number.parseInt(value ?? '', 10);
    return Number.isFinite(seconds) ? Math.min(LONGEST_WAIT_MS, Math.max(0, seconds) * 1000) : null;
}

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
