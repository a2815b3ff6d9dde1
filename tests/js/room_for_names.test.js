/** Where a name has room on the map. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {innerCircle, straightStretches} from 'mapdialog/lib/room_for_names.js';

const VIEW = {width: 500, height: 500};

test('a name along a street stands on it, inside the view, and never upside down', () => {
    for (const line of [[[400, 50], [50, 400]], [[50, 400], [400, 50]], [[400, 400], [50, 50]], [[250, 480], [250, -900]]]) {
        const [first] = straightStretches(line, 80, VIEW);
        assert.ok(Math.abs(first.angle) <= Math.PI / 2 + 1e-9);
        assert.ok(first.at.every(value => value >= 0 && value <= 500));
        const [[x1, y1], [x2, y2]] = line;
        assert.ok(Math.abs((x2 - x1) * (first.at[1] - y1) - (y2 - y1) * (first.at[0] - x1)) < 1e-6);
    }
});

test('no name is written across a bend, or along a street shorter than it', () => {
    const bend = [[100, 100], [150, 100], [150, 150]];
    assert.deepEqual(straightStretches(bend, 90, VIEW), []);
    assert.deepEqual(straightStretches([[0, 0], [60, 0]], 80, VIEW), []);
    assert.equal(straightStretches([[100, 100], [150, 100], [150, 400]], 90, VIEW).every(({at: [x]}) => x > 145), true);
});

test('the circle lies in the polygon, beside its holes, where it is widest', () => {
    const horseshoe = [[0, 0], [100, 0], [100, 100], [70, 100], [70, 30], [30, 30], [30, 100], [0, 100]];
    const {at: [x, y], radius} = innerCircle([horseshoe]);
    assert.ok(y < 30 || x < 30 || x > 70);
    assert.ok(radius > 13 && radius < 19);
    const square = [[0, 0], [100, 0], [100, 100], [0, 100]];
    const hole = [[10, 10], [90, 10], [90, 90], [10, 90]];
    assert.ok(innerCircle([square, hole]).radius < 8);
    assert.equal(innerCircle([[[0, 0], [10, 0], [0, 0]]]), null);
});
