import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodePack} from 'mapdialog/lib/pins.js';

/** The writer, after the layout at the head of pins.js; lines: {x, y, t, theme, area, state}. */
function encode(about, lines) {
    const planes = (values, width) => Array.from({length: width}, (_, plane) => values.map(value => (value >>> (8 * plane)) & 255)).flat();
    const differences = values => values.map((value, i) => (i ? (value - values[i - 1]) >>> 0 : value));
    const zigzag = values => values.map((value, i) => {
        const step = (i ? value - values[i - 1] : value) | 0;
        return ((step << 1) ^ (step >> 31)) >>> 0;
    });
    const column = name => lines.map(line => line[name]);
    const bytes = [
        ...planes(differences(column('x')), 4), ...planes(differences(column('y')), 4), ...planes(zigzag(column('t')), 4),
        ...planes(column('theme'), 1), ...planes(column('area'), 2), ...planes(column('state'), 1),
    ];
    const head = new TextEncoder().encode(JSON.stringify({n: lines.length, n_at_spots: lines.length, version: 2, ...about}) + '\n');
    return Uint8Array.from([...head, ...bytes]).buffer;
}

const header = {
    epoch: 1_700_000_000, bounds: [9, 59, 10, 60],
    themes: [{key: 'lys', name: 'Lys'}, {key: 'lek', name: 'Løkker'}],
    areas: [{code: 'B1', name: 'Eik'}, {code: 'B2', name: 'Herre'}],
    states: ['published', 'hidden'],
};
const MOST = 2 ** 32 - 1;
const rows = [
    {x: 0, y: 0, t: 0, theme: 0, area: 0, state: 0},
    {x: MOST, y: MOST, t: 3_000_000, theme: 1, area: 1, state: 1},
    {x: 2 ** 31, y: 2 ** 31, t: 60, theme: 255, area: 65535, state: 0},
    {x: 5, y: 4_000_000_000, t: 1_440, theme: 0, area: 1, state: 0},
];
const pins = () => decodePack(encode(header, rows));

test('every column comes back, over wrap-around and backwards time', () => {
    const decoded = pins();
    assert.deepEqual([...decoded.x], rows.map(row => row.x));
    assert.deepEqual([...decoded.y], rows.map(row => row.y));
    assert.deepEqual([...decoded.t], rows.map(row => row.t));
    assert.deepEqual([...decoded.area], [0, 1, 65535, 1]);
});

test('positions run over the bounds, south to north', () => {
    const decoded = pins();
    for (const [i, [lon, lat]] of [[9, 59], [10, 60], [9.5, 59.5]].entries()) {
        const [x, y] = decoded.lonLat(i);
        assert.ok(Math.abs(x - lon) < 1e-9 && Math.abs(y - lat) < 1e-9, `${x} ${y}`);
    }
});

test('a row is readable', () => {
    const row = pins().row(3);
    assert.equal(row.theme.key, 'lys');
    assert.equal(row.area.name, 'Herre');
    assert.equal(row.state, 'published');
    assert.equal(row.time.getTime(), (1_700_000_000 + 1_440 * 60) * 1000);
    assert.equal(pins().row(2).theme, null);
    assert.equal(pins().row(2).area, null);
});

test('filters', () => {
    const select = filter => [...pins().filter(filter)];
    assert.deepEqual(select({}), [0, 1, 2, 3]);
    assert.deepEqual(select({themes: new Set(['lys'])}), [0, 3]);
    assert.deepEqual(select({themes: new Set([null])}), [2]);
    assert.deepEqual(select({themes: new Set()}), []);
    assert.deepEqual(select({areas: new Set(['B2', null])}), [1, 2, 3]);
    assert.deepEqual(select({states: new Set(['hidden'])}), [1]);
    const at = minutes => new Date((header.epoch + minutes * 60) * 1000);
    assert.deepEqual(select({from: at(60), to: at(1_440)}), [2], 'from is included, to is not');
    assert.deepEqual(select({bounds: [9.4, 59.4, 9.6, 59.6]}), [2]);
    assert.deepEqual(select({themes: new Set(['lys']), areas: new Set(['B2'])}), [3]);
});

test('rows without a spot pass every filter but a place, are counted, and are on no map', () => {
    const decoded = decodePack(encode({...header, n_at_spots: 2}, rows));
    assert.deepEqual([...decoded.filter({themes: new Set([null])})], [2]);
    assert.deepEqual([...decoded.countBy('theme', decoded.filter({}))], [2, 1, 1]);
    assert.deepEqual([...decoded.atSpots(decoded.filter({}))], [0, 1]);
    assert.deepEqual([...decoded.atSpots(decoded.filter({themes: new Set([null])}))], []);
    assert.deepEqual([...decoded.atSpots(Uint32Array.of(1))], [1]);
    assert.deepEqual([...decoded.filter({bounds: [0, 0, 89, 89]})], [0, 1]);
    assert.deepEqual(decoded.rowsWithin([0, 0, 89, 89], decoded.filter({})), [0, 1]);
});

test('counts and histogram', () => {
    const decoded = pins();
    const all = decoded.filter({});
    assert.deepEqual([...decoded.countBy('theme', all)], [2, 1, 1]);
    assert.deepEqual([...decoded.countBy('area', all)], [1, 2, 1]);
    const day = 86_400_000;
    const from = new Date(header.epoch * 1000);
    assert.deepEqual([...decoded.histogram(all, {from, to: new Date(from.getTime() + 2 * day), bins: 2})], [2, 1]);
});

test('an empty pack, a cut pack, an unknown version', () => {
    assert.equal(decodePack(encode(header, [])).filter({}).length, 0);
    assert.throws(() => decodePack(encode(header, rows).slice(0, -1)), /cut/);
    assert.throws(() => decodePack(encode({...header, version: 1}, rows)), /version/);
    assert.throws(() => decodePack(new ArrayBuffer(3)), /header/);
});

test('a row without a known date lies in no time, and is counted', () => {
    const undated = {x: 7, y: 7, t: 2 ** 31 - 1, theme: 0, area: 0, state: 0};
    const decoded = decodePack(encode(header, [...rows, undated, rows[3]]));
    const epoch = header.epoch * 1000;
    assert.equal(decoded.row(4).time, null);
    assert.equal(decoded.row(5).time.getTime(), epoch + 1_440 * 60_000);
    assert.deepEqual([...decoded.filter({})], [0, 1, 2, 3, 4, 5]);
    assert.ok(![...decoded.filter({from: epoch})].includes(4));
    assert.ok(![...decoded.filter({to: epoch + 1e13})].includes(4));
    assert.equal(decoded.undated(decoded.filter({})), 1);
    assert.equal(decoded.span().to.getTime(), epoch + (3_000_000 + 60) * 60_000);
    const span = decoded.span();
    assert.equal(decoded.histogram(decoded.filter({}), {...span, bins: 10}).reduce((sum, n) => sum + n), 5);
    assert.equal(decodePack(encode(header, [undated])).span(), null);
});
