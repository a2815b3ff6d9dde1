/** What is in a draft, as a list of buttons: found by words, fetched a page at a time. */
import {announce, element} from 'mapdialog/lib/dom.js';

const PAUSE_MS = 250;

/** `onChoose(feature, button)`; the first page comes with the document. */
export function createFeatureList({config, state, onChoose}) {
    const list = document.getElementById('list');
    const more = document.getElementById('more');
    const find = document.getElementById('find');
    let next = null;
    let latest = 0;
    let timer = 0;

    function line(feature) {
        const label = feature.label && feature.label !== feature.code ? ` ${feature.label}` : '';
        const name = feature.name && feature.name !== feature.code ? ` ${feature.name}` : '';
        const button = element('button', {type: 'button', class: 'draft-line', on: {click: () => onChoose(feature, button)}},
            element('strong', {text: feature.code}), label + name, feature.field ? `, ${feature.field}` : null);
        if (!button.textContent.trim()) button.textContent = config.texts.noName;
        return element('li', {}, button);
    }

    function show(page, {onto}) {
        const lines = page.features.map(line);
        if (onto) list.append(...lines);
        else list.replaceChildren(...lines);
        if (!list.children.length) list.append(element('li', {class: 'quiet', text: config.texts.none}));
        next = page.next;
        more.hidden = next === null;
        return lines;
    }

    async function ask({onto}) {
        const mine = ++latest;
        const query = new URLSearchParams({q: find.value, after: onto ? next : 0});
        try {
            const response = await fetch(`${config.features}?${query}`);
            if (!response.ok) throw new Error(String(response.status));
            const page = await response.json();
            if (mine !== latest) return;
            const [first] = show(page, {onto});
            if (onto) first?.querySelector('button').focus();
            else announce(state, page.features.length ? '' : config.texts.none);
        } catch {
            if (mine === latest) announce(state, config.texts.failed);
        }
    }

    more.addEventListener('click', () => ask({onto: true}));
    find.addEventListener('input', () => {
        clearTimeout(timer);
        timer = setTimeout(() => ask({onto: false}), PAUSE_MS);
    });
    show(JSON.parse(document.getElementById('features').textContent), {onto: false});
}
