/**
 * Vector tiles (MVT 2) of layers, drawn on canvas with a style table: 20,000 zones cost 4 MB of memory, as GeoJSON 173.
 *
 * A style table is {code: {fill, opacity, stroke, strokeWidth, dash, stripes, pattern, patternColour, label, line, lineWidth, casing, grow, radius},
 * '*': {…}}, by the property `code` of a feature, or the one called `key`; `code:status` goes before, for existing and future use. Lines
 * take `line` and `lineWidth` where given, since some layers hold areas and lines.
 */
import {PbfReader, VectorTile} from '@mapbox/vector-tile';
import {segmentDistance} from 'mapdialog/lib/geometry.js';
import {fillTemplate, project} from 'mapdialog/lib/tiles.js';
import {canvasTiles} from 'mapdialog/map/leaflet.js';
import {fillStyle} from 'mapdialog/map/patterns.js';

const KINDS = ['', 'Point', 'LineString', 'Polygon'];
const UNKNOWN = {fill: '#d9d9d9', stroke: '#6b6b6b', strokeWidth: 1};
const CHOSEN = {stroke: '#c2255c', strokeWidth: 4};
const REACH = {Point: 22, LineString: 8};

export function styleFor(table, code, status) {
    return table[`${code}:${status}`] ?? table[code] ?? table['*'] ?? UNKNOWN;
}

/**
 * `only(feature)` decides which are drawn and found, as one vertical level of a plan.
 * @returns a layer with featuresAt(lonLat), setStyle(table), setOnly(test), highlight(test | null), setOpacity
 */
export function vectorTiles({url, style, key = 'code', pane = 'plan', only = () => true, fetch = (...all) => globalThis.fetch(...all), ...options}) {
    let table = style;
    let isShown = only;
    let chosen = null;

    async function load(tile, signal) {
        const response = await fetch(fillTemplate(url, tile), {signal});
        if (response.status === 204 || response.status === 404) return null;
        if (!response.ok) throw new Error(`Tile ${tile.z}/${tile.x}/${tile.y}: HTTP ${response.status}`);
        return decodeTile(new Uint8Array(await response.arrayBuffer()));
    }

    const layer = canvasTiles({
        maxNativeZoom: 15, ...options, load, pane,
        paint: (context, features, view) => paintTile(context, features.filter(isShown), view, {table, key, chosen}),
    });
    return Object.assign(layer, {
        /** What is drawn of the tiles on screen, by tile: what names are made of. */
        features: () => layer.shown().map(({tile, data}) => ({tile, features: data.filter(isShown)})),
        featuresAt(lonLat) {
            const loaded = layer.data(lonLat);
            return loaded ? featuresIn(loaded, lonLat).filter(isShown) : [];
        },
        setOnly(test) {
            isShown = test;
            layer.redraw();
        },
        setStyle(next) {
            table = next;
            layer.redraw();
        },
        highlight(test) {
            chosen = test;
            layer.redraw();
        },
    });
}

/** Bytes of a tile → [{layer, id, properties, kind, extent, paths}], paths as arrays of [x, y] in 0…extent. */
function decodeTile(bytes) {
    const tile = new VectorTile(new PbfReader(bytes));
    const features = [];
    for (const layer of Object.values(tile.layers)) {
        for (let i = 0; i < layer.length; i++) {
            const feature = layer.feature(i);
            const paths = feature.loadGeometry().map(path => path.map(({x, y}) => [x, y]));
            features.push({
                layer: layer.name, id: feature.id ?? null, properties: feature.properties, kind: KINDS[feature.type],
                extent: layer.extent, paths});
        }
    }
    return features;
}

/** Paints by style, not by feature: one path per code is several times faster. Hatches lie over plain fills, lines over both. */
function paintTile(context, features, view, {table, key, chosen}) {
    const groups = new Map();
    for (const feature of features) {
        const {[key]: code, status} = feature.properties;
        const name = `${feature.kind} ${code} ${status}`;
        if (!groups.has(name)) groups.set(name, {kind: feature.kind, style: styleFor(table, code, status), features: []});
        groups.get(name).features.push(feature);
    }
    for (const group of [...groups.values()].sort((a, b) => rank(a) - rank(b))) paintGroup(context, group, view);
    if (chosen) {
        trace(context, features.filter(feature => feature.kind !== 'Point' && chosen(feature)), view);
        stroke(context, CHOSEN, view);
    }
}

function rank({kind, style}) {
    if (kind === 'Polygon') return style.fill || style.stripes ? 0 : 1;
    return kind === 'LineString' ? 2 : 3;
}

function paintGroup(context, {kind, style, features}, view) {
    if (kind === 'Point') {
        if (style.radius) for (const feature of features) paintPoints(context, feature, style, view);
        return;
    }
    trace(context, features, view);
    if (kind === 'LineString') {
        stroke(context, {...style, stroke: style.line ?? style.stroke, strokeWidth: style.lineWidth ?? style.strokeWidth}, view);
        return;
    }
    const fill = fillStyle(context, style, view.scale);
    if (fill) {
        context.globalAlpha = style.opacity ?? 1;
        context.fillStyle = fill;
        context.fill('nonzero');
        context.globalAlpha = 1;
    }
    stroke(context, style, view);
}

/** The pixel of a tile for a position of its data; `over` is the part of an ancestor that this tile shows. */
function pixels({extent}, {size, over}) {
    const factor = (size * over.scale) / extent;
    return ([x, y]) => [x * factor - over.x * size, y * factor - over.y * size];
}

function trace(context, features, view) {
    context.beginPath();
    for (const feature of features) {
        const toPixels = pixels(feature, view);
        for (const path of feature.paths) {
            path.forEach((point, i) => (i ? context.lineTo(...toPixels(point)) : context.moveTo(...toPixels(point))));
            if (feature.kind === 'Polygon') context.closePath();
        }
    }
}

function stroke(context, {stroke: colour, strokeWidth = 1, grow = 1, casing, dash = []}, {z}) {
    if (!colour) return;
    // Roads grow with the zoom, borders do not; 14 is where a neighbourhood fills a phone.
    const wide = Math.min(40, strokeWidth * grow ** (z - 14));
    context.lineJoin = context.lineCap = 'round';
    if (casing && wide > 2) {
        context.lineWidth = wide + 2;
        context.strokeStyle = casing;
        context.stroke();
    }
    context.setLineDash(dash);
    context.lineWidth = wide;
    context.strokeStyle = colour;
    context.stroke();
    context.setLineDash([]);
}

function paintPoints(context, feature, {fill, stroke: edge = '#ffffff', radius}, view) {
    const toPixels = pixels(feature, view);
    for (const point of feature.paths.flat()) {
        context.beginPath();
        context.arc(...toPixels(point), radius, 0, 2 * Math.PI);
        context.fillStyle = fill ?? '#1a1a1a';
        context.strokeStyle = edge;
        context.lineWidth = 1.5;
        context.fill();
        context.stroke();
    }
}

/** Features of a loaded tile under a position, topmost first. */
function featuresIn({data, tile, zoom}, lonLat) {
    const side = 2 ** tile.z;
    const [x, y] = project(lonLat).map((value, i) => value * side - (i ? tile.y : tile.x));
    const perPixel = 1 / (256 * 2 ** (zoom - tile.z));
    return data
        .filter(feature => {
            const position = [x * feature.extent, y * feature.extent];
            if (feature.kind === 'Polygon') return inRings(feature.paths, position);
            return nearPaths(feature, position, REACH[feature.kind] * perPixel * feature.extent);
        })
        .map(({layer, id, properties, kind}) => ({layer, id, properties, kind}))
        .reverse();
}

function inRings(rings, [x, y]) {
    let inside = false;
    for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
            const [x1, y1] = ring[j];
            const [x2, y2] = ring[i];
            if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
        }
    }
    return inside;
}

function nearPaths({kind, paths}, position, reach) {
    if (kind === 'Point') return paths.flat().some(([x, y]) => Math.hypot(x - position[0], y - position[1]) <= reach);
    return paths.some(path => path.some((point, i) => i > 0 && segmentDistance(path[i - 1], point, position) <= reach));
}
