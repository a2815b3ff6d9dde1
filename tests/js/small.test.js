import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ramp, rampTable} from 'mapdialog/lib/colours.js';
import {fill, numberFormat, numberOnPage, plural} from 'mapdialog/lib/config.js';
import {ancestor, fillTemplate, project, tileAt, unproject} from 'mapdialog/lib/tiles.js';
import {deviceKey, token} from 'mapdialog/lib/token.js';
import {CASING, CORE, paintDot} from 'mapdialog/map/pin.js';
import {uuid} from 'mapdialog/lib/uuid.js';

test('a UUID is version 4 and new each time, with and without randomUUID', t => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    assert.match(uuid(), pattern);
    t.mock.method(crypto, 'randomUUID');
    crypto.randomUUID = undefined;
    assert.match(uuid(), pattern);
    assert.notEqual(uuid(), uuid());
});

test('a number is written as the server writes it, in each language', () => {
    const written = language => numberFormat(language).format(5592.5).replaceAll('\u00a0', ' ');
    assert.deepEqual(['nb', 'nn', 'sv', 'da', 'en'].map(written), ['5 592,5', '5 592,5', '5 592,5', '5.592,5', '5,592.5']);
    assert.equal(plural({one: '{n} bidrag', other: '{n} bidrag'}, 5592, 'da'), '5.592 bidrag');
    assert.equal(numberOnPage(5592), '5,592');
});

test('a token is 128 bits in hex', () => {
    assert.match(token(), /^[0-9a-f]{32}$/);
    assert.notEqual(token(), token());
});

test('the device key of a consultation stays, replaces rubbish, and survives refused storage', () => {
    const values = new Map([['mapdialog-device', 'a'.repeat(32)]]);
    const storage = {
        getItem: name => values.get(name) ?? null, setItem: (name, value) => values.set(name, value),
        removeItem: name => values.delete(name)};
    const key = deviceKey('sentrum', storage);
    assert.equal(deviceKey('sentrum', storage), key);
    assert.notEqual(key, 'a'.repeat(32), 'the one key of earlier versions goes');
    assert.equal(values.has('mapdialog-device'), false);
    for (const name of values.keys()) values.set(name, '<script>');
    assert.match(deviceKey('sentrum', storage), /^[0-9a-f]{32}$/);
    const refused = {getItem() { throw new Error('SecurityError'); }};
    assert.match(deviceKey('sentrum', refused), /^[0-9a-f]{32}$/);
    assert.equal(deviceKey('sentrum', refused), deviceKey('sentrum', refused));
});

test('two consultations do not learn that one device wrote in both', () => {
    const values = new Map();
    const storage = {
        getItem: name => values.get(name) ?? null, setItem: (name, value) => values.set(name, value), removeItem() {}};
    assert.notEqual(deviceKey('sentrum', storage), deviceKey('havna', storage));
    const refused = {removeItem() { throw new Error('SecurityError'); }};
    assert.notEqual(deviceKey('sentrum', refused), deviceKey('havna', refused));
});

test('Mercator there and back, and known tiles', () => {
    for (const position of [[9.7, 59.03], [-77, 38.9], [0, 0], [179.9, -85]]) {
        unproject(project(position)).forEach((value, i) => assert.ok(Math.abs(value - position[i]) < 1e-9));
    }
    assert.deepEqual(project([0, 0]), [0.5, 0.5]);
    assert.ok(Math.abs(project([0, 90])[1]) < 1e-9, 'the pole is moved to the edge of the square');
    assert.deepEqual(tileAt([9.7, 59.03], 14), {z: 14, x: 8633, y: 4844});
    assert.deepEqual(tileAt([180, -89], 2), {z: 2, x: 3, y: 3});
    assert.equal(fillTemplate('/t/{z}/{x}/{y}.mvt', {z: 1, x: 2, y: 3}), '/t/1/2/3.mvt');
});

test('a tile past the last zoom is a part of its ancestor', () => {
    assert.deepEqual(ancestor({z: 18, x: 13, y: 6}, 16), {tile: {z: 16, x: 3, y: 1}, scale: 4, x: 1, y: 2});
    assert.deepEqual(ancestor({z: 12, x: 5, y: 6}, 16), {tile: {z: 12, x: 5, y: 6}, scale: 1, x: 0, y: 0});
});

/** Relative luminance after WCAG 2.2. */
function luminance(rgb) {
    const [r, g, b] = rgb.map(value => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('ramps run from dark to light without turning back', () => {
    for (const name of ['cividis', 'viridis']) {
        const colour = ramp(name);
        for (let i = 1; i <= 100; i++) assert.ok(luminance(colour(i / 100)) >= luminance(colour((i - 1) / 100)), `${name} ${i}`);
        assert.deepEqual(colour(-1), colour(0));
        assert.deepEqual(colour(2), colour(1));
        const table = rampTable(name);
        assert.deepEqual([...table.slice(0, 4)], [...colour(0), 255]);
        assert.deepEqual([...table.slice(1020)], [...colour(1), 255]);
    }
    assert.deepEqual(ramp('cividis')(0), [0, 32, 77]);
});

test('texts: unknown names stay visible, plurals follow the language', () => {
    assert.equal(fill('{n} of {all}', {n: 2}), '2 of {all}');
    assert.equal(plural({one: '{n} comment', other: '{n} comments'}, 1, 'en'), '1 comment');
    assert.equal(plural({one: '{n} comment', other: '{n} comments'}, 1200, 'en'), '1,200 comments');
});

test('a pin of another colour than the dark one has a dark edge around its casing', () => {
    const inks = colour => {
        const painted = [];
        const context = {beginPath() {}, arc() {}, fill() { painted.push(this.fillStyle); }, stroke() { painted.push([this.strokeStyle, this.lineWidth]); }};
        paintDot(context, 0, 0, {colour});
        return painted;
    };
    assert.deepEqual(inks(CORE), [CORE, [CASING, 2]]);
    assert.deepEqual(inks('#c2255c'), [[CORE, 5], '#c2255c', [CASING, 2]]);
});
