/**
 * The map of the resident's page: the plan under a fixed crosshair. Moving the map chooses the place, so nothing has to be
 * dragged onto anything, and a tap brings the tapped place under the crosshair.
 */
import {announce, element} from 'mapdialog/lib/dom.js';
import {fill} from 'mapdialog/lib/config.js';
import {contains, distance_m, nearestInside} from 'mapdialog/lib/geometry.js';
import {addBase} from 'mapdialog/map/base.js';
import {createMap, singlePin} from 'mapdialog/map/leaflet.js';
import {pinNode} from 'mapdialog/map/pin.js';
import {mask} from 'mapdialog/map/shapes.js';
import {styleFor, vectorTiles} from 'mapdialog/map/vector_tiles.js';

const LOOK_UP_DELAY_MS = 300;
// The map rests a little beside a position given by the phone: it is still that position.
const SAME_PLACE_M = 2;
// The middle of the first view is nobody's place: a map that has moved less than this has not been moved.
const MOVED_PX = 24;
const GROUND = 2;
const NORDIC = {center: [13, 62], zoom: 4};
// “Boligbebyggelse – blokkbebyggelse”: on the map there is room for what tells it apart.
const shortOf = (label = '') => String(label).split(' – ').at(-1);

/**
 * @param onPlaced({lonLat, zoom, placed_by, accuracy_m, label, note}) when the person has put the pin
 * @param whenSeen a promise: streets, houses and names come after it
 */
export function createStage(config, {onPlaced, whenSeen}) {
    return new Stage(config, onPlaced, whenSeen);
}

class Stage {
    #config;
    #onPlaced;
    #view;
    #plan = null;
    #names = null;
    #position = null;
    #circle = null;
    #pin = null;
    #timer = null;
    #asking = null;
    #label = '';
    #unchosen = null;
    #ask;
    #hint;
    #nodes = Object.fromEntries(['map', 'crosshair', 'here', 'hint', 'locate', 'put-pin', 'legend', 'alternatives', 'levels']
        .map(id => [id, document.getElementById(id)]));

    constructor(config, onPlaced, whenSeen) {
        this.#config = config;
        this.#onPlaced = onPlaced;
        this.#ask = config.texts.placing;
        this.#hint = createHint(this.#nodes.hint);
        this.#nodes.map.classList.add('map');
        this.#view = createMap(this.#nodes.map, {...NORDIC, minZoom: 4, maxZoom: 19, texts: config.texts});
        if (config.bounds) this.#view.fitBounds(config.bounds, {padding: 8});
        this.#unchosen = this.#view.center();
        addBase(this.#view, config.base, {when: whenSeen});
        if (config.overlays) import('mapdialog/map/overlay.js').then(({addOverlays}) => addOverlays(this.#view, config.overlays));
        this.showPlan(config.plans[0]?.key);
        whenSeen.then(() => import('mapdialog/map/names.js')).then(names => {
            this.#names = names.namesOn(this.#view);
            this.#nameZones();
        }).catch(() => {}); // The plan can be tapped and read all the same.
        if (config.area) this.#view.add(mask(config.area));
        this.#listen();
        this.startPlacing();
    }

    get view() { return this.#view; }

    get hint() { return this.#hint; }

    #listen() {
        this.#view.on('move', () => this.#buttonText());
        this.#view.on('moveend', () => this.#moved());
        this.#view.on('dragstart', () => this.#choose());
        this.#nodes.map.addEventListener('keydown', ({key}) => { if (key.startsWith('Arrow')) this.#choose(); });
        this.#nodes['put-pin']?.addEventListener('click', () => this.#press());
        this.#nodes.locate.addEventListener('click', () => this.#locate());
        this.#nodes.alternatives?.addEventListener('change', event => this.showPlan(event.target.value));
        this.#nodes.legend?.parentElement.addEventListener('toggle', () => this.#drawLegend());
        new ResizeObserver(() => this.#view.resized()).observe(this.#nodes.map);
    }

    /** Draws another of the plans, on the level that is shown if it has that one. */
    showPlan(key) {
        const settings = this.#config.plans.find(candidate => candidate.key === key);
        if (!settings) return;
        const before = this.#plan;
        if (before) this.#view.remove(before.layer);
        const plan = {...settings, levels: settings.levels ?? []};
        if (plan.levels.some(([level]) => level === before?.level)) plan.level = before.level;
        const only = ({properties}) => !plan.levels.length || properties.vertical_level === plan.level;
        this.#plan = Object.assign(plan, {first: settings.level, layer: vectorTiles({url: plan.url, style: plan.style, maxNativeZoom: plan.finest, only})});
        this.#view.add(plan.layer);
        this.#nameZones();
        this.#drawLegend();
        this.#offerLevels();
    }

    /** Two fields of one colour are told apart by what is written on them. */
    #nameZones() {
        if (!this.#plan) return;
        const {layer, style} = this.#plan;
        this.#names?.watch(layer, 'zone', {words: ({code, status}) => shortOf(styleFor(style, code, status).label)});
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
        this.#names?.redraw();
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
    startPlacing() {
        this.#forgetPin();
        const isOpen = this.#config.isOpen;
        this.#view.tapToCentre(isOpen, () => this.#choose());
        this.#nodes.crosshair.hidden = !isOpen;
        if (!isOpen) this.#hint.drop('reading');
        else if (this.#isChosen()) this.#hint.drop('reading', 'placing');
        else this.#hint.say('placing', this.#ask);
        this.#moved();
    }

    /** Somebody has moved, tapped or positioned the map: from now on its middle is a place that was meant. */
    #choose() {
        if (this.#nodes.crosshair.hidden) return;
        this.#unchosen = null;
        this.#buttonText();
    }

    #isChosen() {
        if (!this.#unchosen) return true;
        const [[x, y], [x0, y0]] = [this.#view.center(), this.#unchosen].map(lonLat => this.#view.point(lonLat));
        return Math.hypot(x - x0, y - y0) > MOVED_PX;
    }

    /** Nothing is placed: pins can be tapped and read. */
    read() {
        this.#view.tapToCentre(false);
        this.#nodes.crosshair.hidden = true;
        this.#nodes.here.textContent = '';
        this.#hint.say('reading', this.#config.texts.reading);
    }

    /** The chosen place stays on the map through all questions. */
    showPin(lonLat) {
        this.#forgetPin();
        this.#nodes.crosshair.hidden = true;
        this.#view.tapToCentre(false);
        if (!lonLat) return;
        this.#unchosen = null;
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
        const {putPin, closer, outsideButton, choose} = this.#config.texts;
        button.textContent = this.#isOutside() ? outsideButton : this.#isFar() ? closer : this.#isChosen() ? putPin : choose;
    }

    /** One button does what is needed next: inside the area first, then close enough, then one movement, then the pin. */
    #press() {
        const center = this.#view.center();
        const closest = Math.max(this.#view.zoom(), this.#config.placingZoom + 1);
        if (this.#isOutside()) {
            const isChosen = this.#isChosen();
            // At once: a map under way is everywhere, and none of it is what somebody has chosen.
            this.#view.setView(nearestInside(this.#config.area, center, {step_m: 5}), closest, {animate: false});
            if (!isChosen) this.#unchosen = this.#view.center();
            this.#hint.say('moved', this.#config.texts.movedInside);
        } else if (this.#isFar()) {
            this.#view.setView(center, closest);
        } else if (!this.#isChosen()) {
            this.#hint.say('placing', this.#ask);
            this.#nodes.map.focus({preventScroll: true});
        } else {
            this.#hint.drop('placing', 'moved', 'trouble', 'located');
            this.#onPlaced({lonLat: center, zoom: this.#view.zoom(), label: this.#label, ...this.#placedBy(center)});
        }
    }

    #placedBy(center) { return this.#isAtPosition(center) ? this.#position.spot : {placed_by: 'map'}; }

    #isAtPosition(center) {
        return this.#position !== null && distance_m(this.#position.lonLat, center) <= SAME_PLACE_M;
    }

    /** What was chosen by its name comes under the crosshair: {lonLat, zoom, words, spot: {placed_by, accuracy_m, label}}. */
    goTo(named) {
        this.#position = named;
        this.#unchosen = null;
        // At once, as when it moves inside: what is under way is no answer.
        this.#view.setView(named.lonLat, named.zoom, {animate: false});
        this.#hint.say('located', named.words);
        this.#buttonText();
    }

    #moved() {
        this.#buttonText();
        clearTimeout(this.#timer);
        this.#asking?.abort();
        this.#label = '';
        if (this.#nodes.crosshair.hidden) return;
        this.#forgetHints();
        if (this.#isOutside()) this.#say(this.#config.texts.outside);
        else if (!this.#isFar()) this.#timer = setTimeout(() => this.#lookUp(this.#view.center()), LOOK_UP_DELAY_MS);
        else this.#say('');
    }

    /** What was said of the place before does not hold for the next one. */
    #forgetHints() {
        if (this.#isChosen()) this.#hint.drop('placing', 'trouble');
        if (!this.#isAtPosition(this.#view.center())) this.#hint.drop('located');
        if (this.#unchosen === null) this.#hint.drop('moved');
    }

    async #lookUp(lonLat) {
        this.#asking = new AbortController();
        try {
            this.#tell(await this.#at(lonLat, this.#asking.signal));
        } catch (error) {
            if (error.name !== 'AbortError') this.#say(this.#config.texts.noAnswer);
        }
    }

    async #at([lon, lat], signal = null) {
        const {lookUp, slug, language} = this.#config;
        const query = new URLSearchParams({lon: lon.toFixed(6), lat: lat.toFixed(6), consultation: slug});
        const response = await fetch(`${lookUp}?${query}`, {signal, headers: {'Accept-Language': language}});
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        return response.json();
    }

    /** The zone of the plan and the level that are shown goes before the others that lie there. */
    #nearest(zones) {
        const shown = this.#plan?.level ?? GROUND;
        const near = ({version: edition, vertical_level: level}) => 2 * (edition === this.#plan?.edition) + (level === shown);
        return zones.sort((a, b) => near(b) - near(a))[0];
    }

    /** What the plan says of a place in plain words: {text, language}, or null where it says nothing or nobody answers. */
    async ruleAt(lonLat) {
        try {
            const {provision: text, provision_language: language} = this.#nearest((await this.#at(lonLat)).zones) ?? {};
            return text ? {text, language} : null;
        } catch {
            return null;
        }
    }

    /** What lies under the crosshair: the zone in words with its code after them, what the plan says there, the committee. */
    #tell({zones, areas}) {
        const {committee, nothing} = this.#config.texts;
        const shown = this.#plan?.level ?? GROUND;
        const zone = this.#nearest(zones);
        // On the ground goes without saying, unless it is not the level that is looked at.
        const level = zone && (zone.vertical_level !== GROUND || shown !== GROUND) ? zone.level : '';
        const land = zone ? [zone.label, level].filter(Boolean).join(' · ') : '';
        const code = zone ? [...new Set([zone.field, zone.code])].filter(Boolean).join(' · ') : '';
        const area = areas.map(({name, code: areaCode}) => name || areaCode).join(', ');
        this.#label = [zone?.field ? `${land} (${zone.field})` : land, area].filter(Boolean).join(', ');
        if (!this.#label) return this.#say(nothing);
        return this.#nodes.here.replaceChildren(
            land ? element('strong', {class: 'here__land'}, land, ' ', element('span', {class: 'code', text: code})) : '',
            zone?.provision ? element('span', {class: 'here__rule', dir: 'auto', lang: zone.provision_language, text: zone.provision}) : '',
            area ? element('span', {class: 'here__area', text: fill(committee, {name: area})}) : '');
    }

    #say(text) { this.#nodes.here.textContent = text; }

    async #locate() {
        const {texts} = this.#config;
        this.#hint.say('locating', texts.locating);
        try {
            const {findPosition} = await import('mapdialog/citizen/position.js');
            const position = await findPosition(this.#view, this.#config);
            this.#circle?.remove();
            this.#circle = position;
            this.#located(position);
        } catch (error) {
            this.#hint.say('trouble', texts[error.reason] ?? texts.unavailable);
        }
    }

    /** A position that is no point is somewhere in its circle: the place is still to be chosen there. */
    #located({position, isPoint, words}) {
        const {lonLat, accuracy_m, note} = position;
        this.#position = isPoint ? {lonLat, spot: {placed_by: 'gps', accuracy_m, note}} : null;
        this.#unchosen = isPoint ? null : lonLat;
        if (!isPoint) this.#ask = words;
        this.#hint.say(isPoint ? 'located' : 'placing', words);
        this.#buttonText();
    }
}

/** What the map has to say, one thing at a time: it stands until another is said or its kind is dropped. */
function createHint(node) {
    let kind = null;
    return {
        say(as, text) {
            kind = as;
            announce(node, text);
        },
        drop(...kinds) {
            if (!kinds.includes(kind)) return;
            kind = null;
            node.textContent = '';
        },
    };
}
