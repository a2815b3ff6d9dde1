import assert from 'node:assert/strict';
import {test} from 'node:test';
import {whyNot} from 'mapdialog/citizen/mine.js';

const texts = {whyNetwork: 'network', whyBusy: 'busy', whyElse: 'else'};

for (const [status, words] of [[null, 'network'], [200, 'else'], [403, 'else'], [429, 'busy'], [408, 'busy'], [500, 'busy'], [503, 'busy']]) {
    test(`an answer ${status} that is no receipt is explained as: ${words}`, () => {
        assert.equal(whyNot({state: 'waiting', attempts: 1, status, method: 'PUT'}, texts), words);
    });
}
