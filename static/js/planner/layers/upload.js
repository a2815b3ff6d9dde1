/** Sending a file: dropped or chosen, with how far it has come, and a way to stop. Without this script the form does it alone. */
import {announce} from 'mapdialog/lib/dom.js';
import {fill, numberFormat, readConfig} from 'mapdialog/lib/config.js';

const {language, most, texts} = readConfig();
const form = document.getElementById('send');
const drop = document.getElementById('drop');
const input = document.getElementById('id_file');
const chosen = document.getElementById('file-chosen');
const stop = document.getElementById('stop');
const submit = document.getElementById('submit');
const sending = document.getElementById('sending');
const bar = document.getElementById('sent');
const words = document.getElementById('sending-words');
const problem = document.getElementById('problem');
let request = null;

function size(bytes) {
    const mega = bytes >= 1e6;
    const unit = {style: 'unit', unit: mega ? 'megabyte' : 'kilobyte', maximumFractionDigits: mega ? 1 : 0};
    return numberFormat(language, unit).format(mega ? bytes / 1e6 : Math.max(1, bytes / 1e3));
}

function complain(text) {
    document.getElementById('problem-text').textContent = text;
    problem.hidden = false;
    problem.focus();
}

/** What stands against sending it, or ''. */
function fault(file) {
    if (!file) return texts.noFile;
    return file.size > most ? fill(texts.tooLarge, {size: size(file.size), limit: size(most)}) : '';
}

function show(file) {
    announce(chosen, file ? fill(texts.chosen, {name: file.name, size: size(file.size)}) : '');
    drop.classList.toggle('drop--full', Boolean(file));
    problem.hidden = true;
    if (file && fault(file)) complain(fault(file));
}

function take(files) {
    if (files.length > 1) return complain(texts.oneFile);
    if (!files.length || request) return undefined;
    input.files = files;
    show(files[0]);
    return (form.querySelector('[name=kind]:checked') ?? form.querySelector('[name=kind]') ?? submit).focus();
}

// The whole window takes a file: one that is let go beside the box would otherwise replace the page.
let depth = 0;
const holdsFiles = event => event.dataTransfer?.types.includes('Files');
window.addEventListener('dragenter', event => {
    if (holdsFiles(event)) drop.classList.toggle('drop--over', ++depth > 0);
});
window.addEventListener('dragleave', event => {
    if (holdsFiles(event)) drop.classList.toggle('drop--over', --depth > 0);
});
window.addEventListener('dragover', event => {
    if (holdsFiles(event)) event.preventDefault();
});
window.addEventListener('drop', event => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    drop.classList.remove('drop--over');
    take(event.dataTransfer.files);
});
input.addEventListener('change', () => show(input.files[0]));

function ended(text) {
    request = null;
    sending.hidden = stop.hidden = true;
    submit.disabled = false;
    if (text) complain(text);
}

/** What the server's answer means for the person. */
function answered({status, responseText}) {
    if (status === 201) {
        window.location.assign(JSON.parse(responseText).location);
        return;
    }
    let detail = texts.refused;
    try {
        detail = JSON.parse(responseText).detail ?? detail;
    } catch {
        // A proxy's page, or the one about an expired sign-in.
    }
    ended(detail);
}

form.addEventListener('submit', event => {
    event.preventDefault();
    if (request) return;
    const wrong = fault(input.files[0]);
    if (wrong) {
        complain(wrong);
        return;
    }
    problem.hidden = true;
    submit.disabled = true;
    sending.hidden = stop.hidden = false;
    bar.value = 0;
    request = new XMLHttpRequest();
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'application/json');
    let announced = -1;
    request.upload.addEventListener('progress', ({loaded, total}) => {
        const percent = Math.floor(100 * loaded / Math.max(1, total));
        bar.value = percent;
        // Every per cent would be read out; tenths are enough.
        if (Math.floor(percent / 10) !== announced) {
            announced = Math.floor(percent / 10);
            announce(words, percent < 100 ? fill(texts.sending, {percent}) : texts.sent);
        }
    });
    request.addEventListener('load', () => answered(request));
    request.addEventListener('error', () => ended(texts.failed));
    request.addEventListener('abort', () => ended(texts.cancelled));
    request.send(new FormData(form));
    stop.focus();
});
stop.addEventListener('click', () => request?.abort());
// Coming back with the browser's arrow, the page is as it was left: sending.
window.addEventListener('pageshow', event => {
    if (event.persisted) ended('');
});
if (!problem.hidden) problem.focus();
drop.dataset.ready = '';
