/**
 * The receipt's page for the author. The edit token comes in the fragment of the address (#uuid.token), or from what this
 * device has sent; it goes to the API in a header and nowhere else. What is changed here goes through the outbox.
 */
import {announce, element} from 'mapdialog/lib/dom.js';
import {fill, readConfig} from 'mapdialog/lib/config.js';
import {noteUnsent} from 'mapdialog/citizen/kept.js';
import {watchLengths} from 'mapdialog/citizen/length.js';
import {copyButton, unsentLabel, whyNot, wordsOf} from 'mapdialog/citizen/mine.js';
import {ask, oneAtATime} from 'mapdialog/lib/press.js';
import {deviceKey} from 'mapdialog/lib/token.js';
import {createOutbox, listen, memoryStore, openStore} from 'mapdialog/lib/outbox.js';

const {contributions, language, slug, texts} = readConfig();
const byId = id => document.getElementById(id);
const form = byId('own-form');
const store = await openStore().catch(() => null);
const outbox = createOutbox({store: store ?? memoryStore(), onSent: received, onRefused: refused, onChange: changed});

let own = null; // {id, url, token} of the contribution, if the one who reads this is its author
let version = null; // the ETag of what the form was filled with
let current = ''; // the words that the server has
let pending = null; // the change or withdrawal that has not been received yet
let isSending = false; // what is on its way just now is not late

async function author() {
    const [, id, token] = /^#([0-9a-f-]{36})\.([\w+/=-]{22,128})$/.exec(location.hash) ?? [];
    if (id) return {id, url: `${contributions}/${id}`, token};
    const code = location.pathname.split('/').pop();
    return (await outbox.receipts()).find(record => record.receipt.code === code && record.url.startsWith(`${contributions}/`)) ?? null;
}

/** What the server has, and its version. @returns {status, body}; status 0 when there was no answer */
async function read() {
    const headers = {'X-Edit-Token': own.token, 'Accept-Language': language};
    try {
        const response = await fetch(own.url, {headers, credentials: 'omit', cache: 'no-store'});
        const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
        const answer = {status: response.status, body: isJson ? await response.json() : null};
        if (answer.status === 200) {
            version = response.headers.get('ETag');
            current = answer.body.properties.text ?? '';
        }
        return answer;
    } catch {
        return {status: 0, body: null};
    }
}

function say(text) { announce(byId('own-state'), text); }

function fillForm({text = '', theme = ''}) {
    form.elements.text.value = text;
    if (form.elements.theme && theme) form.elements.theme.value = theme;
}

/** The page, and what this device remembers of it, say so from now on. */
async function showErased() {
    form.hidden = true;
    byId('state').className = 'status status--erased';
    byId('state-title').textContent = texts.erasedState;
    byId('state-explained').textContent = texts.erasedExplained;
    for (const node of document.querySelectorAll('[data-until-erased]')) node.hidden = true;
    say(texts.erased);
    await outbox.markErased(own.id);
}

async function show() {
    own = await author();
    byId('own-key')?.classList.toggle('is-needed', !own);
    if (!own) return;
    byId('own').hidden = false;
    pending = await outbox.changeOf(own.id) ?? null;
    // What was written here is here, also when nothing can be fetched.
    if (pending?.method === 'PATCH') fillForm(JSON.parse(pending.body).properties);
    say(texts.loading);
    const {status, body} = await read();
    version ??= pending?.version ?? null;
    if (status === 410) {
        await showErased();
    } else {
        say(status === 200 || pending ? '' : body?.detail ?? texts.failed);
        if (status === 200 && !pending) fillForm(body.properties);
        form.hidden = !version;
    }
    drawPending();
}

/** Amber, with why and the words to take along: nothing unsent looks sent. */
function drawPending() {
    const box = byId('own-unsent');
    const isLate = pending !== null && !isSending;
    box.hidden = !isLate;
    form.hidden ||= isLate && pending.method === 'DELETE';
    if (!isLate) return box.replaceChildren(byId('own-unsent-state'));
    const fate = pending.state === 'waiting' ? (store ? texts.kept : texts.keptInMemory) : '';
    const words = [unsentLabel(pending, texts), whyNot(pending, texts), fate].filter(Boolean).join(' ');
    const state = byId('own-unsent-state');
    if (state.textContent !== words) announce(state, words);
    const isElsewhere = pending.status === 412 && current;
    box.replaceChildren(...[
        state,
        isElsewhere ? element('p', {dir: 'auto'}, fill(texts.saysNow, {text: current})) : null,
        pending.method === 'PATCH' ? copyButton(() => wordsOf(pending), texts) : null,
        element('button', {type: 'button', class: 'ds-button', 'data-variant': 'tertiary', id: 'own-drop', on: {click: drop}},
            pending.method === 'PATCH' ? texts.drop : texts.keepSent),
    ].filter(Boolean));
    return undefined;
}

const drop = oneAtATime(async () => {
    const isChange = pending.method === 'PATCH';
    if (isChange && !await ask({question: texts.dropQuestion, yes: texts.drop, no: texts.keep})) return;
    await outbox.discard(pending.id);
    byId('own-title').focus();
});

/** Another tab, or a try later on, may have sent what waits here. */
async function changed({waiting, refused: notTaken}) {
    noteUnsent(waiting + notTaken);
    if (!own) return;
    const had = pending;
    pending = await outbox.changeOf(own.id) ?? null;
    drawPending();
    if (had && !pending) await show();
}

async function received(item, _receipt, receivedVersion) {
    if (item.contribution !== own?.id) return;
    pending = null;
    drawPending();
    if (item.method === 'DELETE') {
        await showErased();
        byId('own-title').focus();
        return;
    }
    version = receivedVersion ?? version;
    say(texts.saved);
}

/** It was changed elsewhere: what it says now stands beside the person's own words, which may be saved over it. */
async function refused(item) {
    if (item.contribution !== own?.id) return;
    say('');
    if (item.status === 412) await read();
}

/** Kept on the device before anything is sent; what becomes of it is told by `received`, `refused` and `drawPending`. */
async function amend(method, body = null) {
    say(texts.sending);
    isSending = true;
    await outbox.amend({
        id: own.id, method, body, url: own.url, token: own.token, version,
        headers: {'Accept-Language': language, ...(method === 'PATCH' && {'X-Device-Key': deviceKey(slug)})},
        about: {
            title: document.querySelector('.back a').textContent, text: body?.properties.text ?? current,
            href: `${location.pathname}#${own.id}.${own.token}`}});
    await outbox.flush({force: true});
    isSending = false;
    if (pending) say('');
    drawPending();
}

async function save() {
    const properties = {text: form.elements.text.value.trim()};
    if (form.elements.theme?.value) properties.theme = form.elements.theme.value;
    await amend('PATCH', {type: 'Feature', properties});
}

async function erase() {
    if (await ask({question: texts.eraseQuestion, yes: texts.eraseForGood, no: texts.keep})) await amend('DELETE');
}

watchLengths(form, texts);
const saveOnce = oneAtATime(save, {button: form.querySelector('[type=submit]')});
form.addEventListener('submit', event => {
    event.preventDefault();
    saveOnce();
});
byId('own-erase').addEventListener('click', oneAtATime(erase, {button: byId('own-erase')}));
window.addEventListener('hashchange', show);
await show();
listen(outbox);
