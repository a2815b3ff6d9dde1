import assert from 'node:assert/strict';
import {test} from 'node:test';
import {listen, memoryStore} from 'mapdialog/lib/outbox.js';
import {fakeLocks, html, item, json, make, server} from './outbox_fakes.mjs';

test('an item is stored before any network and sent once', async () => {
    const remote = server();
    const {outbox, store} = make(remote);
    await outbox.add(item('a'));
    assert.equal(remote.log.length, 0);
    assert.equal((await store.all()).length, 1);
    assert.deepEqual(await outbox.flush(), {sent: 1, waiting: 0, refused: 0});
    assert.equal((await store.all()).length, 0);
    const [receipt] = await outbox.receipts();
    assert.equal(receipt.receipt.code, 'A1');
    assert.equal(receipt.token, 't'.repeat(32));
});

test('the request carries the token and no cookies', async () => {
    const remote = server();
    const {outbox} = make(remote);
    await outbox.add(item('a', {headers: {'X-Device-Key': 'k'}}));
    await outbox.flush();
    const {options} = remote.log[0];
    assert.equal(options.method, 'PUT');
    assert.equal(options.credentials, 'omit');
    assert.equal(options.redirect, 'error');
    assert.equal(options.headers['X-Edit-Token'], 't'.repeat(32));
    assert.equal(options.headers['X-Device-Key'], 'k');
    assert.equal(options.headers['Content-Type'], 'application/geo+json');
});

test('a lost answer is sent again and stored once', async () => {
    const remote = server();
    let lost = true;
    const {outbox, clock} = make({
        fetch: async (url, options) => {
            const answer = remote.answer(url, options);
            if (lost) throw new TypeError('network error');
            return answer;
        },
    });
    await outbox.add(item('a'));
    assert.deepEqual(await outbox.flush(), {sent: 0, waiting: 1, refused: 0});
    lost = false;
    clock.ms += 60_000;
    assert.deepEqual(await outbox.flush(), {sent: 1, waiting: 0, refused: 0});
    assert.equal(remote.stored.size, 1);
});

test('an answer whose body breaks off is not believed', async () => {
    const broken = new Response('{"code": "A', {status: 201, headers: {'Content-Type': 'application/json'}});
    const {outbox} = make({fetch: async () => broken});
    await outbox.add(item('a'));
    assert.equal((await outbox.flush()).waiting, 1);
});

for (const [name, answer] of [
    ['429', () => json(429, {}, {'Retry-After': '40'})],
    ['503', () => json(503, {})],
    ['500', () => json(500, {})],
    ['408', () => json(408, {})],
    ['a login page with 200', () => html(200)],
    ['a login page with 403', () => html(403)],
    ['JSON of another shape with 200', () => json(200, {portal: 'login'})],
]) {
    test(`${name} keeps the item`, async () => {
        const {outbox, store} = make({fetch: async () => answer()});
        await outbox.add(item('a'));
        assert.deepEqual(await outbox.flush(), {sent: 0, waiting: 1, refused: 0});
        assert.equal((await store.all())[0].attempts, 1);
    });
}

test('Retry-After is kept to, and force overrides it', async () => {
    let calls = 0;
    const {outbox, clock} = make({fetch: async () => { calls++; return json(429, {}, {'Retry-After': '40'}); }});
    await outbox.add(item('a'));
    await outbox.flush();
    clock.ms += 39_000;
    await outbox.flush();
    assert.equal(calls, 1);
    await outbox.flush({force: true});
    assert.equal(calls, 2);
});

test('waiting grows to ten minutes and no further', async () => {
    const {outbox, store, clock} = make({fetch: async () => json(500, {})});
    await outbox.add(item('a'));
    const waits = [];
    for (let i = 0; i < 10; i++) {
        await outbox.flush({force: true});
        waits.push((await store.get('a')).retry_at - clock.ms);
    }
    assert.deepEqual(waits.slice(0, 3), [5_000, 10_000, 20_000]);
    assert.equal(waits.at(-1), 600_000);
});

test('another 4xx is shown to the person, others still go', async () => {
    const refused = [];
    const remote = server();
    const {outbox, store} = make({
        fetch: async (url, options) => (url === '/c/a' ? json(422, {field: 'text'}) : remote.answer(url, options)),
        onRefused: ({problem}) => refused.push(problem.field),
    });
    await outbox.add(item('a'));
    await outbox.add(item('b'));
    assert.deepEqual(await outbox.flush(), {sent: 1, waiting: 0, refused: 1});
    assert.deepEqual(refused, ['text']);
    assert.equal((await store.get('a')).body, '{"text":"a"}');
    await outbox.flush({force: true});
    assert.deepEqual(refused, ['text'], 'a refused item is not sent again by itself');
});

test('409 counts as received only when the same is stored', async () => {
    const {outbox} = make({fetch: async url => json(409, {same: url === '/c/a'})});
    await outbox.add(item('a'));
    await outbox.add(item('b'));
    assert.deepEqual(await outbox.flush(), {sent: 1, waiting: 0, refused: 1});
});

test('a refused item can be mended and sent', async () => {
    const {outbox} = make({
        fetch: async (_url, {body}) => (JSON.parse(body).text === 'a' ? json(400, {}) : json(201, {code: 'ok'})),
    });
    await outbox.add(item('a'));
    await outbox.flush();
    await outbox.change('a', {body: {text: 'longer'}});
    assert.equal((await outbox.flush()).sent, 1);
});

test('one failing item does not hold up the rest', async () => {
    const remote = server();
    const {outbox} = make({
        fetch: async (url, options) => (url === '/c/a' ? json(500, {}) : remote.answer(url, options)),
    });
    await outbox.add(item('a'));
    await outbox.add(item('b'));
    assert.deepEqual(await outbox.flush(), {sent: 1, waiting: 1, refused: 0});
});

test('a photo waits for its text, and goes with it when that is discarded', async () => {
    const order = [];
    const {outbox, clock} = make({fetch: async url => { order.push(url); return json(201, url.endsWith('photo') ? {} : {code: 'A1'}); }});
    await outbox.add(item('photo', {after: 'text', body: new Blob(['x'], {type: 'image/jpeg'})}));
    clock.ms += 1;
    await outbox.add(item('text'));
    await outbox.flush();
    assert.deepEqual(order, ['/c/text', '/c/photo']);

    await outbox.add(item('text'));
    await outbox.add(item('photo', {after: 'text'}));
    await outbox.discard('text');
    assert.equal((await outbox.summary()).items.length, 0);
});

test('three flushers at once send each item once', async () => {
    const remote = server();
    const {outbox} = make(remote);
    for (let i = 0; i < 20; i++) await outbox.add(item(`i${i}`));
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
    assert.equal(remote.log.length, 20);
});

test('two tabs share one store and send each item once', async () => {
    const remote = server();
    const store = memoryStore();
    const locks = fakeLocks();
    const first = make({...remote, store, locks}).outbox;
    const second = make({...remote, store, locks}).outbox;
    for (let i = 0; i < 10; i++) await (i % 2 ? first : second).add(item(`i${i}`));
    await Promise.all([first.flush(), second.flush()]);
    assert.equal(remote.log.length, 10);
    assert.equal((await second.receipts()).length, 10);
});

test('what is added after a flush has looked is sent by the flush asked for then', async () => {
    const remote = server();
    const store = memoryStore();
    const all = store.all;
    let second = null;
    store.all = async () => {
        const items = await all();
        if (!second) {
            second = Promise.resolve();
            await outbox.add(item('b'));
            second = outbox.flush();
        }
        return items;
    };
    const {outbox} = make({...remote, store});
    assert.equal((await outbox.flush()).sent, 0);
    assert.equal((await second).sent, 1);
});

test('being told to wait ends the pass for all', async () => {
    let calls = 0;
    const {outbox} = make({fetch: async () => { calls++; return json(429, {}); }});
    await outbox.add(item('a'));
    await outbox.add(item('b'));
    assert.deepEqual(await outbox.flush(), {sent: 0, waiting: 2, refused: 0});
    assert.equal(calls, 1);
});

test('without Web Locks a double sending is harmless', async () => {
    const remote = server();
    const store = memoryStore();
    const first = make({...remote, store, locks: null}).outbox;
    const second = make({...remote, store, locks: null}).outbox;
    await first.add(item('a'));
    await Promise.all([first.flush(), second.flush()]);
    assert.equal(remote.stored.size, 1);
    assert.equal((await store.all()).length, 0);
});

test('200 queued items all arrive after an interrupted flush', async () => {
    const remote = server();
    let left = 77;
    const {outbox, clock} = make({
        fetch: async (url, options) => {
            if (left-- <= 0) throw new TypeError('link cut');
            return remote.answer(url, options);
        },
    });
    for (let i = 0; i < 200; i++) await outbox.add(item(`i${i}`));
    assert.deepEqual(await outbox.flush(), {sent: 77, waiting: 123, refused: 0});
    left = Infinity;
    clock.ms += 600_000;
    assert.equal((await outbox.flush()).sent, 123);
    assert.equal(remote.stored.size, 200);
});

test('summary says when the next try is due, and not for a photo whose text was refused', async () => {
    const {outbox, clock} = make({fetch: async () => json(400, {})});
    await outbox.add(item('text'));
    await outbox.add(item('photo', {after: 'text'}));
    await outbox.flush();
    const {next_at, waiting, refused} = await outbox.summary();
    assert.deepEqual([next_at, waiting, refused], [null, 1, 1]);
    await outbox.add(item('later'));
    assert.ok((await outbox.summary()).next_at <= clock.ms);
});

test('going online sends at once; stopping ends it', async () => {
    const remote = server();
    let offline = true;
    const {outbox} = make({
        fetch: async (url, options) => {
            if (offline) throw new TypeError('offline');
            return remote.answer(url, options);
        },
    });
    await outbox.add(item('a'));
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), {visibilityState: 'visible'});
    const stop = listen(outbox, {window, document});
    await outbox.flush();
    offline = false;
    window.dispatchEvent(new Event('online'));
    await outbox.flush();
    assert.equal(remote.stored.size, 1);
    stop();
    await outbox.add(item('b'));
    window.dispatchEvent(new Event('focus'));
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(remote.stored.size, 1);
});
