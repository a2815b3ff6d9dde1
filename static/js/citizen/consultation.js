/**
 * The page of one consultation: the map at once, what is needed for writing at the first touch or when the page has come to
 * rest. Without these scripts, or without one of them, the same form is posted to the server (templates/starting.html).
 */
import {readConfig} from 'mapdialog/lib/config.js';
import {createStage} from 'mapdialog/citizen/stage.js';
import {pinCanvas} from 'mapdialog/map/shapes.js';
import {isKept} from 'mapdialog/citizen/kept.js';

const LONGEST_WAIT_MS = 6_000;
// After the first view has come: what is fetched ahead must not be in its way.
const REST_MS = 1_500;
const SEEN_MS = 300;

const config = readConfig();
const {texts} = config;
const root = document.documentElement;
const form = document.getElementById('contribution');
const readButton = document.getElementById('read-others');

let stage = null;
let writing = null;
let others = null;
let searching = null;
let loadOthers = async () => null; // where points are shown: the module

/** Loads the form's modules once; after a failure (no network) the next touch tries again. */
function write() {
    writing ??= import('mapdialog/citizen/writing.js')
        .then(({createWriting}) => createWriting(config, {map: stage, read: {stop: stopReading}}))
        .catch(error => {
            writing = null;
            throw error;
        });
    return writing;
}

function tooLate() {
    return new Promise((_, reject) => { setTimeout(() => reject(new Error('The form did not load in time.')), LONGEST_WAIT_MS); });
}

/** A press before the modules have come is carried out when they have. If they do not come, the plain form stands there. */
function whenWriting(act, spot = null) {
    Promise.race([write(), tooLate()]).then(act).catch(error => failed(error, spot));
}

/** Once, when its field gets the focus; without a network the next focus tries again. */
function search() {
    searching ??= import('mapdialog/citizen/search.js').then(({createSearch}) => createSearch(config, {stage})).catch(() => {
        searching = null;
        stage.hint.say('offline', texts.noNetwork);
    });
    return searching;
}

/** Without a network nothing can be posted either: then the next touch tries again. */
function failed(error, spot = null) {
    if (!navigator.onLine) {
        stage.hint.say('offline', texts.noNetwork);
        return;
    }
    if (!form) return;
    if (spot?.lonLat) form.elements.coordinates.value = [...spot.lonLat].reverse().map(degree => degree.toFixed(5)).join(', ');
    document.getElementById('plain-words').textContent = texts.partMissing;
    dispatchEvent(new Event('plain'));
    console.warn(error);
}

function isReading() { return readButton?.getAttribute('aria-pressed') === 'true'; }

function toggleReading() {
    const reads = !isReading();
    readButton.setAttribute('aria-pressed', String(reads));
    readButton.textContent = reads ? texts.write : texts.read;
    document.getElementById('put-pin').parentElement.hidden = reads;
    if (!reads) return stage.startPlacing();
    stage.read();
    return loadOthers().then(loaded => loaded?.read()).catch(() => {});
}

function stopReading() {
    if (isReading()) toggleReading();
}

/** The dots at once; what they say when somebody reads, or looks elsewhere. */
function showOthers() {
    if (!config.showsPoints) return;
    const {view} = stage;
    const pins = config.nearby.positions.map((lonLat, id) => ({id, lonLat}));
    const layer = view.add(pinCanvas({pins, onSelect: pin => others?.then(({open}) => open(pin))}));
    loadOthers = () => {
        others ??= import('mapdialog/citizen/others.js')
            .then(({createOthers}) => createOthers(config, {view, layer, say: text => stage.hint.say('reading', text)}))
            .catch(error => {
                others = null;
                throw error;
            });
        return others;
    };
    // A page that is only laid out moves the map too. Whatever fails: the list below the map says the same.
    let isTouched = false;
    for (const name of ['pointerdown', 'keydown', 'wheel']) addEventListener(name, () => { isTouched = true; }, {once: true, passive: true});
    view.on('moveend', () => { if (isTouched && !others) loadOthers().catch(() => {}); });
    if (!config.isOpen) loadOthers().catch(() => {});
}

/** What a person needs who loses the network before the first touch: it is there already. */
function fetchAhead() {
    write().catch(error => failed(error));
    import('mapdialog/citizen/position.js').catch(() => {});
}

function afterLoad(act, delay_ms) {
    const wait = () => setTimeout(act, delay_ms);
    if (document.readyState === 'complete') wait();
    else addEventListener('load', wait, {once: true});
}

function whenAtRest(act) { afterLoad(() => (globalThis.requestIdleCallback ?? setTimeout)(act), REST_MS); }

function start() {
    root.classList.replace('plain', 'js'); // the modules came late, and nobody had begun to write
    const whenSeen = new Promise(resolve => { afterLoad(resolve, SEEN_MS); });
    stage = createStage(config, {whenSeen, onPlaced: spot => whenWriting(writer => writer.choose(spot), spot)});
    performance.mark('map-ready'); // what the speed target is measured by
    readButton?.addEventListener('click', toggleReading);
    document.getElementById('use-spot')?.addEventListener('click', () => whenWriting(writer => writer.useOtherwise()));
    document.getElementById('search-field')?.addEventListener('focus', search);
    addEventListener('online', () => stage.hint.drop('offline'));
    showOthers();
    if (isKept(config.slug)) fetchAhead();
    else for (const name of ['pointerdown', 'keydown', 'focusin']) addEventListener(name, () => write().catch(() => {}), {once: true});
    whenAtRest(fetchAhead);
}

if (!root.classList.contains('plain') || !('touched' in root.dataset)) start();
