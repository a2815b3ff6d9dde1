/** The map under everything: the municipality's own layers as vector tiles, a map server's pictures, or nothing. */
import {vectorTiles} from 'mapdialog/map/vector_tiles.js';

/**
 * Calm colours, one style per kind of layer: what residents say must be the strongest thing on the map. The map stays light in dark
 * mode too: land-use colours have a legal meaning, and half transparent over black they are no longer those of the legend.
 */
const STYLES = {
    water: {fill: '#c9dfe8', line: '#8fb9cb', lineWidth: 2},
    place: {},
    boundary: {stroke: '#6f6a86', strokeWidth: 1.5, dash: [6, 4]},
    light: {fill: '#8a6d00', radius: 3},
    address: {},
    // Half transparent: they lie over the plan, whose colours have a meaning.
    building: {fill: '#7d6a53', opacity: 0.42, stroke: '#4f4435', strokeWidth: 0.75},
    built_up: {fill: '#e7e2d8'},
    other: {fill: '#e7e2d8', line: '#8a8a8a'},
};
const STREET = {line: '#ffffff', lineWidth: 3, casing: '#9aa0a6', grow: 1.35, fill: '#ffffff', stroke: '#9aa0a6'};
// By the road's category: European, national, county, municipal, private, forest.
const STREETS = {
    E: {...STREET, lineWidth: 6, line: '#ffe3a8'}, R: {...STREET, lineWidth: 5, line: '#fff0cc'}, F: {...STREET, lineWidth: 4},
    P: {...STREET, lineWidth: 2}, S: {...STREET, lineWidth: 1.5}, '*': STREET,
    // A path, where the source tells it apart.
    G: {line: '#7d6f5c', lineWidth: 1.5, dash: [5, 4], grow: 1.15},
};
// What is fetched and drawn after the rest where there is a rest to see: most of the bytes, and nothing that finds the plan.
const DETAILS = ['street', 'building', 'address'];
const NAMED = ['place', 'street', 'address'];
const TILES = '/tiles/layers/{edition}/{z}/{x}/{y}.mvt';

/**
 * @param base {mode: 'own', credit, layers: [{edition, kind, style?}]}, or {mode: 'direct' | 'proxy', url, credit, failed, minZoom,
 *     maxNativeZoom, bounds, own: {what is shown while the map server does not answer}}, or {mode: 'none'}
 * @param when a promise: streets, buildings, house numbers and all names come after it
 */
export function addBase(view, base, {when = Promise.resolve()} = {}) {
    if (!base.url) return {remove: addOwn(view, base, when)};
    const adding = import('mapdialog/map/overlay.js').then(({addPictures}) => addPictures(view, base, {instead: () => addOwn(view, base.own, when)}));
    return {remove: () => adding.then(({remove}) => remove())};
}

function addOwn(view, {layers = [], credit}, when) {
    const added = [];
    let isRemoved = false;
    const add = isDetail => {
        for (const settings of layers) {
            if (DETAILS.includes(settings.kind) === isDetail) added.push({kind: settings.kind, layer: view.add(own(settings))});
        }
    };
    add(false);
    when.then(() => {
        if (isRemoved) return null;
        add(true);
        return import('mapdialog/map/names.js');
    }).then(names => {
        if (isRemoved) return;
        for (const {kind, layer} of added) if (NAMED.includes(kind)) names.namesOn(view).watch(layer, kind);
    }).catch(() => {}); // Without the names it is a map all the same.
    const removeCredit = credit ? view.credit(credit) : () => {};
    return () => {
        isRemoved = true;
        for (const {layer} of added) view.remove(layer);
        removeCredit();
    };
}

// One tile of zoom 13 holds some two kilometres at 60° N: a phone asks once for each layer and draws all closer zooms from it.
const FINEST = 13;
// A town's buildings and numbers are too many for one such tile, and specks farther out.
const SCALES = {building: {minZoom: 15, maxNativeZoom: 15}, address: {minZoom: 17, maxNativeZoom: 16}};

function own({edition, kind, style, ...scale}) {
    return vectorTiles({
        url: TILES.replace('{edition}', edition),
        style: style ?? (kind === 'street' ? STREETS : {'*': STYLES[kind] ?? STYLES.other}),
        key: style || kind !== 'street' ? 'code' : 'category',
        pane: kind === 'building' ? 'details' : 'base',
        maxNativeZoom: FINEST,
        ...SCALES[kind],
        ...scale,
    });
}
