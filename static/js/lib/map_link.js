/**
 * The position in a link that somebody copied from a map service, or in a `geo:` address. A pin that the link carries goes
 * before the middle of the view. `mapdialog/citizen/map_link.py` reads the same on the server.
 */

const LINK = /^(?:geo:|[a-z][a-z0-9+.-]*:\/\/|www\.|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|no|se|dk|fi|org|net|gl)\/)/;
const NUMBER = '(-?[0-9]{1,9}(?:\\.[0-9]+)?)';
const WHOLE = new RegExp(`^${NUMBER}$`);
const PAIR = new RegExp(`^(?:loc:)?\\+?${NUMBER}[,~| ]+\\+?${NUMBER}(?:[,; (z].*)?$`);
const GEO = new RegExp(`^geo:${NUMBER},${NUMBER}`);
const PIN_OF_DATA = new RegExp(`!3d${NUMBER}!4d${NUMBER}`);
const AT = new RegExp(`[@~]${NUMBER},${NUMBER}`);
const SLASHES = new RegExp(`^[0-9]{1,2}(?:\\.[0-9]+)?/${NUMBER}/${NUMBER}(?:/.*)?$`);
const SYSTEM_IN_PATH = /\/(3006|3067|258[0-9]{2}|326[0-9]{2})\//;
// [north, east], the pin's before the view's
const NAMED_PAIRS = [['markerlat', 'markerlon'], ['mlat', 'mlon'], ['latitude', 'longitude'], ['lat', 'lon'], ['lat', 'lng'],
    ['lat', 'long'], ['n', 'e'], ['y', 'x']];
const TOGETHER = ['q', 'query', 'coordinate', 'destination', 'daddr', 'll', 'sll', 'cbll', 'center', 'centre', 'cp', 'c', 'map'];
const SYSTEMS = ['projection', 'epsg', 'srid', 'srs', 'crs'];
// Services that write metres and do not say of which zone.
const SYSTEM_OF_HOST = [['norgeskart.no', 25833], ['lantmateriet.se', 3006]];

/** Whether a text in lower case is an address rather than numbers. */
export function isLink(text) { return LINK.test(text); }

/**
 * @returns {pair: [north or latitude, east or longitude], srid or null}, or {text} to be read in its turn (a search for a
 *     position in degrees, minutes and seconds), or null where the link carries no position
 */
export function readLink(link) {
    const lowered = link.toLowerCase();
    const names = parameters(lowered);
    const geo = GEO.exec(lowered);
    if (geo && !names.has('q')) return pairOf(geo);
    return pin(lowered, names) ?? namedPair(names, lowered) ?? view(lowered, names) ?? searched(lowered, names);
}

function pairOf(match) { return {pair: [Number(match[1]), Number(match[2])], srid: null}; }

function decoded(text) {
    try {
        return decodeURIComponent(text.replaceAll('+', ' ')).trim();
    } catch {
        return text;
    }
}

/** Names and values after `?`, `#` and `#!?`; the first of a name counts. */
function parameters(link) {
    const names = new Map();
    for (const part of link.split(/[?#&]/).slice(1)) {
        const [, name, value] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
        if (name !== undefined && !names.has(name)) names.set(name, decoded(value));
    }
    return names;
}

function pin(link, names) {
    const match = names.has('mlat') ? null : PIN_OF_DATA.exec(link);
    return match && pairOf(match);
}

function namedPair(names, link) {
    for (const pairOfNames of NAMED_PAIRS) {
        const values = pairOfNames.map(name => WHOLE.exec((names.get(name) ?? '').replace(',', '.')));
        if (values.every(Boolean)) return {pair: values.map(match => Number(match[1])), srid: system(names, link)};
    }
    return null;
}

function system(names, link) {
    for (const name of SYSTEMS) {
        const number = /[0-9]{4,5}$/.exec(names.get(name) ?? '');
        if (number) return Number(number[0]);
    }
    const inPath = SYSTEM_IN_PATH.exec(link);
    if (inPath) return Number(inPath[1]);
    return SYSTEM_OF_HOST.find(([host]) => link.includes(host))?.[1] ?? null;
}

function view(link, names) {
    for (const name of TOGETHER) {
        const match = PAIR.exec(names.get(name) ?? '');
        if (match) return pairOf(match);
    }
    const match = AT.exec(link) ?? SLASHES.exec(names.get('map') ?? '') ?? SLASHES.exec(link.split('#').slice(1).join('#'));
    return match && pairOf(match);
}

/** A search for a position: `/maps/search/59.02,+9.70`, `/maps/place/59°01'40"N+9°42'03"E`. */
function searched(link, names) {
    const path = link.split(/[?#]/)[0].split('/').slice(3).map(decoded);
    for (const words of [names.get('q') ?? '', names.get('query') ?? '', ...path]) {
        const match = PAIR.exec(words);
        if (match) return pairOf(match);
        if (/^[0-9]{1,3}[° ]/.test(words)) return {text: words};
    }
    return null;
}
