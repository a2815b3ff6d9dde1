import assert from 'node:assert/strict';
import {test} from 'node:test';
import {lengthNote, lengthOf} from 'mapdialog/citizen/length.js';

const texts = {nearLimit: '{n} of {most}', tooLong: '{n} past {most}'};

test('characters are counted as the server counts them', () => {
    assert.equal(lengthOf('  Mørkt\r\nher \n'), 9);
    assert.equal(lengthOf('a\u030a'), 1);
    assert.equal(lengthOf('\u{1f469}\u{1f3fd}'), 2);
});

test('the limit is said when it is near, and when it is past', () => {
    const note = (n, options) => lengthNote({value: 'x'.repeat(n), dataset: {most: '100'}}, texts, options);
    assert.equal(note(90), '');
    assert.equal(note(91), '91 of 100');
    assert.equal(note(100, {near: 1}), '');
    assert.equal(note(101, {near: 1}), '101 past 100');
});
