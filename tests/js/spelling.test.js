import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fromFeature, toFeature} from 'mapdialog/citizen/form.js';
import {deliver} from 'mapdialog/lib/outbox_delivery.js';

const spot = {lonLat: [9.7, 59.02], words: '', zoom: 16, placed_by: 'map'};
const receipt = {code: 'ABC'};

test('what residents fill in is sent as responses', () => {
    const {properties} = toFeature({'answer-why': 'Dark'}, {spot, kind: 'pin'});
    assert.deepEqual(properties.responses, {why: 'Dark'});
    assert.equal('answers' in properties, false);
});

test('an item that was kept before answers were called responses fills the form', () => {
    for (const name of ['answers', 'responses']) {
        const {values} = fromFeature({geometry: null, properties: {text: 'Here', [name]: {why: 'Dark'}}});
        assert.deepEqual(values, {text: 'Here', 'answer-why': 'Dark'});
    }
});

test('an item of before is known again in what the server stored', async () => {
    const stored = {properties: {text: 'Here', responses: {why: 'Dark'}}, geometry: null, receipt};
    const reply = (status, type, content) => ({status, ok: status < 300, headers: new Headers({'Content-Type': type, ETag: '"3"'}), json: async () => content});
    const methods = [];
    async function request({method}) {
        methods.push(method);
        return method === 'GET' ? reply(200, 'application/geo+json', stored) : reply(412, 'application/problem+json', {});
    }
    const body = JSON.stringify({type: 'Feature', geometry: null, properties: {text: 'Here', answers: {why: 'Dark'}}});
    const result = await deliver({method: 'PATCH', version: '"1"', body, tried: []}, request);
    assert.deepEqual({...result, methods}, {kind: 'received', receipt, version: '"3"', methods: ['PATCH', 'GET']});
});
