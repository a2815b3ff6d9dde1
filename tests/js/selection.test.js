import assert from 'node:assert/strict';
import {test} from 'node:test';
import {dayOf, isEmpty, midnight, readSelection, readView, toFilter, toQuery, unknownIn} from 'mapdialog/planner/selection.js';

test('the address and the selection say the same', () => {
    const search = '?theme=lys%2C-&area=B1&from=2026-05-01&to=2026-05-31';
    const selection = readSelection(search);
    assert.deepEqual(selection, {theme: ['lys', '-'], area: ['B1'], state: [], from: '2026-05-01', to: '2026-05-31'});
    assert.equal(`?${toQuery(selection)}`, search);
});

test('what is not known or not a day is dropped', () => {
    const selection = readSelection('?theme=lys,nonsense&from=yesterday', {theme: ['lys']});
    assert.deepEqual(selection.theme, ['lys']);
    assert.equal(selection.from, '');
    assert.ok(isEmpty(readSelection('?tab=list')));
    assert.equal(readSelection('?from=2026-02-31').from, '');
});

test('what an address asks for that is not there has a name', () => {
    const known = {theme: ['lys', '-'], area: ['B1', '-'], state: ['pending'], tab: ['list'], over: ['a', 'b']};
    const search = '?theme=lys,gone,-&area=x&state=nonsense,-&from=2026-02-31&to=1026-01-01&tab=old&over=a,c&themes=lys&view=here';
    assert.deepEqual(unknownIn(search, known), [
        ['theme', 'gone'], ['area', 'x'], ['state', 'nonsense'], ['state', '-'], ['from', '2026-02-31'], ['to', '1026-01-01'],
        ['tab', 'old'], ['over', 'c'], ['themes', 'lys'], ['view', 'here'],
    ]);
    assert.deepEqual(unknownIn('?theme=lys&theme=-', known), [['theme', '-']], 'of two only the first is read');
    assert.deepEqual(unknownIn('?theme=lys,-&area=B1&state=pending&from=2026-02-28&to=&tab=list&over=&view=9.7,-59.02,15', known), []);
    assert.deepEqual(unknownIn('?plan=A', known), [['plan', 'A']], 'where there are no plans');
});

test('a part of the map lies on the globe, or is not there', () => {
    assert.deepEqual(readView('9.7,-59.02,15'), [9.7, -59.02, 15]);
    for (const text of ['', ',,', '1,2', '9.7,59,14,1', '1.2.3,4,5', '999,59,14', '9,-90.1,14', '9,59,99', '9,59,']) {
        assert.equal(readView(text), null, text);
        assert.deepEqual(unknownIn(`?view=${text}`, {}), [['view', text]]);
    }
});

test('nothing chosen lets everything through, "-" means those without', () => {
    const all = toFilter(readSelection(''), {timeZone: 'Europe/Oslo'});
    assert.deepEqual(all, {themes: null, areas: null, states: null, from: null, to: null});
    assert.deepEqual(toFilter(readSelection('?theme=-'), {timeZone: 'Europe/Oslo'}).themes, new Set([null]));
});

test('a day begins at midnight where the municipality is, when the clock changes too', () => {
    assert.equal(midnight('2026-05-05', 0, 'Europe/Oslo').toISOString(), '2026-05-04T22:00:00.000Z');
    assert.equal(midnight('2026-01-05', 0, 'Europe/Oslo').toISOString(), '2026-01-04T23:00:00.000Z');
    // the clock goes forward on 29 March 2026 at 02:00 and back on 25 October at 03:00
    assert.equal(midnight('2026-03-29', 1, 'Europe/Oslo').toISOString(), '2026-03-29T22:00:00.000Z');
    assert.equal(midnight('2026-10-25', 0, 'Europe/Oslo').toISOString(), '2026-10-24T22:00:00.000Z');
    assert.equal(midnight('2026-10-25', 1, 'Europe/Oslo').toISOString(), '2026-10-25T23:00:00.000Z');
    assert.equal(midnight('2020-02-13', 0, 'America/New_York').toISOString(), '2020-02-13T05:00:00.000Z');
});

test('an instant belongs to the day of its place', () => {
    const late = new Date('2026-05-04T22:30:00Z');
    assert.equal(dayOf(late, 'Europe/Oslo'), '2026-05-05');
    assert.equal(dayOf(late, 'America/New_York'), '2026-05-04');
});
