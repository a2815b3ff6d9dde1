/** Writing a contribution: the questions about a chosen spot, the draft, sending, the receipt. */
import {announce} from 'mapdialog/lib/dom.js';
import {fill, numberFormat} from 'mapdialog/lib/config.js';
import {ask, oneAtATime, settle} from 'mapdialog/lib/press.js';
import {token} from 'mapdialog/lib/token.js';
import {createDrafts} from 'mapdialog/citizen/draft.js';
import {fromFeature, missing, readFields, showProblems, toFeature, writeFields} from 'mapdialog/citizen/form.js';
import {watchLengths} from 'mapdialog/citizen/length.js';
import {placeWithoutMap} from 'mapdialog/citizen/otherwise.js';
import {copyButton, whyNot, wordsOf} from 'mapdialog/citizen/mine.js';
import {createSteps} from 'mapdialog/citizen/steps.js';
import {createSending} from 'mapdialog/citizen/sending.js';

const byId = id => document.getElementById(id);
const page = byId('consultation');
const form = byId('contribution');
const isWide = matchMedia('(min-width: 64em)');
// Nobody waits longer than this for advice.
const DOOR_WAIT_MS = 1_500;
const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;

let config = null;
let texts = null;
let stage = null;
let reading = null;
let drafts = null;
let session = null; // {id, token}: the pair for what is being written, from the first word until it is sent
let spot = null;
let receiptOf = null;
let sending = null;
let steps = null;
let door = null; // a promise of what looks after the words that are written

function step(name, {focus = null} = {}) {
    page.dataset.step = name;
    byId('receipt').hidden = name !== 'done';
    if (!focus) return;
    focus.focus({preventScroll: true});
    // On a phone the map with the pin stays above the questions; beside them it is in view anyway.
    const target = isWide.matches ? focus : document.querySelector('.stage');
    target.scrollIntoView({behavior: isStill ? 'auto' : 'smooth', block: isWide.matches && name === 'where' ? 'nearest' : 'start'});
}

/** A spot is chosen, by whatever way: the questions follow. */
function choose(chosen, {focus = true} = {}) {
    spot = chosen;
    reading.stop();
    stage.showPin(spot.lonLat);
    byId('chosen-words').textContent = describe(spot);
    announce(byId('chosen-note'), spot.note ?? '');
    keepDraft();
    steps.forward('what');
    step('what', {focus: focus ? byId('what-title') : null});
}

/** Back and Forward show the step and what is in it: the text stays, nothing is sent. */
function travel(name) {
    if (name === 'what' && spot) return choose(spot);
    if (name === 'done' && receiptOf) return step('done', {focus: byId('receipt')});
    return showMap();
}

/** Moving keeps all that was typed; the crosshair starts where the pin was. */
function showMap() {
    if (page.dataset.step === 'done') spot = null;
    stage.startPlacing();
    step('where', {focus: byId('put-pin')});
}

function describe({lonLat, label, words}) {
    if (label) return label;
    if (words) return fill(texts.inWords, {words});
    const number = value => numberFormat(config.language, {maximumFractionDigits: 5}).format(value);
    return fill(texts.atPosition, {position: `${number(lonLat[1])} · ${number(lonLat[0])}`});
}

function useOtherwise() {
    const {chosen, problem} = placeWithoutMap(form.elements, config);
    showProblems(form, problem ? [problem] : []);
    if (chosen) choose(chosen);
}

function keepDraft() {
    if (!session) use(drafts.start());
    drafts.save({...session, values: readFields(form), place: spot}); // the name that phones have kept it under
}

/** The plain form, should it be needed after all, is sent with the same id: it arrives once in either way. */
function use({id, token: secret}) {
    session = {id, token: secret};
    form.elements.uuid.value = id;
    form.elements.token.value = secret;
}

function restore(draft, {focus = false} = {}) {
    if (!draft) return;
    use(draft);
    writeFields(form, draft.values);
    spot = draft.place;
    if (!spot) {
        if (focus) steps.toMap();
        return;
    }
    choose(spot, {focus});
    announce(byId('form-state'), texts.draft);
}

/** What was left over in a closed tab is written here from now on; what stood in the form before is left over instead. */
async function goOn({id}) {
    const draft = await drafts.take(id);
    const before = session;
    restore(draft, {focus: true});
    if (draft && before) drafts.leave(before.id);
    sending.redraw();
}

async function throwAway({id}) {
    if (!await ask({question: texts.discardQuestion, yes: texts.discard, no: texts.keep})) return;
    drafts.end(id);
    await sending.redraw();
    byId('mine-title').focus();
}

/** Begun, with something in it, and in no tab: what a list may offer. */
async function leftOver() {
    return form ? (await drafts.idle()).filter(({values, place: spotOfDraft}) => spotOfDraft || Object.keys(values).length) : [];
}

/** The draft, unless the page was closed after it had been handed over: then it is on its way already. */
async function unsent(draft) {
    const state = draft && await sending.stateOf(draft.id);
    if (state !== 'waiting' && state !== 'sent') return draft;
    drafts.end(draft.id);
    return null;
}

/** Loaded at the first word. Without it nothing is pointed to here: the server screens the same. */
function watchWords() {
    door ??= import('mapdialog/citizen/right_door.js')
        .then(({createRightDoor}) => createRightDoor(form, config))
        .catch(() => { door = null; });
    return door;
}

async function isPointedOut() {
    const late = new Promise(resolve => { setTimeout(resolve, DOOR_WAIT_MS); });
    return (await Promise.race([watchWords(), late]))?.pointsOut() ?? false;
}

async function submit() {
    const values = readFields(form);
    if (!spot) return showProblems(form, [{field: 'spot', message: texts.needSpot}]);
    keepDraft();
    const problems = missing(form, values, texts);
    showProblems(form, problems);
    if (problems.length || await isPointedOut()) return undefined;
    const feature = toFeature(values, {
        spot, kind: form.elements.kind.value, language: config.language, contributor: contributor(),
        written_at: new Date().toISOString()});
    return deliver(feature);
}

async function deliver(feature) {
    announce(byId('form-state'), texts.sending);
    const result = await sending.send(feature, session);
    announce(byId('form-state'), '');
    if (result.state === 'refused') {
        const {field, detail} = result.problem ?? {};
        return showProblems(form, [{field, message: detail ?? texts.notTaken}]);
    }
    receiptOf = result.id;
    finish(result);
    sending.redraw();
    return undefined;
}

function finish({state, receipt, isOnDisk}) {
    drafts.end(session.id);
    session = null;
    form.reset();
    if (state === 'sent') showReceipt(receipt);
    else showUnsent(isOnDisk === false ? texts.keptInMemory : texts.kept);
    showRule(spot);
    spot = null;
    steps.become('done');
    settle(byId('add-another'));
    step('done', {focus: byId('receipt')});
}

/** Nothing unsent looks sent: no tick, no thanks, but why it waits and a way to take the words along. */
function showUnsent(words) {
    byId('receipt').dataset.state = 'waiting';
    byId('receipt-title').textContent = texts.notSentYet;
    byId('receipt-code-line').hidden = byId('receipt-link-line').hidden = true;
    announce(byId('receipt-state'), words);
}

function waits(item) {
    if (item.id !== receiptOf) return;
    byId('receipt-why').textContent = whyNot(item, texts);
    byId('receipt-copy').replaceChildren(copyButton(() => wordsOf(item), texts));
}

/** @returns whether it is told here that it has arrived */
function received(id, receipt) {
    const isShown = id === receiptOf && page.dataset.step === 'done';
    if (id === receiptOf) showReceipt(receipt);
    return isShown || session?.id === id;
}

/** Refused after it had waited: back to the form, which says why at the field. */
function refused(item) {
    if (item.id === receiptOf && page.dataset.step === 'done') correct(item);
}

async function showRule({lonLat}) {
    byId('receipt-rule').hidden = true;
    const rule = lonLat && await stage.ruleAt(lonLat);
    byId('receipt-rule').hidden = !rule;
    byId('receipt-rule-text').textContent = rule?.text ?? '';
    byId('receipt-rule-text').lang = rule?.language ?? '';
}

/** Where comments are shown at once, what seems to hold something personal is read first, and so it says. */
function sayWhenRead({isWaiting}) {
    const afterwards = byId('read-afterwards');
    if (!afterwards) return;
    afterwards.hidden = isWaiting;
    byId('read-before').hidden = !isWaiting;
}

async function showReceipt({id, code, status_url: url, state}) {
    byId('receipt').dataset.state = 'sent';
    byId('receipt-title').textContent = texts.thankYou;
    byId('receipt-why').textContent = '';
    byId('receipt-copy').replaceChildren();
    announce(byId('receipt-state'), texts.thanks);
    sayWhenRead({isWaiting: state === 'pending'});
    byId('receipt-code').textContent = code;
    byId('receipt-code-line').hidden = byId('receipt-link-line').hidden = false;
    byId('receipt-link').href = url;
    const mine = (await sending.receipts()).find(record => record.id === id);
    if (mine) byId('receipt-link').href = `${url}#${id}.${mine.token}`;
}

/** The same resident in the same consultation, and nothing more: the server keeps only a keyed hash of it. */
function contributor() {
    const key = `mapdialog-contributor-${config.slug}`;
    try {
        const known = localStorage.getItem(key) ?? token();
        localStorage.setItem(key, known);
        return known;
    } catch {
        return null;
    }
}

function correct(item) {
    const {values, spot: old} = fromFeature(JSON.parse(item.body));
    if (session && session.id !== item.id) drafts.leave(session.id);
    use(item);
    writeFields(form, values);
    choose(old);
    const isRefused = item.state === 'refused';
    showProblems(form, isRefused ? [{field: item.problem?.field, message: item.problem?.detail ?? texts.notTaken}] : []);
    sending.redraw();
}

/**
 * @param map the stage; read {stop()}: the one who knows whether the map is being read instead
 * @returns {choose(spot), useOtherwise()}
 */
export async function createWriting(settings, {map, read}) {
    config = settings;
    ({texts} = config);
    stage = map;
    reading = read;
    steps = createSteps(travel);
    drafts = createDrafts(config.slug);
    sending = await createSending(config, {
        node: byId('outbox'),
        mine: byId('mine'),
        title: document.querySelector('h1').textContent,
        onSent: received,
        onRefused: refused,
        onWaiting: waits,
        onCorrect: correct,
        isWritten: id => session?.id === id,
        drafts: {idle: leftOver, onWrite: goOn, onThrowAway: throwAway},
    });
    if (form) {
        restore(await unsent(await drafts.resume()));
        sending.redraw();
        listen();
        drafts.freed().then(isFreed => isFreed && sending.redraw());
    }
    return {choose, useOtherwise};
}

function listen() {
    const send = oneAtATime(submit, {button: byId('send')});
    form.addEventListener('submit', event => {
        // Made plain meanwhile: the form goes to the server by itself.
        if (document.documentElement.classList.contains('plain')) return;
        event.preventDefault();
        send();
    });
    form.addEventListener('input', keepDraft);
    form.addEventListener('input', () => watchWords());
    watchLengths(form, texts);
    byId('move-pin').addEventListener('click', () => steps.toMap());
    byId('add-another').addEventListener('click', () => steps.toMap());
}
