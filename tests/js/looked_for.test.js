import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {createFinder} from 'mapdialog/citizen/looked_for.js';

const read = path => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const finder = createFinder(read('mapdialog/contributions/looked_for.json'));

test('the page finds in each example what the server finds', () => {
    for (const {text, finds} of read('tests/contributions/looked_for_examples.json')) {
        assert.deepEqual(finder(text).map(find => [find.sort, find.text]), finds, text);
    }
});

test('a find says where it stands, and the rest is the text', () => {
    const text = 'Hei 👋 ring 412 34 567 i kveld';
    const [{start, end}] = finder(text);
    assert.equal(text.slice(0, start) + text.slice(end), 'Hei 👋 ring  i kveld');
});

test('a long text takes no long time', () => {
    for (const part of ['1 ', 'a', 'a.', 'Mvh ', 'Ab ', 'lampe ', '0 0-']) assert.deepEqual(finder(part.repeat(2_500)).filter(({sort}) => sort !== 'name'), []);
});
