import assert from 'node:assert/strict';
import {test} from 'node:test';
import {oneAtATime} from 'mapdialog/lib/press.js';

test('an act that still runs is not begun again, and is free again afterwards, also after a failure', async () => {
    const attributes = new Map();
    const button = {setAttribute: (name, value) => attributes.set(name, value), removeAttribute: name => attributes.delete(name)};
    let begun = 0;
    let finish = null;
    const act = oneAtATime(() => { begun++; return new Promise((resolve, reject) => { finish = {resolve, reject}; }); }, {button});
    const first = act();
    act();
    act();
    assert.equal(begun, 1);
    assert.equal(attributes.get('aria-disabled'), 'true');
    finish.reject(new Error('no network'));
    await assert.rejects(first);
    assert.equal(attributes.size, 0);
    act();
    assert.equal(begun, 2);
});
