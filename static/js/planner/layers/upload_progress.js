/** How far the worker is: asked every second; when it is done, the page is fetched anew. */
import {announce} from 'mapdialog/lib/dom.js';

const EVERY_MS = 1000;
const box = document.getElementById('working');
const bar = document.getElementById('progress');
const words = document.getElementById('progress-words');
const late = document.getElementById('progress-late');

function show({percent, words: phase, late: waiting}) {
    if (percent === null || percent === undefined || percent === 0) bar.removeAttribute('value');
    else bar.value = percent;
    // The phase is read out when it changes, not every per cent.
    words.setAttribute('aria-live', words.textContent.split(',')[0] === phase.split(',')[0] ? 'off' : 'polite');
    if (words.textContent !== phase) words.textContent = phase;
    if (late.textContent !== waiting) announce(late, waiting);
}

async function ask() {
    try {
        const response = await fetch(box.dataset.state, {headers: {Accept: 'application/json'}});
        if (response.ok && !response.redirected) {
            const state = await response.json();
            if (state.state !== box.dataset.working || String(state.reading) !== box.dataset.reading) {
                window.location.reload();
                return;
            }
            show(state);
        } else if (response.status < 500) {
            // Signed out, or gone: the page itself says which.
            window.location.reload();
            return;
        }
    } catch {
        // No network just now: asked again.
    }
    setTimeout(ask, EVERY_MS);
}

ask();
