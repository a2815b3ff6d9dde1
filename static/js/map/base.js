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
    address: {fill: '#77777f', radius: 2},
    building: {fill: '#d8cfc2', stroke: '#b3a797', strokeWidth: 0.5},
    built_up: {fill: '#e7e2d8'},
    other: {fill: '#e7e2d8', line: '#8a8a8a'},
};
const STREET = {line: '#ffffff', lineWidth: 3, casing: '#9aa0a6', grow: 1.35, fill: '#ffffff', stroke: '#9aa0a6'};
// By the road's category: European, national, county, municipal, private, forest.
const STREETS = {
    E: {...STREET, lineWidth: 6, line: '#ffe3a8'}, R: {...STREET, lineWidth: 5, line: '#fff0cc'}, F: {...STREET, lineWidth: 4},
    P: {...STREET, lineWidth: 2}, S: {...STREET, lineWidth: 1.5}, '*': STREET,
};
const TILES = '/tiles/layers/{edition}/{z}/{x}/{y}.mvt';

/**
 * @param base {mode: 'own', credit, layers: [{edition, kind, style?}]}, or {mode: 'direct' | 'proxy', url, credit, failed, minZoom,
 *     maxNativeZoom, bounds, own: {what is shown while the map server does not answer}}, or {mode: 'none'}
 */
export function addBase(view, base) {
    if (!base.url) return {remove: addOwn(view, base)};
    const adding = import('mapdialog/map/overlay.js').then(({addPictures}) => addPictures(view, base, {instead: () => addOwn(view, base.own)}));
    return {remove: () => adding.then(({remove}) => remove())};
}

function addOwn(view, {layers = [], credit}) {
    const added = layers.map(layer => view.add(own(layer)));
    const removeCredit = credit ? view.credit(credit) : () => {};
    return () => {
        for (const layer of added) view.remove(layer);
        removeCredit();
    };
}

// One tile of zoom 13 holds some two kilometres at 60° N: a phone asks once for each layer and draws all closer zooms from it.
const FINEST = 13;
// A town's buildings are too many for one such tile, and specks farther out.
const SCALES = {building: {minZoom: 14, maxNativeZoom: 15}};

function own({edition, kind, style, ...scale}) {
    return vectorTiles({
        url: TILES.replace('{edition}', edition),
        style: style ?? (kind === 'street' ? STREETS : {'*': STYLES[kind] ?? STYLES.other}),
        key: style || kind !== 'street' ? 'code' : 'category',
        pane: 'base',
        labels: kind === 'place',
        maxNativeZoom: FINEST,
        ...SCALES[kind],
        ...scale,
    });
}
