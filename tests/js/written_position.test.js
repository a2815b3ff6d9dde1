import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {lonLatOfMetres, meridianOf} from 'mapdialog/lib/utm.js';
import {readPosition} from 'mapdialog/lib/written_position.js';

// One table for the server and the browser: tests/citizen/test_written_position.py reads it too.
const {cases, turned} = JSON.parse(readFileSync(new URL('../citizen/written_positions.json', import.meta.url), 'utf8'));

function near(actual, expected, degrees) {
    actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= degrees, `${actual} is not ${expected}`));
}

test('a position is read as people write it, and what is none is refused with its reason', () => {
    for (const {text, refused, lon, lat, is_ordered: isOrdered} of cases) {
        const position = readPosition(text);
        assert.equal(position.refused, refused, text);
        if (refused) continue;
        near(position.lonLat, [lon, lat], 2e-5);
        assert.equal(position.isOrdered, isOrdered, text);
        assert.equal(position.isTurned, false, text);
    }
});

test('a pair the other way round is noticed by where it lies', () => {
    for (const {text, box: [west, south, east, north], lon, lat, is_turned: isTurned} of turned) {
        const position = readPosition(text, {isHere: ([x, y]) => x >= west && x <= east && y >= south && y <= north});
        assert.deepEqual(position.lonLat, [lon, lat], text);
        assert.equal(position.isTurned, isTurned, text);
    }
});

test('a text of any length is answered', () => {
    for (const text of ['9'.repeat(5000), '59.0279, '.repeat(800), `https://${'a'.repeat(5000)}`, '32V '.repeat(600)]) {
        assert.ok(readPosition(text).refused, text.slice(0, 20));
    }
});

// [EPSG, easting, northing, lon, lat] as PROJ 9 gives them, the last two far beyond the zone
const BY_PROJ = [
    [25832, 540235.2678, 6543369.7234, 9.7009, 59.0279],
    [3006, 674571.8664, 6580743.0083, 18.0686, 59.3293],
    [3067, 385611.3167, 6672118.3802, 24.9384, 60.1699],
    [25833, -32253.5971, 6734074.9106, 5.32, 60.39],
    [25833, 1097469.6703, 7886843.2561, 31.1, 70.37],
];

test('the formula is within a centimetre of PROJ', () => {
    for (const [srid, easting, northing, lon, lat] of BY_PROJ) near(lonLatOfMetres([easting, northing], meridianOf(srid)), [lon, lat], 1e-7);
    assert.equal(meridianOf(27391), null);
});
