/**
 * The map of the resident's page: the plan under a fixed crosshair. Moving the map chooses the place, so nothing has to be
 * dragged onto anything, and a tap brings the tapped place under the crosshair.
 */
import {element} from 'mapdialog/lib/dom.js';
import {fill} from 'mapdialog/lib/config.js';
import {contains, distance_m, nearestInside} from 'mapdialog/lib/geometry.js';
import {addBase} from 'mapdialog/map/base.js';
import {createMap, singlePin} from 'mapdialog/map/leaflet.js';
import {pinNode} from 'mapdialog/map/pin.js';
import {mask} from 'mapdialog/map/shapes.js';
import {vectorTiles} from 'mapdialog/map/vector_tiles.js';

const LOOK_UP_DELAY_MS = 300;
// The map rests a little beside a position given by the phone: it is still that position.
const SAME_PLACE_M = 2;
const GROUND = 2;
const NORDIC = {center: [13, 62], zoom: 4};

/** @param onPlaced({lonLat, zoom, placed_by, accuracy_m, label}) when the person has put the pin */
export function createStage(config, {onPlaced}) {
    return new Stage(config, onPlaced);
}

class Stage {
    #config;
    #onPlaced;
    #view;
    #plan = null;
    #position = null;
    #circle = null;
    #pin = null;
    #timer = null;
    #asking = null;
    #label = '';
    #nodes = Object.fromEntries(['map', 'crosshair', 'here', 'hint', 'locate', 'put-pin', 'legend', 'alternatives', 'levels']
        .map(id => [id, document.getElementById(id)]));

    constructor(config, onPlaced) {
        this.#config = config;
        this.#onPlaced = onPlaced;
        this.#nodes.map.classList.add('map');
        this.#view = createMap(this.#nodes.map, {...NORDIC, minZoom: 4, maxZoom: 19, texts: config.texts});
        if (config.bounds) this.#view.fitBounds(config.bounds, {padding: 8});
        addBase(this.#view, config.base);
        if (config.overlays) import('mapdialog/map/overlay.js').then(({addOverlays}) => addOverlays(this.#view, config.overlays));
        this.showPlan(config.plans[0]?.key);
        if (config.area) this.#view.add(mask(config.area));
        this.#listen();
        this.place();
    }

    get view() { return this.#view; }

    #listen() {
        this.#view.on('move', () => this.#buttonText());
        this.#view.on('moveend', () => this.#moved());
        this.#nodes['put-pin']?.addEventListener('click', () => this.#press());
        this.#nodes.locate.addEventListener('click', () => this.#locate());
        this.#nodes.alternatives?.addEventListener('change', event => this.showPlan(event.target.value));
        this.#nodes.legend?.parentElement.addEventListener('toggle', () => this.#drawLegend());
        new ResizeObserver(() => this.#view.resized()).observe(this.#nodes.map);
    }

    /** Draws another of the plans, on the level that is shown if it has that one. */
    showPlan(key) {
        const found = this.#config.plans.find(one => one.key === key);
        if (!found) return;
        const before = this.#plan;
        if (before) this.#view.remove(before.layer);
        const plan = {...found, levels: found.levels ?? []};
        if (plan.levels.some(([level]) => level === before?.level)) plan.level = before.level;
        const only = ({properties}) => !plan.levels.length || properties.vertical_level === plan.level;
        this.#plan = Object.assign(plan, {first: found.level, layer: vectorTiles({url: plan.url, style: plan.style, maxNativeZoom: plan.finest, only})});
        this.#view.add(plan.layer);
        this.#drawLegend();
        this.#offerLevels();
    }

    /** Tunnels, the ground and bridges lie over one another: one level at a time. */
    #offerLevels() {
        const {levels} = this.#nodes;
        const plan = this.#plan;
        levels.hidden = !plan.levels.length;
        levels.replaceChildren(...plan.levels.map(([level, words]) => element('label', {class: 'switch__choice'}, element('input', {
            type: 'radio', name: 'level', checked: level === plan.level, on: {change: () => this.#showLevel(level)}}), element('span', {text: words}))));
    }

    #showLevel(level) {
        this.#plan.level = level;
        this.#plan.layer.redraw();
        this.#drawLegend();
        this.#moved();
    }

    async #drawLegend() {
        const {legend} = this.#nodes;
        if (!legend?.parentElement.open) return;
        const {keysOn, legendEntries, renderLegend} = await import('mapdialog/map/legend.js');
        const {style, level, first} = this.#plan;
        renderLegend(legend, legendEntries(style, keysOn(style, level, first)));
    }

    /** The crosshair is out: what is there already becomes faint and cannot be hit. */
    place() {
        this.#forgetPin();
        const isOpen = this.#config.isOpen;
        this.#view.tapToCentre(isOpen);
        this.#nodes.crosshair.hidden = !isOpen;
        this.#nodes.hint.textContent = isOpen ? this.#config.texts.placing : '';
        this.#moved();
    }

    /** Nothing is placed: pins can be tapped and read. */
    read() {
        this.#view.tapToCentre(false);
        this.#nodes.crosshair.hidden = true;
        this.#nodes.here.textContent = '';
        this.#nodes.hint.textContent = this.#config.texts.reading;
    }

    /** The chosen place stays on the map through all questions. */
    showPin(lonLat) {
        this.#forgetPin();
        this.#nodes.crosshair.hidden = true;
        this.#view.tapToCentre(false);
        if (!lonLat) return;
        this.#pin = this.#view.add(singlePin({lonLat, node: pinNode({state: 'new'})}));
        this.#view.setView(lonLat, Math.max(this.#view.zoom(), this.#config.placingZoom));
    }

    #forgetPin() {
        if (this.#pin) this.#view.remove(this.#pin);
        this.#pin = null;
    }

    #isFar() { return this.#view.zoom() < this.#config.placingZoom; }

    #isOutside(lonLat = this.#view.center()) { return this.#config.area !== null && !contains(this.#config.area, lonLat); }

    #buttonText() {
        const button = this.#nodes['put-pin'];
        if (!button) return;
        const {place, closer, outsideButton} = this.#config.texts;
        button.textContent = this.#isOutside() ? outsideButton : this.#isFar() ? closer : place;
    }

    /** One button does what is needed next: inside the area first, then close enough, then the pin. */
    #press() {
        const center = this.#view.center();
        const closest = Math.max(this.#view.zoom(), this.#config.placingZoom + 1);
        if (this.#isOutside()) {
            this.#view.setView(nearestInside(this.#config.area, center, {step_m: 5}), closest);
            this.#nodes.hint.textContent = this.#config.texts.movedInside;
        } else if (this.#isFar()) {
            this.#view.setView(center, closest);
        } else {
            this.#onPlaced({lonLat: center, zoom: this.#view.zoom(), label: this.#label, ...this.#placedBy(center)});
        }
    }

    #placedBy(center) {
        const isGps = this.#position && distance_m(this.#position.lonLat, center) <= SAME_PLACE_M;
        return isGps ? {placed_by: 'gps', accuracy_m: this.#position.accuracy_m} : {placed_by: 'map'};
    }

    #moved() {
        this.#buttonText();
        clearTimeout(this.#timer);
        this.#asking?.abort();
        this.#label = '';
        if (this.#nodes.crosshair.hidden) return;
        if (this.#isOutside()) this.#say(this.#config.texts.outside);
        else if (!this.#isFar()) this.#timer = setTimeout(() => this.#lookUp(this.#view.center()), LOOK_UP_DELAY_MS);
        else this.#say('');
    }

    async #lookUp([lon, lat]) {
        const {lookUp, slug, language, texts} = this.#config;
        this.#asking = new AbortController();
        const query = new URLSearchParams({lon: lon.toFixed(6), lat: lat.toFixed(6), consultation: slug});
        try {
            const response = await fetch(`${lookUp}?${query}`, {signal: this.#asking.signal, headers: {'Accept-Language': language}});
            if (!response.ok) throw new Error(`HTTP ${response.status}`);
            this.#tell(await response.json());
        } catch (error) {
            if (error.name !== 'AbortError') this.#say(texts.noAnswer);
        }
    }

    /** What lies under the crosshair: zones with code and words, then the committee. */
    #tell({zones, areas}) {
        const {committee, nothing} = this.#config.texts;
        const shown = this.#plan?.level ?? GROUND;
        const near = ({version, vertical_level: level}) => 2 * (version === this.#plan?.version) + (level === shown);
        const [zone] = zones.sort((a, b) => near(b) - near(a));
        // On the ground goes without saying, unless it is not the level that is looked at.
        const level = zone && (zone.vertical_level !== GROUND || shown !== GROUND) ? zone.level : '';
        const land = zone ? [[zone.field, zone.label].filter(Boolean).join(' – '), level].filter(Boolean).join(' · ') : '';
        const area = areas.map(({name, code}) => name || code).join(', ');
        this.#label = [land, area].filter(Boolean).join(', ');
        if (!this.#label) return this.#say(nothing);
        return this.#nodes.here.replaceChildren(
            land ? element('strong', {class: 'here__land'}, land, ' ', element('span', {class: 'code', text: zone.code})) : '',
            area ? element('span', {class: 'here__area', text: fill(committee, {name: area})}) : '');
    }

    #say(text) { this.#nodes.here.textContent = text; }

    async #locate() {
        const {texts} = this.#config;
        const {locate, locateText, showPosition} = await import('mapdialog/map/locate.js');
        this.#nodes.hint.textContent = texts.locating;
        try {
            this.#position = await locate();
            this.#circle?.remove();
            this.#circle = showPosition(this.#view, this.#position);
            this.#nodes.hint.textContent = fill(texts.located, {metres: this.#position.accuracy_m});
        } catch (error) {
            this.#nodes.hint.textContent = locateText(error, texts);
        }
    }
}
