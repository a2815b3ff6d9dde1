/**
 * The page of one consultation: the map at once, what is needed for writing at the first touch. Without this script the same
 * form is posted to the server.
 */
import {readConfig} from 'mapdialog/lib/config.js';
import {createStage} from 'mapdialog/citizen/stage.js';
import {isKept} from 'mapdialog/citizen/kept.js';

const config = readConfig();
const {texts} = config;
const readButton = document.getElementById('read-others');
const hint = document.getElementById('hint');

const stage = createStage(config, {onPlaced: place => whenWriting(writing => writing.choose(place))});
let writing = null;
let others = null;
performance.mark('map-ready'); // what the speed target is measured by

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

/** A press before the modules have come is carried out when they have. */
function whenWriting(act) {
    write().then(act, () => { hint.textContent = texts.noNetwork; });
}

function isReading() { return readButton?.getAttribute('aria-pressed') === 'true'; }

function toggleReading() {
    const reads = !isReading();
    readButton.setAttribute('aria-pressed', String(reads));
    readButton.textContent = reads ? texts.write : texts.read;
    document.getElementById('put-pin').parentElement.hidden = reads;
    if (!reads) return stage.place();
    stage.read();
    return others?.read();
}

function stopReading() {
    if (isReading()) toggleReading();
}

async function showOthers() {
    if (!config.showsPoints) return;
    const {createOthers} = await import('mapdialog/citizen/others.js');
    others = createOthers(config, {view: stage.view, node: hint});
    if (isReading()) others.read();
}

readButton?.addEventListener('click', toggleReading);
document.getElementById('use-place')?.addEventListener('click', () => whenWriting(writing => writing.useOtherwise()));
showOthers();
if (isKept(config.slug)) write();
else for (const name of ['pointerdown', 'keydown', 'focusin']) addEventListener(name, () => write().catch(() => {}), {once: true});
