import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createComposition} from 'mapdialog/planner/layers/compose_state.js';

const people = {A: [10, 1, 5], B: [20, 2, 5], C: [30, null, 5], D: [null, 4, 5]};
const pairs = [['A', 'B'], ['B', 'C'], ['C', 'D']];

test('units are added up, and what one unit does not tell is not told of the sum', () => {
    const composition = createComposition({people, pairs, assigned: {A: 1, B: 1, C: 2}});
    assert.deepEqual(composition.sum(1), {units: 2, people: 30, young: 3, hectares: 10, groups: 1});
    assert.equal(composition.sum(2).young, null);
    assert.equal(composition.sum(3).units, 0);
    assert.equal(composition.left(), 1);
    composition.assign('D', 1);
    assert.equal(composition.sum(1).people, null);
});

test('groups that do not touch are counted, once it is known who touches whom', () => {
    const composition = createComposition({people, assigned: {A: 1, C: 1}});
    assert.equal(composition.sum(1).groups, 1);
    composition.setPairs(pairs);
    assert.equal(composition.sum(1).groups, 2);
    composition.assign('B', 1);
    assert.equal(composition.sum(1).groups, 1);
});

test('every step is undone and redone, and a new step forgets what was undone', () => {
    const composition = createComposition({people, pairs});
    composition.assign('A', 1);
    composition.assign('A', 2);
    composition.assign('A', 2);
    assert.equal(composition.undo(), 'A');
    assert.equal(composition.of('A'), 1);
    composition.undo();
    assert.equal(composition.of('A'), 0);
    assert.equal(composition.undo(), null);
    composition.redo();
    assert.equal(composition.of('A'), 1);
    composition.assign('B', 1);
    assert.equal(composition.canRedo(), false);
    assert.deepEqual(composition.assigned(), {A: 1, B: 1});
});

test('a unit that is not there is not taken in', () => {
    const composition = createComposition({people, assigned: {X: 1}});
    composition.assign('Y', 1);
    assert.deepEqual(composition.assigned(), {});
    composition.replace({A: 3, Z: 1});
    assert.deepEqual(composition.assigned(), {A: 3});
    assert.equal(composition.canUndo(), false);
});
