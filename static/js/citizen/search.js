/**
 * Searching for an address, a street or a named place: a combobox with a list (ARIA's pattern), loaded when its field gets the
 * focus. Choosing moves the map there; without a network the named places that stand on the page are searched.
 */
import {announce, element} from 'mapdialog/lib/dom.js';
import {fill, plural} from 'mapdialog/lib/config.js';
import {inMetres} from 'mapdialog/citizen/position.js';
import {readPosition} from 'mapdialog/lib/written_position.js';

const [SHORTEST, LONGEST] = [2, 80];
const WAIT_MS = 200;
const MOST = 8;
// Larger than this is said: its middle is not what somebody means who says something about one end of it.
const LARGE_M = 50;

// As near as its extent fits on a small map, and no nearer than one looks at a house. A pixel is this at the equator and zoom 0.
const METRES_A_PIXEL = 156_543;
const [REACH_PX, NO_EXTENT_M, FARTHEST, NEAREST] = [100, 50, 15, 17];

const byId = id => document.getElementById(id);

/** @param stage what moves the map: {view, goTo(hit)} */
export function createSearch(config, {stage}) {
    return new Search(config, stage);
}

class Search {
    #config;
    #stage;
    #field = byId('search-field');
    #list = element('ul', {class: 'search__list', id: 'search-list', role: 'listbox', hidden: true});
    #note = element('p', {class: 'search__note', role: 'status'});
    #hits = [];
    #active = -1;
    #timer = null;
    #asking = null;
    #isAwaited = false; // Enter was pressed before there was an answer

    constructor(config, stage) {
        this.#config = config;
        this.#stage = stage;
        this.#field.addEventListener('input', () => this.#typed());
        this.#field.addEventListener('keydown', event => this.#key(event));
        this.#field.addEventListener('focus', () => this.#typed());
        this.#field.addEventListener('blur', () => this.#close());
        // The field keeps the focus, so that the list is still there when the finger is lifted.
        this.#list.addEventListener('pointerdown', event => event.preventDefault());
        this.#list.addEventListener('click', ({target}) => {
            const option = target.closest('[role=option]');
            if (option) this.#choose(this.#hits[[...this.#list.children].indexOf(option)]);
        });
        const attributes = {'aria-autocomplete': 'list', 'aria-controls': 'search-list', maxlength: LONGEST, spellcheck: 'false', enterkeyhint: 'search', dir: 'auto'};
        for (const [name, value] of Object.entries(attributes)) this.#field.setAttribute(name, value);
        this.#list.setAttribute('aria-label', this.#field.placeholder);
        byId('search').append(element('div', {class: 'search__answer'}, this.#list, this.#note));
        document.head.append(element('link', {rel: 'stylesheet', href: byId('search').dataset.style}));
        this.#typed();
    }

    #typed() {
        this.#stop();
        this.#isAwaited = false;
        if (this.#text().length < SHORTEST) return this.#close();
        this.#timer = setTimeout(() => this.#ask(), WAIT_MS);
        return undefined;
    }

    #text() { return this.#field.value.trim(); }

    #stop() {
        clearTimeout(this.#timer);
        this.#asking?.abort();
        this.#asking = null;
    }

    async #ask() {
        const {texts, language} = this.#config;
        const asking = new AbortController();
        this.#asking = asking;
        try {
            const hits = await this.#fetch(asking.signal);
            if (this.#asking === asking) this.#show(hits, hits.length ? plural(texts.matches, hits.length, language) : texts.noMatch);
        } catch (error) {
            if (this.#asking !== asking || error.name === 'AbortError') return;
            if (error.status) this.#show([], texts.noAnswer);
            else this.#show(listedOnPage(this.#text()), texts.whyNetwork);
        } finally {
            if (this.#asking === asking) this.#asking = null;
        }
    }

    async #fetch(signal) {
        const {contributions, language} = this.#config;
        const names = new URL('names', new URL(contributions, location.href)); // beside them
        const [lon, lat] = this.#stage.view.center();
        const query = new URLSearchParams({q: this.#text(), lon: lon.toFixed(2), lat: lat.toFixed(2)});
        const response = await fetch(`${names}?${query}`, {signal, headers: {'Accept-Language': language}});
        if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), {status: response.status});
        return (await response.json()).hits;
    }

    #show(hits, note) {
        this.#hits = hits;
        this.#list.replaceChildren(...hits.map(({kind, name, within}, number) => element('li', {
            class: 'search__option', role: 'option', id: `search-option-${number}`, 'aria-selected': 'false'},
        element('span', {class: 'search__name', dir: 'auto', text: name}), ' ',
        element('span', {class: 'search__within', text: [this.#config.texts.kinds[kind], within].filter(Boolean).join(' · ')}))));
        this.#open(hits.length > 0);
        this.#activate(-1);
        announce(this.#note, note);
        if (this.#isAwaited && hits.length) this.#choose(hits[0]);
    }

    #open(isOpen) {
        this.#list.hidden = !isOpen;
        this.#field.setAttribute('aria-expanded', String(isOpen));
    }

    #close() {
        this.#stop();
        this.#open(false);
        this.#activate(-1);
        this.#note.textContent = '';
    }

    #activate(number) {
        this.#active = number;
        for (const [at, option] of [...this.#list.children].entries()) option.setAttribute('aria-selected', String(at === number));
        if (number < 0) return this.#field.removeAttribute('aria-activedescendant');
        const option = this.#list.children[number];
        this.#field.setAttribute('aria-activedescendant', option.id);
        return option.scrollIntoView({block: 'nearest'});
    }

    #key(event) {
        const acts = {ArrowDown: () => this.#step(1), ArrowUp: () => this.#step(-1), Enter: () => this.#enter(), Escape: () => this.#escape()};
        if (!acts[event.key] || event.isComposing) return;
        event.preventDefault();
        acts[event.key]();
    }

    /** Round and round; a list that was closed opens. */
    #step(by) {
        const n = this.#hits.length;
        if (!n || this.#text().length < SHORTEST) return;
        if (this.#list.hidden) this.#open(true);
        this.#activate(this.#active < 0 ? (by > 0 ? 0 : n - 1) : (this.#active + by + n) % n);
    }

    #enter() {
        if (!this.#list.hidden) return this.#choose(this.#hits[Math.max(0, this.#active)]);
        if (this.#text().length < SHORTEST) return undefined;
        this.#stop();
        this.#isAwaited = true;
        return this.#ask();
    }

    /** First the list goes, then what was typed. */
    #escape() {
        if (this.#list.hidden) this.#field.value = '';
        this.#close();
    }

    #choose({name, within, kind, lon, lat, extent_m}) {
        const {texts, language} = this.#config;
        const isLarge = extent_m > LARGE_M;
        this.#field.value = name;
        this.#isAwaited = false;
        this.#close();
        this.#hits = [];
        const label = [name, within].filter(Boolean).join(', ');
        const fits = Math.floor(Math.log2(METRES_A_PIXEL * Math.cos(lat * Math.PI / 180) * REACH_PX / (extent_m ?? NO_EXTENT_M)));
        const zoom = Math.max(FARTHEST, Math.min(NEAREST, fits));
        this.#stage.goTo({
            lonLat: [lon, lat], zoom, spot: {placed_by: kind === 'address' ? 'address' : 'list', accuracy_m: extent_m, label},
            words: fill(isLarge ? texts.showsLarge : texts.shows, {name, distance: isLarge ? inMetres(extent_m, language) : ''})});
    }
}

/** The named places that the form lists: every word typed begins one of theirs. */
function listedOnPage(text) {
    const split = words => words.toLowerCase().normalize('NFC').split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const typed = split(text);
    const isMeant = ({value, textContent}) => value && typed.length && typed.every(word => split(textContent).some(other => other.startsWith(word)));
    return [...byId('id_listed_place')?.options ?? []].filter(isMeant).slice(0, MOST).map(option => {
        const [lon, lat] = readPosition(option.value, {isHere: () => true}).lonLat;
        return {name: option.textContent.trim(), within: '', kind: 'place', lon, lat, extent_m: null};
    });
}
