/**
 * The receipt's page for the author. The edit token comes in the fragment of the address (#uuid.token), or from what this
 * device has sent; it goes to the API in a header and nowhere else.
 */
import {announce} from 'mapdialog/lib/dom.js';
import {readConfig} from 'mapdialog/lib/config.js';
import {ask, oneAtATime} from 'mapdialog/lib/press.js';
import {deviceKey} from 'mapdialog/lib/token.js';
import {createOutbox, openStore} from 'mapdialog/lib/outbox.js';

const {contributions, language, texts} = readConfig();
const slug = contributions.split('/').at(-2);
const byId = id => document.getElementById(id);
const form = byId('own-form');
let own = null;
let version = null;

/** {url, token} of the contribution, if the one who reads this is its author. */
async function author() {
    const [, id, token] = /^#([0-9a-f-]{36})\.([\w+/=-]{22,128})$/.exec(location.hash) ?? [];
    if (id) return {url: `${contributions}/${id}`, token};
    const store = await openStore().catch(() => null);
    const code = location.pathname.split('/').pop();
    return (await store?.receipts() ?? []).find(one => one.receipt.code === code && one.url.startsWith(`${contributions}/`)) ?? null;
}

/** @returns {status, body}; status 0 when there was no answer */
async function call(method, body) {
    const headers = {'X-Edit-Token': own.token, 'Accept-Language': language};
    if (method !== 'GET') headers['If-Match'] = version;
    if (method === 'PATCH') headers['X-Device-Key'] = deviceKey(slug);
    if (body) headers['Content-Type'] = 'application/geo+json';
    try {
        const response = await fetch(own.url, {method, headers, body: body && JSON.stringify(body), credentials: 'omit', cache: 'no-store'});
        version = response.headers.get('ETag') ?? version;
        const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
        return {status: response.status, body: isJson ? await response.json() : null};
    } catch {
        return {status: 0, body: null};
    }
}

function say(text) { announce(byId('own-state'), text); }

function refusal({status, body}) {
    if (status === 410) return texts.gone;
    if (status === 412) return texts.changedMeanwhile;
    return body?.detail ?? texts.failed;
}

/** The page, and what this device remembers of it, say so from now on. */
async function showErased() {
    form.hidden = true;
    byId('state').className = 'status status--erased';
    byId('state-title').textContent = texts.erasedState;
    byId('state-explained').textContent = texts.erasedExplained;
    say(texts.erased);
    const store = await openStore().catch(() => null);
    if (store) await createOutbox({store}).markErased(own.url.split('/').pop());
}

async function show() {
    own = await author();
    byId('own-key')?.classList.toggle('is-wanted', !own);
    if (!own) return;
    byId('own').hidden = false;
    say(texts.loading);
    const answer = await call('GET');
    if (answer.status === 410) return showErased();
    say(answer.status === 200 ? '' : refusal(answer));
    if (answer.status !== 200) return;
    const {text = '', theme = ''} = answer.body.properties;
    form.elements.text.value = text;
    if (form.elements.theme) form.elements.theme.value = theme;
    form.hidden = false;
}

async function save() {
    byId('own-error').textContent = '';
    const properties = {text: form.elements.text.value.trim()};
    if (form.elements.theme?.value) properties.theme = form.elements.theme.value;
    const answer = await call('PATCH', {type: 'Feature', properties});
    if (answer.status === 200) return say(texts.saved);
    if (answer.status === 422) byId('own-error').textContent = answer.body.detail;
    return say(refusal(answer));
}

async function erase() {
    if (!await ask({question: texts.eraseQuestion, yes: texts.eraseForGood, no: texts.keep})) return;
    const answer = await call('DELETE');
    if (!answer.status) return say(texts.notErased);
    if (answer.status !== 204 && answer.status !== 200 && answer.status !== 410) return say(refusal(answer));
    await showErased();
    byId('own-title').focus();
}

const saveOnce = oneAtATime(save, {button: form.querySelector('[type=submit]')});
form.addEventListener('submit', event => {
    event.preventDefault();
    saveOnce();
});
byId('own-erase').addEventListener('click', oneAtATime(erase, {button: byId('own-erase')}));
window.addEventListener('hashchange', show);
show();
