import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createDrafts} from 'mapdialog/citizen/draft.js';

function storage() {
    return Object.defineProperties({}, {
        getItem: {value(name) { return this[name] ?? null; }},
        setItem: {value(name, value) { this[name] = value; }},
        removeItem: {value(name) { delete this[name]; }},
    });
}

/** Web Locks as far as drafts use them: held until the work is done; `close(tab)` is what closing a tab does. */
function lockManager() {
    const owners = new Map();
    const waiting = new Map();
    async function grant(name, tab, work) {
        owners.set(name, tab);
        const result = await work({name});
        owners.delete(name);
        return result;
    }
    return tab => ({
        async request(name, {ifAvailable}, work) {
            if (!owners.has(name)) return grant(name, tab, work);
            if (ifAvailable) return work(null);
            return new Promise(resolve => waiting.set(name, resolve)).then(() => grant(name, tab, work));
        },
        query: async () => ({held: [...owners.keys()].map(name => ({name}))}),
        close() {
            for (const [name, owner] of owners) {
                if (owner !== tab) continue;
                owners.delete(name);
                waiting.get(name)?.();
            }
        },
    });
}

function device() {
    const shared = storage();
    const locksOf = lockManager();
    return (name, tab = storage()) => {
        const locks = locksOf(name);
        return {drafts: createDrafts('horing', {storage: shared, tab, locks}), tab, close: () => locks.close()};
    };
}

test('two tabs write two drafts, and the end of one leaves the other', async () => {
    const open = device();
    const [a, b] = [open('a'), open('b')];
    const [first, second] = [a.drafts.start(), b.drafts.start()];
    assert.notEqual(first.id, second.id);
    a.drafts.save({...first, values: {text: 'A'}});
    b.drafts.save({...second, values: {text: 'B'}});
    b.drafts.end(second.id);
    assert.equal((await a.drafts.resume()).values.text, 'A');
});

test('a new tab does not take what another tab is writing, but what a closed one has left', async () => {
    const open = device();
    const a = open('a');
    a.drafts.save({...a.drafts.start(), values: {text: 'A'}});
    assert.equal(await open('b').drafts.resume(), null);
    assert.equal((await open('b').drafts.idle()).length, 0);
    a.close();
    assert.equal((await open('c').drafts.resume()).values.text, 'A');
    assert.equal(await open('d').drafts.resume(), null);
});

test('the draft of a tab that is still being closed when the next opens is listed there', async () => {
    const open = device();
    const [writing, closing, next] = [open('writing'), open('closing'), open('next')];
    writing.drafts.save({...writing.drafts.start(), values: {text: 'goes on'}}, {now: 2});
    closing.drafts.save({...closing.drafts.start(), values: {text: 'left'}}, {now: 1});
    assert.equal(await next.drafts.resume(), null);
    const freed = next.drafts.freed();
    closing.close();
    assert.equal(await freed, true);
    assert.deepEqual((await next.drafts.idle()).map(({values}) => values.text), ['left']);
});

test('of several left the newest is gone on with, and the others are listed', async () => {
    const open = device();
    for (const [name, now] of [['old', 1], ['new', 2]]) {
        const tab = open(name);
        tab.drafts.save({...tab.drafts.start(), values: {text: name}}, {now});
        tab.close();
    }
    const {drafts} = open('now');
    assert.equal((await drafts.resume()).values.text, 'new');
    assert.deepEqual((await drafts.idle()).map(({values}) => values.text), ['old']);
});

test('a page that is loaded again goes on with its own', async () => {
    const open = device();
    const left = open('left');
    left.drafts.save({...left.drafts.start(), values: {text: 'newer, of another'}}, {now: 9});
    left.close();
    const before = open('a');
    before.drafts.save({...before.drafts.start(), values: {text: 'mine'}}, {now: 1});
    before.close();
    assert.equal((await open('a again', before.tab).drafts.resume()).values.text, 'mine');
});
