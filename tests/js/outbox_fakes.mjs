/** Stand-ins for the outbox's tests: a server with the rules of the contract, locks, a clock. */
import {createOutbox, memoryStore} from 'mapdialog/lib/outbox.js';

export const json = (status, body, headers = {}) => new Response(JSON.stringify(body), {
    status, headers: {'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers},
});
export const html = status => new Response('<h1>Log in to the network</h1>', {status, headers: {'Content-Type': 'text/html'}});

/** A server with the exactly-once rules of the contract. */
export function server() {
    const stored = new Map();
    const log = [];
    const answer = (url, options) => {
        log.push({url, options});
        const known = stored.get(url);
        if (!known) {
            stored.set(url, {body: options.body, token: options.headers['X-Edit-Token']});
            return json(201, {code: 'A1', status_url: url});
        }
        const same = known.body === options.body && known.token === options.headers['X-Edit-Token'];
        return same ? json(200, {code: 'A1'}) : json(409, {title: 'Another body'});
    };
    return {stored, log, fetch: async (url, options) => answer(url, options), answer};
}

/** Web Locks as the standard says: one holder per name, the others wait their turn. */
export function fakeLocks() {
    let queue = Promise.resolve();
    return {
        request(_name, work) {
            queue = queue.catch(() => {}).then(work);
            return queue;
        },
    };
}

export const item = (id, extra = {}) => ({id, url: `/c/${id}`, body: {text: id}, token: 't'.repeat(32), ...extra});

export function make({fetch, store = memoryStore(), locks = fakeLocks(), clock = {ms: 1_000}, ...rest}) {
    return {store, clock, outbox: createOutbox({store, fetch, locks, now: () => clock.ms, ...rest})};
}
