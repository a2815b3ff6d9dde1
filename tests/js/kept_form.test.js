import assert from 'node:assert/strict';
import {test} from 'node:test';
import {keepForm} from 'mapdialog/planner/layers/kept_form.js';

function storage() {
    const kept = new Map();
    return {getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: key => kept.delete(key)};
}

function form(values) {
    const fields = Object.entries(values).map(([name, value]) => ({name, value}));
    const target = new EventTarget();
    return Object.assign(target, {
        fields,
        elements: {namedItem: name => fields.find(field => field.name === name) ?? null},
        write(name, value) {
            const field = this.elements.namedItem(name);
            field.value = value;
            const event = new Event('input');
            Object.defineProperty(event, 'target', {value: field});
            this.dispatchEvent(event);
        },
    });
}

test('what was written is there after a reload, and what was not is as the server says', () => {
    const kept = storage();
    const first = form({title: '', credit: 'old'});
    keepForm(first, {key: 'a', storage: kept});
    first.write('title', 'Utvalg');
    const again = form({title: '', credit: 'new'});
    keepForm(again, {key: 'a', storage: kept});
    assert.deepEqual(again.fields.map(({value}) => value), ['Utvalg', 'new']);
});

test('another reading begins anew, and so does a form that was sent', () => {
    const kept = storage();
    const first = form({title: ''});
    keepForm(first, {key: 'a', storage: kept});
    first.write('title', 'Utvalg');
    const other = form({title: ''});
    keepForm(other, {key: 'b', storage: kept});
    assert.equal(other.fields[0].value, '');
    first.dispatchEvent(new Event('submit'));
    const sent = form({title: ''});
    keepForm(sent, {key: 'a', storage: kept});
    assert.equal(sent.fields[0].value, '');
});

test('where storage is refused the form works as any other', () => {
    const refused = {getItem() { throw new Error('refused'); }};
    const plain = form({title: 'x'});
    keepForm(plain, {key: 'a', storage: refused});
    assert.equal(plain.fields[0].value, 'x');
});
