/**
 * An edition on the map: the ground beneath, the edition in its colours, names over it, what is here under the pointer.
 *
 * `config` is what `edition_map` of mapdialog/planner/layers/layer_map.py gives. Of a plan on several vertical levels one is shown:
 * → {view, edition, colour(table), level(), pick(level), show(box), highlight(id), lay(other, wanted)}
 */
import {element} from 'mapdialog/lib/dom.js';
import {project} from 'mapdialog/lib/tiles.js';
import {addBase} from 'mapdialog/map/base.js';
import {paintLabels} from 'mapdialog/map/labels.js';
import {labelOf} from 'mapdialog/map/legend.js';
import {canvasOverlay, createMap} from 'mapdialog/map/leaflet.js';
import {vectorTiles} from 'mapdialog/map/vector_tiles.js';

// What a kind looks like where codes have no colours of their own.
const PLAIN = {
    boundary: {fill: '#d6cdea', opacity: 0.4, stroke: '#3b3a4a', strokeWidth: 1.5},
    zoning: {fill: '#e8d9b5', opacity: 0.5, stroke: '#333333', strokeWidth: 1},
    population: {fill: '#c4dbf0', opacity: 0.5, stroke: '#33506b', strokeWidth: 1},
    water: {fill: '#9cc4d8', opacity: 0.7, stroke: '#2f6f8c', strokeWidth: 1, line: '#2f6f8c', lineWidth: 2, radius: 4},
    street: {line: '#b5482a', lineWidth: 3, stroke: '#b5482a', radius: 3},
    light: {fill: '#8a6d00', radius: 4, line: '#8a6d00'},
    address: {fill: '#5b3b8c', radius: 3},
    building: {fill: '#c9b79c', opacity: 0.8, stroke: '#6b4a1f', strokeWidth: 1},
    built_up: {fill: '#d9b38c', opacity: 0.6, stroke: '#6b4a1f', strokeWidth: 1.5},
    place: {fill: '#1a1a1a', radius: 4, line: '#1a1a1a', stroke: '#1a1a1a'},
    other: {fill: '#d9b38c', opacity: 0.6, stroke: '#6b4a1f', strokeWidth: 1.5, line: '#6b4a1f', lineWidth: 2, radius: 4},
};
const OUTLINE = {stroke: '#c2255c', strokeWidth: 2.5, dash: [8, 5], line: '#c2255c', lineWidth: 2, radius: 3};
const NORDIC = {center: [13, 62], zoom: 4};
const LABELS_AFTER_MS = 250;

export function createEditionMap(node, config, {onSelect = () => {}, here = null} = {}) {
    const view = createMap(node, {...NORDIC, minZoom: 2, maxZoom: 20, texts: config.texts});
    if (config.bounds) view.fitBounds(config.bounds, {padding: 24, maxZoom: 17});
    addBase(view, groundOf(config));
    let table = tableOf(config.edition);
    const {levels = []} = config.edition;
    let {level} = config.edition;
    const only = ({properties}) => levels.length === 0 || properties.vertical_level === level;
    const edition = view.add(vectorTiles({url: config.edition.url, style: table, pane: 'plan', opacity: 0.8, only}));
    const others = new Map();
    const names = config.labels ? namesOver(view, config.labels, () => (levels.length ? `&level=${level}` : '')) : null;

    const below = lonLat => edition.featuresAt(lonLat).map(({id, properties}) => ({id, ...properties, label: labelOf(table, keyOf(properties), config.language)}));

    view.on('click', ({lonLat}) => {
        const features = below(lonLat);
        if (features.length) view.showPopup(lonLat, whatIsHere(features, config.texts), {label: config.texts.popup});
        edition.highlight(features.length ? feature => feature.id === features[0].id : null);
        onSelect(features[0] ?? null);
    });
    if (here) {
        view.on('mousemove', ({lonLat}) => {
            const [top] = below(lonLat);
            here.textContent = top ? inWords(top) : '';
        });
    }

    return {
        view, edition,
        colour(next) {
            table = tableOf({...config.edition, style: next});
            edition.setStyle(table);
            return table;
        },
        table: () => table,
        level: () => level,
        pick(next) {
            level = next;
            edition.setOnly(only);
            names?.renew();
            view.closePopup();
        },
        /** Brings a box into view; a point is shown with its surroundings. */
        show(box) { view.fitBounds(box, {padding: 60, maxZoom: 17}); },
        highlight: id => edition.highlight(id === null ? null : feature => feature.id === id),
        lay(other, isShown) {
            if (!others.has(other.id)) others.set(other.id, vectorTiles({url: other.url, style: {'*': OUTLINE}, pane: 'areas'}));
            const layer = others.get(other.id);
            if (isShown && !view.has(layer)) view.add(layer);
            else if (!isShown && view.has(layer)) view.remove(layer);
        },
    };
}

/** Areas and zones have names of their own: those of the places beneath would lie over them. */
function groundOf({base, edition}) {
    if (base.mode !== 'own' || !['boundary', 'zoning'].includes(edition.kind)) return base;
    return {...base, layers: base.layers.filter(({kind}) => kind !== 'place')};
}

/** The style table of an edition; kinds without codes of their own get one look. */
function tableOf({kind, style}) {
    return Object.keys(style ?? {}).length ? style : {'*': PLAIN[kind] ?? PLAIN.other};
}

const keyOf = ({code, status}) => (status === 2 ? `${code}:2` : code);

/** `B1 · 1110 Boligbebyggelse` */
export function inWords({code, name, label, field}) {
    const known = label && label !== String(code) ? `${code} ${label}`.trim() : code;
    return [field, known, name && name !== code ? name : null].filter(Boolean).join(' · ');
}

function whatIsHere(features, texts) {
    return element('div', {class: 'popup stack--tight'}, features.slice(0, 8).map(({code, name, label, field}) => element('p', {class: 'popup__item'},
        element('strong', {}, [code, label === String(code) ? null : label].filter(Boolean).join(' ') || name || texts.noName),
        name && name !== code ? element('span', {text: name}) : null,
        field ? element('span', {class: 'quiet', text: `${texts.field}: ${field}`}) : null)));
}

/** Names of what is in view, the largest first; the server says which, so that 20,000 zones are no heavier than twenty. */
function namesOver(view, address, which) {
    let labels = [];
    let timer = 0;
    let request = null;
    const layer = canvasOverlay({paint: (context, frame) => paintLabels(context, frame, labels), pane: 'labels'});

    async function fetchNames() {
        request?.abort();
        request = new AbortController();
        const box = view.bounds().map(edge => edge.toFixed(6)).join(',');
        try {
            const response = await fetch(`${address}?box=${box}${which()}`, {signal: request.signal});
            if (!response.ok) return;
            labels = (await response.json()).labels.map(([text, lon, lat], rank) => {
                const [x, y] = project([lon, lat]);
                return {x, y, text, rank};
            });
            layer.redraw();
        } catch {
            // Moved on, or no network: the map is whole without names.
        }
    }

    const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(fetchNames, LABELS_AFTER_MS);
    };
    view.add(layer);
    view.on('moveend', soon);
    soon();
    return {renew: fetchNames};
}
