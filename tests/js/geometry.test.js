import assert from 'node:assert/strict';
import {test} from 'node:test';
import {around, boundsOf, contains, distance_m, nearestInside} from 'mapdialog/lib/geometry.js';

const square = {type: 'Polygon', coordinates: [[[9, 59], [10, 59], [10, 60], [9, 60], [9, 59]]]};
const holed = {type: 'Polygon', coordinates: [...square.coordinates, [[9.4, 59.4], [9.4, 59.6], [9.6, 59.6], [9.6, 59.4], [9.4, 59.4]]]};
const two = {type: 'MultiPolygon', coordinates: [square.coordinates, [[[11, 59], [12, 59], [12, 60], [11, 59]]]]};

test('inside, outside, hole, second part', () => {
    assert.equal(contains(square, [9.5, 59.5]), true);
    assert.equal(contains(square, [10.5, 59.5]), false);
    assert.equal(contains(holed, [9.5, 59.5]), false);
    assert.equal(contains(holed, [9.2, 59.5]), true);
    assert.equal(contains(two, [11.9, 59.1]), true);
    assert.equal(contains(two, [11.1, 59.9]), false);
});

test('the edge belongs to the area: sides, corners, the edge of a hole', () => {
    for (const position of [[9, 59], [10, 60], [9.5, 59], [9, 59.3], [10, 59.3]]) assert.equal(contains(square, position), true, position);
    assert.equal(contains(holed, [9.4, 59.5]), true);
});

test('a ray through a corner counts it once', () => {
    const diamond = {type: 'Polygon', coordinates: [[[0, -1], [1, 0], [0, 1], [-1, 0], [0, -1]]]};
    assert.equal(contains(diamond, [-2, 0]), false);
    assert.equal(contains(diamond, [0, 0]), true);
    assert.equal(contains(diamond, [2, 0]), false);
});

test('other geometries are refused', () => {
    assert.throws(() => contains({type: 'Point', coordinates: [1, 2]}, [1, 2]), /Polygon/);
});

test('distance: one degree of latitude, and of longitude at 60 degrees north', () => {
    assert.ok(Math.abs(distance_m([10, 59], [10, 60]) - 111195) < 10);
    assert.ok(Math.abs(distance_m([10, 60], [11, 60]) - 55597) < 30);
});

test('the nearest position inside is inside and about as far as the edge', () => {
    for (const outside of [[10.1, 59.5], [8, 58], [9.5, 60.2], [10.0001, 59.5]]) {
        const position = nearestInside(square, outside);
        assert.equal(contains(square, position), true);
        assert.ok(position[0] <= 10 && position[0] >= 9 && position[1] <= 60 && position[1] >= 59);
    }
    const [lon, lat] = nearestInside(square, [10.1, 59.5]);
    assert.ok(Math.abs(lon - 10) < 1e-4 && Math.abs(lat - 59.5) < 1e-9);
    assert.deepEqual(nearestInside(square, [9.5, 59.5]), [9.5, 59.5]);
    assert.equal(contains(holed, nearestInside(holed, [9.5, 59.55])), true);
});

test('nearest is measured on the ground, not in degrees', () => {
    // 0.3° of longitude at 60° N is 16.7 km, 0.2° of latitude is 22 km: the eastern edge is nearer.
    const notch = {type: 'MultiPolygon', coordinates: [
        [[[0.3, 59], [1, 59], [1, 61], [0.3, 61], [0.3, 59]]],
        [[[-1, 60.2], [0.1, 60.2], [0.1, 61], [-1, 61], [-1, 60.2]]],
    ]};
    assert.ok(nearestInside(notch, [0, 60])[0] >= 0.3);
});

test('bounds of anything, and nothing', () => {
    assert.deepEqual(boundsOf(two), [9, 59, 12, 60]);
    assert.deepEqual(boundsOf({type: 'Feature', geometry: {type: 'Point', coordinates: [1, 2, 30]}}), [1, 2, 1, 2]);
    assert.deepEqual(boundsOf({type: 'FeatureCollection', features: [
        {type: 'Feature', geometry: null}, {type: 'Feature', geometry: square}]}), [9, 59, 10, 60]);
    assert.deepEqual(boundsOf({type: 'GeometryCollection', geometries: [square]}), [9, 59, 10, 60]);
    assert.equal(boundsOf({type: 'FeatureCollection', features: []}), null);
});

test('a circle has its radius in every direction', () => {
    const {coordinates: [ring]} = around([9.7, 59], 500);
    for (const position of ring) assert.ok(Math.abs(distance_m([9.7, 59], position) - 500) < 1);
    assert.deepEqual(ring[0], ring.at(-1));
});
