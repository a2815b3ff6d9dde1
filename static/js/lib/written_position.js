/**
 * A position as people write it: degrees in any of the usual ways, metres with their zone, a link from a map.
 * `mapdialog/citizen/written_position.py` reads the same; what both must say is in `tests/citizen/written_positions.json`.
 */
import {readDegrees} from 'mapdialog/lib/degrees.js';
import {isLink, readLink} from 'mapdialog/lib/map_link.js';
import {lonLatOfMetres, meridianOf} from 'mapdialog/lib/utm.js';

const MAX_LENGTH = 2000;
const MAX_LAT = 85;
const LOOK_ALIKES = [[/[\u2212\u2010-\u2014]/g, '-'], [/[\u00ba\u02da]/g, '°'], [/[\u2032\u2019\u2018\u00b4\u0060\u02b9\u02bc]/g, "'"],
    [/[\u2033\u201d\u201c\u201e\u02ba]/g, '"'], [/''/g, '"'], [/\s+/g, ' ']];
// What names a frame and has digits of its own; the frames differ by less than a metre.
const FRAME = /\b(?:etrs|euref|eu|wgs)[ -]?(?:89|84)\b(?: ?\/)?/g;
const NAMED = [[/\bsweref ?-?99 ?tm\b/, 3006], [/\b(?:etrs-?)?tm35(?:fin)?\b/, 3067]];
const EPSG = /\b(?:epsg|srid|crs)\b[ :=]*([0-9]{4,5})\b/;
const GEOGRAPHIC = [4326, 4258, 4619];
const ZONES = [
    /\b(?:utm(?:[ -]*(?:sone|zone|zon))?|sone|zone|zon)[ :-]*([0-9]{1,2}) ?(?:[c-hj-np-x]\b)?/,
    /(?<![0-9.,])([0-9]{1,2}) ?[c-hj-np-x](?![a-zæøåäö])/,
];
const METRE_WORDS = /(?<![a-zæøåäö])(?:northing|easting|north|east|nord|norr|øst|öst|ost|aust|me|mn|n|e|ø|ö|x|y|m)(?![a-zæøåäö])/g;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?/g;
// Northings of 27 to 84° N; eastings as far as the Nordic countries use a zone beyond its own borders.
const NORTHING = [3_000_000, 9_400_000];
const EASTING = [-1_500_000, 2_000_000];

/**
 * @param isHere(lonLat) whether the consultation asks there: a pair that is not, and would be the other way round, is turned
 * @returns {lonLat, isOrdered, isTurned}, latitude first unless the text says otherwise; or {refused: 'unreadable' | 'zone' |
 *     'system' | 'link'}: metres without their zone, a system we do not read, a link without a position, anything else
 */
export function readPosition(text, {isHere = null} = {}) {
    const position = asWritten(text.slice(0, MAX_LENGTH + 1));
    if (position.refused) return position;
    const turned = [...position.lonLat].reverse();
    const isMeant = lonLat => isPossible(lonLat) && isHere(lonLat);
    if (!position.isOrdered && isHere && isMeant(turned) && !isMeant(position.lonLat)) return {...position, lonLat: turned, isTurned: true};
    return isPossible(position.lonLat) ? {...position, isTurned: false} : {refused: 'unreadable'};
}

function isPossible([lon, lat]) { return Math.abs(lat) <= MAX_LAT && Math.abs(lon) <= 180; }

function asWritten(text) {
    const plain = LOOK_ALIKES.reduce((changed, [from, to]) => changed.replace(from, to), text.normalize('NFC')).trim().toLowerCase();
    if (isLink(plain)) return linked(text.trim());
    const position = metres(plain);
    const epsg = EPSG.exec(plain);
    if (!position && epsg && !GEOGRAPHIC.includes(Number(epsg[1]))) return {refused: 'system'};
    return position ?? fromPair(readDegrees(plain.replace(FRAME, ' ').replace(EPSG, ' ')));
}

function fromPair(pair) {
    return pair ? {lonLat: [pair.lon, pair.lat], isOrdered: pair.isOrdered} : {refused: 'unreadable'};
}

function linked(text) {
    const link = readLink(text);
    if (!link) return {refused: 'link'};
    if (link.text !== undefined) return isLink(link.text) ? fromPair(null) : asWritten(link.text);
    const [first, second] = link.pair;
    if (Math.abs(first) <= 180 && Math.abs(second) <= 180) return {lonLat: [second, first], isOrdered: false};
    return link.srid === null ? {refused: 'zone'} : fromMetres([second, first], link.srid);
}

/** Metres east and north, in either order. */
function fromMetres([x, y], srid) {
    const [easting, northing] = Math.abs(x) > Math.abs(y) ? [y, x] : [x, y];
    if (!(northing >= NORTHING[0] && northing < NORTHING[1] && easting > EASTING[0] && easting < EASTING[1])) return {refused: 'unreadable'};
    const meridian = meridianOf(srid);
    return meridian === null ? {refused: 'system'} : {lonLat: lonLatOfMetres([easting, northing], meridian), isOrdered: true};
}

/** A position of metres with their zone; null where the text is something else. */
function metres(plain) {
    const named = system(plain.replace(FRAME, ' '));
    let {srid} = named;
    let numbers = numbersOf(named.rest);
    if (srid === null && numbers?.length === 3) ({srid, numbers} = zoneBeside(numbers));
    if (numbers?.length !== 2 || Math.max(...numbers) < NORTHING[0]) return null;
    return srid === null ? {refused: 'zone'} : fromMetres(numbers, srid);
}

/** The system that the text names, and the text without its name. */
function system(plain) {
    for (const [pattern, srid] of NAMED) if (pattern.test(plain)) return {srid, rest: plain.replace(pattern, ' ')};
    const epsg = EPSG.exec(plain);
    if (epsg) return {srid: Number(epsg[1]), rest: plain.replace(EPSG, ' ')};
    for (const pattern of ZONES) {
        const zone = Number(pattern.exec(plain)?.[1]);
        if (zone >= 1 && zone <= 60) return {srid: sridOfZone(zone), rest: plain.replace(pattern, ' ')};
    }
    return {srid: null, rest: plain};
}

/** ETRS89 where Europe has its zones, else WGS 84. */
function sridOfZone(zone) { return zone >= 28 && zone <= 38 ? 25800 + zone : 32600 + zone; }

/** The numbers of a text of metres; null if there are other words in it. */
function numbersOf(text) {
    let rest = text.replace(METRE_WORDS, ' ')
        .replace(/(?<![0-9.])([0-9]) ([0-9]{3}) ([0-9]{3})(?![0-9])/g, '$1$2$3')
        .replace(/(?<![0-9.])([0-9]{3}) ([0-9]{3})(?![0-9])/g, '$1$2')
        .replace(/([0-9]{6}),(?=[0-9]{6})/g, '$1 ');
    if (!/[0-9]\.[0-9]/.test(rest)) rest = rest.replace(/([0-9]),([0-9])/g, '$1.$2');
    if (rest.replace(NUMBER, '').replace(/[ ,;:=/()-]/g, '')) return null;
    return (rest.match(NUMBER) ?? []).map(Number);
}

/** `33 6543000 540000` or `6543000 540000 33`: the zone stands before or after. */
function zoneBeside(numbers) {
    const isZone = number => Number.isInteger(number) && number >= 1 && number <= 60;
    if (isZone(numbers[0])) return {srid: sridOfZone(numbers[0]), numbers: numbers.slice(1)};
    if (isZone(numbers[2])) return {srid: sridOfZone(numbers[2]), numbers: numbers.slice(0, 2)};
    return {srid: null, numbers};
}
