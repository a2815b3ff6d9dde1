import {spelledToday} from 'mapdialog/lib/spelling.js';

/**
 * One try to deliver an item of the outbox, and what the answer means.
 *
 * An item is a new contribution (PUT), a change of a received one (PATCH) or its withdrawal (DELETE). A change whose answer was
 * lost is refused the second time, because the server has another version by then: its own. `deliver` therefore reads before
 * it believes that somebody else has changed anything.
 */
export const LONGEST_WAIT_MS = 600_000;

// What cannot be changed afterwards, and is not shown as it was sent.
const FIXED = ['kind', 'written_at', 'contributor'];

/**
 * @param request({method, version, body}) → Promise of Response; rejects when there was no answer
 * @returns {kind: 'received', receipt, version} | {kind: 'refused', status, problem} | {kind: 'later', status, wait_ms, stop}
 */
export async function deliver(item, request) {
    const result = await attempt(item, request);
    if (result.kind !== 'refused' || result.status !== (item.method === 'PUT' ? 409 : 412)) return result;
    const response = await request({method: 'GET'});
    // Not ours, or gone by now: the refusal stands. No answer, or a busy one: later.
    const reading = await verdict(response, {method: 'GET'});
    if (reading.kind !== 'received') return reading.kind === 'later' ? reading : result;
    const {receipt: feature, version} = reading;
    if (item.method !== 'DELETE' && says(feature, item.body)) return {...reading, receipt: feature.receipt};
    if (item.method === 'PUT') return attempt({method: 'PATCH', version, body: changeOf(item.body)}, request);
    if (item.tried.some(body => says(feature, body))) return attempt({...item, version}, request);
    return result;
}

async function attempt(item, request) {
    return verdict(await request(item), item);
}

/** received: 2xx with JSON, or what amounts to it. refused: the service itself said no, a person must look. later: everything
 * else, a login page of a hotel's network included, which answers 200 with HTML. */
async function verdict(response, {method, after = null}) {
    const {status} = response;
    const type = response.headers.get('Content-Type') ?? '';
    if (method === 'DELETE' && isGone(status, type)) return {kind: 'received', receipt: null, version: null};
    // A broken body throws here and counts as no answer: the server keeps it once, however often we send it.
    const content = /^application\/([\w.]+\+)?json/.test(type) ? await response.json() : null;
    // A new contribution's receipt has a code; what follows a contribution (`after`) has none of its own.
    const isReceipt = response.ok && (method !== 'PUT' || after || typeof content?.code === 'string');
    if (content && (isReceipt || (status === 409 && content.same === true))) {
        return {kind: 'received', receipt: content, version: response.headers.get('ETag')};
    }
    const ours = isOurs(type) || status === 413;
    if (status >= 400 && status < 500 && ours && ![408, 425, 429].includes(status)) return {kind: 'refused', status, problem: content};
    return passing(response);
}

const isOurs = type => type.startsWith('application/problem+json');

/** 404: it had never arrived. 410: an earlier try has erased it. */
function isGone(status, type) {
    return status === 204 || ((status === 404 || status === 410) && isOurs(type));
}

/** Being told to wait, or a page that is not ours, holds for all that waits; another failure only for this item. */
function passing({status, headers}) {
    const seconds = Number.parseInt(headers.get('Retry-After') ?? '', 10);
    const wait_ms = Number.isFinite(seconds) ? Math.min(LONGEST_WAIT_MS, Math.max(0, seconds) * 1000) : null;
    return {kind: 'later', status, wait_ms, stop: status === 429 || status === 503 || status < 500};
}

/** Whether the stored feature says what was sent. The server takes out what cannot be seen, so that does not count. */
function says(feature, body) {
    const {properties, geometry} = JSON.parse(body);
    const isPlaced = !geometry || JSON.stringify(geometry.coordinates) === JSON.stringify(feature.geometry?.coordinates);
    return isPlaced && Object.entries(spelledToday(properties)).every(([name, value]) =>
        FIXED.includes(name) || visible(feature.properties[name]) === visible(value));
}

function visible(value) {
    return (typeof value === 'string' ? value : JSON.stringify(value ?? '')).normalize('NFKC').replace(/[\s\p{C}]/gu, '');
}

/** The members of a whole feature that may be changed. */
function changeOf(body) {
    const {properties, ...feature} = JSON.parse(body);
    const changed = Object.entries(spelledToday(properties)).filter(([name]) => !FIXED.includes(name));
    return JSON.stringify({...feature, properties: Object.fromEntries(changed)});
}
