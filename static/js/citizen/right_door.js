/**
 * The right door: while somebody writes, a calm notice beside the text says that a fault is better reported elsewhere, whom to call in
 * danger, and what in it is personal. Nothing that is typed leaves the device for it. Sending is held up once for what has not been
 * pointed to yet; what stood there already while it was written has been.
 */
import {element} from 'mapdialog/lib/dom.js';
import {fill} from 'mapdialog/lib/config.js';
import {settle} from 'mapdialog/lib/press.js';
import {createFinder} from 'mapdialog/citizen/looked_for.js';

const PAUSE_MS = 800;
// Longer than a press: what moves the button that a finger is on makes the press miss.
const AFTER_BLUR_MS = 400;
const PERSONAL = ['national-id', 'phone', 'email', 'name'];
const WRITTEN = 'textarea, input[name=place_words], input[type=text][name^="answer-"]';

const dialled = number => `tel:${number.replaceAll(' ', '')}`;
const line = (...children) => element('p', {class: 'door__line'}, ...children);

/** @param settings {page, language} @returns Promise of {pointsOut()}: whether something was pointed to just now, which has the focus */
export async function createRightDoor(form, {page, language}) {
    const response = await fetch(`${page}right-door?lang=${encodeURIComponent(language)}`, {headers: {'Accept-Language': language}});
    if (!response.ok) throw new Error(`The list did not come: ${response.status}`);
    const door = await response.json();
    document.head.append(element('link', {rel: 'stylesheet', href: door.styles}));
    const finder = createFinder(door);
    const fields = [...form.querySelectorAll(WRITTEN)].map(field => watch(field, {door, finder, form}));
    return {
        pointsOut() {
            const fresh = fields.filter(({look}) => look()).at(0);
            fresh?.show();
            return fresh !== undefined;
        },
    };
}

/** A field and its notice. @returns {look() → whether something is said that was not said before, show()} */
function watch(field, {door, finder, form}) {
    const words = element('div', {class: 'door__words', role: 'status'});
    const acts = element('div', {class: 'door__words'});
    const box = element('div', {class: 'door', tabindex: '-1', hidden: true}, words, acts);
    const known = new Set();
    let drawn = '';
    let removal = null; // {before, after}: what one press gives back
    let timer = null;
    // The fields of the spot are out of sight when the comment is sent: what is said of them stands at the comment.
    const host = field.closest('#what') ? field.closest('.ds-field') ?? field.parentElement : form.querySelector('#field-text');
    host.append(box);

    function look() {
        clearTimeout(timer);
        if (removal && field.value !== removal.after) removal = null;
        const finds = finder(field.value);
        const keys = [...new Set(finds.map(({sort, text}) => (PERSONAL.includes(sort) ? `${sort} ${text}` : sort)))];
        const isFresh = keys.some(key => !known.has(key));
        draw(finds, {state: JSON.stringify([keys, removal !== null])});
        // What nobody can see has not been said, and holds nothing up.
        if (box.offsetParent === null) return false;
        for (const key of keys) known.add(key);
        return isFresh;
    }

    function draw(finds, {state}) {
        if (state === drawn) return;
        drawn = state;
        const personal = finds.filter(({sort}) => PERSONAL.includes(sort));
        words.replaceChildren(...[
            finds.some(({sort}) => sort === 'danger') && dangerWords(door),
            finds.some(({sort}) => sort === 'fault') && faultWords(door),
            personal.length > 0 && personalWords(personal, door),
            removal && line(door.texts.removed),
        ].filter(Boolean));
        acts.replaceChildren(...personal.map(removeButton), ...(removal ? [undoButton()] : []));
        box.hidden = !words.childElementCount;
    }

    function button(text, act, attributes = {}) {
        return element('button', {type: 'button', class: 'ds-button', 'data-variant': 'secondary', ...attributes, on: {click: act}}, text);
    }

    function removeButton(find) {
        return button(fill(door.texts.remove, {words: find.text}), () => remove(find), {dir: 'auto'});
    }

    function undoButton() { return button(door.texts.undo, undo, {'data-undo': ''}); }

    /** Drafts and counters hear of it as of typing. */
    function write(text) {
        field.value = text;
        field.dispatchEvent(new Event('input', {bubbles: true}));
        look();
    }

    function remove({start, end}) {
        const before = field.value;
        const rest = before.slice(end);
        const after = before.slice(0, start).replace(/ $/, /^[\s.,!?]|^$/.test(rest) ? '' : ' ') + rest;
        removal = {before: removal?.before ?? before, after};
        write(after);
        acts.querySelector('[data-undo]')?.focus();
    }

    function undo() {
        const {before} = removal;
        removal = null;
        write(before);
        field.focus();
    }

    /** Held up once: the way on stands there too. */
    function show() {
        const anyway = button(door.texts.sendAnyway, () => form.requestSubmit(form.querySelector('#send')));
        acts.append(anyway);
        settle(anyway);
        box.focus({preventScroll: true});
        box.scrollIntoView({block: 'center'});
    }

    function lookLater(wait_ms) {
        clearTimeout(timer);
        timer = setTimeout(look, wait_ms);
    }

    field.addEventListener('input', () => lookLater(PAUSE_MS));
    field.addEventListener('blur', () => lookLater(AFTER_BLUR_MS));
    if (document.activeElement === field) lookLater(PAUSE_MS);
    return {look, show};
}

function dangerWords({numbers, texts}) {
    const links = numbers.map(({number, whom}) => element('a', {class: 'ds-link door__number', href: dialled(number)}, number, whom && element('span', {class: 'door__whom', text: whom})));
    return element('div', {class: 'door__danger'}, element('p', {class: 'door__first'}, ...links), element('p', {text: texts.danger}));
}

function faultWords({fault, texts}) {
    const links = [
        fault.page && element('a', {class: 'ds-link', href: fault.page, target: '_blank', rel: 'noopener', text: texts.faultPage}),
        fault.phone && element('a', {class: 'ds-link', href: dialled(fault.phone), text: fault.phone}),
    ].filter(Boolean);
    return element('div', {class: 'door__fault'},
        element('p', {text: links.length ? texts.fault : texts.faultNowhere}),
        links.length > 0 && element('p', {class: 'door__links'}, ...links),
        element('p', {text: texts.stillComment}));
}

function personalWords(finds, {texts}) {
    return element('div', {class: 'door__personal'},
        element('p', {text: texts.personal}),
        ...finds.map(({sort, text}) => element('p', {dir: 'auto', text: fill(texts.sorts[sort], {words: text})})),
        element('p', {text: texts.waits}));
}
