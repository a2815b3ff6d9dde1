// Changes and withdrawals of what was received.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {item, json, make, server} from './outbox_fakes.mjs';

/** One contribution on the server, with the rules of PATCH, GET and DELETE. `lose` answers are lost after they took effect. */
function contribution({text = 'Mørkt her.', theme = 'lys', version = 1} = {}) {
    const there = {properties: {text, theme}, version, isErased: false, log: [], lose: 0};
    const tag = () => ({ETag: `"${there.version}"`});
    const feature = () => json(200, {type: 'Feature', geometry: null, properties: there.properties, receipt: {code: 'A1'}}, tag());
    const answer = (method, headers, body) => {
        if (there.isErased) return json(410, {detail: 'erased'});
        if (method === 'GET') return feature();
        if (method === 'PUT') return json(409, {same: false});
        if (headers['If-Match'] !== `"${there.version}"` && headers['If-Match'] !== '*') return json(412, {detail: 'changed'});
        there.version++;
        if (method === 'DELETE') {
            there.isErased = true;
            return new Response(null, {status: 204});
        }
        Object.assign(there.properties, JSON.parse(body).properties);
        return json(200, {code: 'A1'}, tag());
    };
    there.fetch = async (_url, {method, headers, body}) => {
        there.log.push(method);
        const response = answer(method, headers, body);
        if (there.lose-- > 0) throw new TypeError('network error');
        return response;
    };
    return there;
}

const change = (text, extra = {}) => ({
    id: 'a', method: 'PATCH', url: '/c/a', token: 't'.repeat(32), version: '"1"',
    body: {type: 'Feature', properties: {text}}, about: {text}, ...extra});
const withdrawal = extra => change('', {method: 'DELETE', body: null, ...extra});

function makeAuthor(remote) {
    const events = [];
    const made = make({
        fetch: remote.fetch,
        onSent: ({method}, _receipt, version) => events.push(['sent', method, version]),
        onRefused: ({method, status}) => events.push(['refused', method, status]),
    });
    made.store.settle('', {id: 'a', receipt: {code: 'A1'}, about: {text: 'Mørkt her.'}, sent_at: 1});
    return {...made, events};
}

test('a change is sent with the token and the version, and the device remembers the new words', async () => {
    const remote = contribution();
    let request = null;
    const {outbox, events} = makeAuthor({fetch: (url, options) => { request = options; return remote.fetch(url, options); }});
    await outbox.amend(change('Lyst nå.'));
    await outbox.flush();
    assert.deepEqual([request.method, request.headers['If-Match'], request.headers['X-Edit-Token']], ['PATCH', '"1"', 't'.repeat(32)]);
    assert.deepEqual(events, [['sent', 'PATCH', '"2"']]);
    assert.equal(remote.properties.text, 'Lyst nå.');
    const [record] = await outbox.receipts();
    assert.deepEqual([record.about.text, record.sent_at], ['Lyst nå.', 1]);
    assert.equal((await outbox.summary()).items.length, 0);
});

test('a change whose answer was lost is not called changed elsewhere, and not made twice', async () => {
    const remote = contribution();
    remote.lose = 1;
    const {outbox, events} = makeAuthor(remote);
    // The server takes out what cannot be seen.
    await outbox.amend(change('Lyst\u200b nå. '));
    await outbox.flush();
    remote.properties.text = 'Lyst nå.';
    await outbox.flush({force: true});
    assert.deepEqual(events, [['sent', 'PATCH', '"2"']]);
    assert.equal(remote.version, 2);
});

test('a change after one whose answer was lost is made on top of it', async () => {
    const remote = contribution();
    remote.lose = 1;
    const {outbox, events} = makeAuthor(remote);
    await outbox.amend(change('Første.'));
    await outbox.flush();
    await outbox.amend(change('Andre.'));
    await outbox.flush({force: true});
    assert.deepEqual(events, [['sent', 'PATCH', '"3"']]);
    assert.equal(remote.properties.text, 'Andre.');
});

test('several changes without a network are one, the last', async () => {
    const remote = contribution();
    const {outbox} = makeAuthor(remote);
    for (const text of ['En.', 'To.', 'Tre.']) await outbox.amend(change(text));
    assert.equal((await outbox.summary()).items.length, 1);
    await outbox.flush();
    assert.deepEqual([remote.log, remote.properties.text, remote.version], [['PATCH'], 'Tre.', 2]);
});

test('what somebody else has changed is refused, kept, and may be saved over it after it was read', async () => {
    const remote = contribution({version: 7, text: 'Fra en annen telefon.'});
    const {outbox, events} = makeAuthor(remote);
    await outbox.amend(change('Lyst nå.'));
    await outbox.flush();
    assert.deepEqual(events, [['refused', 'PATCH', 412]]);
    assert.equal(remote.properties.text, 'Fra en annen telefon.');
    assert.equal(JSON.parse((await outbox.changeOf('a')).body).properties.text, 'Lyst nå.');
    await outbox.amend(change('Lyst nå.', {version: '"7"'}));
    await outbox.flush();
    assert.equal(remote.properties.text, 'Lyst nå.');
});

test('a change of what was erased is refused and its words are kept', async () => {
    const remote = contribution();
    remote.isErased = true;
    const {outbox, events} = makeAuthor(remote);
    await outbox.amend(change('Lyst nå.'));
    await outbox.flush();
    assert.deepEqual(events, [['refused', 'PATCH', 410]]);
    assert.match((await outbox.changeOf('a')).body, /Lyst nå/);
});

test('a withdrawal takes the place of a change that waits, and counts also when its answer was lost', async () => {
    const remote = contribution();
    remote.lose = 2;
    const {outbox, events} = makeAuthor(remote);
    await outbox.amend(change('Lyst nå.'));
    await outbox.flush(); // arrives, its answer is lost
    await outbox.amend(withdrawal());
    await outbox.flush({force: true}); // 412, and that answer is lost too
    await outbox.flush({force: true}); // 412, read, sent again
    assert.equal(remote.isErased, true);
    assert.deepEqual(events, [['sent', 'DELETE', null]]);
    const [record] = await outbox.receipts();
    assert.deepEqual([record.erased, record.about.text], [true, '']);
    await outbox.amend(withdrawal());
    await outbox.flush();
    assert.equal(events.length, 2, '410 to a withdrawal is what was wanted');
});

test('a busy service, read after a refusal, is later and no refusal', async () => {
    const {outbox, events} = makeAuthor({fetch: async (_url, {method}) => (method === 'GET' ? json(503, {}) : json(412, {}))});
    await outbox.amend(change('Lyst nå.'));
    assert.deepEqual(await outbox.flush(), {sent: 0, waiting: 1, refused: 0});
    assert.deepEqual(events, []);
});

test('what is saved while an older change is under way is sent after it', async () => {
    const remote = contribution();
    let isFirst = true;
    const {outbox, events} = makeAuthor({fetch: async (url, options) => {
        if (isFirst) {
            isFirst = false;
            await outbox.amend(change('Nyere.'));
        }
        return remote.fetch(url, options);
    }});
    await outbox.amend(change('Eldre.'));
    await outbox.flush();
    await outbox.flush();
    assert.equal(remote.properties.text, 'Nyere.');
    assert.deepEqual(events, [['sent', 'PATCH', '"3"']]);
});

test('a new contribution that had arrived unseen and was edited meanwhile becomes a change of it', async () => {
    const remote = contribution({text: 'Gammel.'});
    const {outbox, events} = makeAuthor(remote);
    await outbox.add(item('a', {body: {type: 'Feature', properties: {kind: 'pin', contributor: 'c', text: 'Ny.'}}}));
    await outbox.flush();
    assert.deepEqual(remote.log, ['PUT', 'GET', 'PATCH']);
    assert.equal(remote.properties.text, 'Ny.');
    assert.equal('contributor' in remote.properties, false);
    assert.equal(events[0][0], 'sent');
});

test('deleting what may have arrived unseen withdraws it without a word; what was never tried is just gone', async () => {
    const remote = contribution();
    remote.lose = 1;
    const {outbox, store, events} = makeAuthor(remote);
    await outbox.add(item('never-tried'));
    await outbox.discard('never-tried');
    assert.equal((await store.all()).length, 0);
    await outbox.add(item('a'));
    await outbox.flush();
    await outbox.discard('a');
    const {items, waiting, refused} = await outbox.summary();
    assert.deepEqual([items, waiting, refused], [[], 0, 0]);
    assert.equal((await store.get('a')).body, null);
    await outbox.flush();
    assert.deepEqual([remote.isErased, events, (await store.all()).length], [true, [], 0]);
});

test('an item that an earlier version of the page has kept is sent as a new contribution', async () => {
    const remote = server();
    const {outbox, store} = make(remote);
    await store.put({id: 'a', url: '/c/a', body: '{}', token: 't'.repeat(32), headers: {}, after: null, state: 'waiting', created_at: 1, attempts: 0, retry_at: 0});
    assert.equal((await outbox.flush()).sent, 1);
    assert.equal(remote.log[0].options.method, 'PUT');
});
