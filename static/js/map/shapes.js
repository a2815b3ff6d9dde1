/**
 * What is drawn from data in the page: pins, areas, the mask. All on canvases; see canvasOverlay in map/leaflet.js for `frame`.
 */
import {around, contains, segmentDistance} from 'mapdialog/lib/geometry.js';
import {project} from 'mapdialog/lib/tiles.js';
import {paintLabels} from 'mapdialog/map/labels.js';
import {canvasOverlay} from 'mapdialog/map/leaflet.js';
import {fillStyle} from 'mapdialog/map/patterns.js';
import {CASING, paintDot} from 'mapdialog/map/pin.js';

const CHOSEN = '#c2255c';
const PLAIN = {stroke: '#1a1a1a', strokeWidth: 2};
// Half of the 44 pixels that a finger needs.
const REACH = 22;
const LINE_REACH = 8;

/** Pins [{id, lonLat, colour?, radius?}] as circles: dark core, white casing. `onSelect(pin)` gets the one nearest to the finger. */
export function pinCanvas({pins = [], onSelect = null, opacity = 1} = {}) {
    let placed = [];
    let chosen = null;

    function paint(context, frame) {
        for (const {pin, x, y} of placed) {
            const px = x * frame.world - frame.left;
            const py = y * frame.world - frame.top;
            if (px < -20 || py < -20 || px > frame.width + 20 || py > frame.height + 20) continue;
            if (pin.id === chosen) paintDot(context, px, py, {radius: 10, colour: CHOSEN});
            else paintDot(context, px, py, pin);
        }
    }

    const layer = canvasOverlay({paint, pane: 'pins', opacity});
    layer.onSelect = onSelect;
    layer.hit = position => nearestPin(placed, position);
    layer.set = next => {
        placed = next.filter(pin => pin.lonLat).map(locate);
        layer.redraw();
    };
    layer.highlight = id => {
        chosen = id;
        // Painted last, over its neighbours.
        placed.sort((a, b) => (a.pin.id === id) - (b.pin.id === id));
        layer.redraw();
    };
    layer.set(pins);
    return layer;
}

function locate(pin) {
    const [x, y] = project(pin.lonLat);
    return {pin, x, y};
}

function nearestPin(placed, {world: [x, y], pixel}) {
    let best = null;
    let least = (REACH * pixel) ** 2;
    for (const {pin, x: pinX, y: pinY} of placed) {
        const square = (pinX - x) ** 2 + (pinY - y) ** 2;
        if (square <= least) [best, least] = [pin, square];
    }
    return best;
}

/**
 * A GeoJSON FeatureCollection, Feature or geometry. `style(feature)` → {fill, fillOpacity, stroke, strokeWidth, dash, pattern, stripes, label,
 * radius}; `onSelect(feature, lonLat)`. Positions are [lon, lat].
 */
export function geojson(data, {pane = 'areas', style = () => PLAIN, onSelect = null, opacity = 1} = {}) {
    let shapes = [];
    let chosen = null;

    function paint(context, frame) {
        for (const shape of shapes) paintShape(context, frame, shape, shape.feature.id === chosen && chosen !== null);
        const labels = shapes.filter(shape => shape.style.label).map(shape => ({...shape.middle, text: shape.style.label}));
        if (labels.length) paintLabels(context, frame, labels);
    }

    const layer = canvasOverlay({paint, pane, opacity});
    const restyle = () => {
        for (const shape of shapes) shape.style = {...PLAIN, ...style(shape.feature)};
        layer.redraw();
    };
    layer.onSelect = onSelect;
    layer.hit = position => shapes.findLast(shape => touches(shape, position))?.feature ?? null;
    layer.restyle = restyle;
    layer.set = next => {
        shapes = features(next).flatMap(shapesOf);
        restyle();
    };
    layer.highlight = id => {
        chosen = id;
        layer.redraw();
    };
    layer.set(data);
    return layer;
}

function features(data) {
    if (!data) return [];
    if (data.type === 'FeatureCollection') return data.features;
    return [data.type === 'Feature' ? data : {type: 'Feature', geometry: data, properties: {}}];
}

/** One shape per simple kind of geometry: paths are lists of Mercator positions. */
function shapesOf(feature) {
    const {geometry} = feature;
    if (!geometry) return [];
    if (geometry.type === 'GeometryCollection') {
        return geometry.geometries.flatMap(part => shapesOf({...feature, geometry: part}));
    }
    const kind = geometry.type.replace('Multi', '');
    const single = geometry.type === kind;
    const parts = single ? [geometry.coordinates] : geometry.coordinates;
    const lines = {Point: [parts], LineString: parts, Polygon: parts.flat()}[kind];
    const paths = lines.map(line => line.map(project));
    return [{feature, kind, paths, geometry, middle: middle(paths[0] ?? [])}];
}

/** The middle of a ring's box, which is where a name is expected; good enough for areas that are not crescents. */
function middle(path) {
    const xs = path.map(([x]) => x);
    const ys = path.map(([, y]) => y);
    return {x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2};
}

function paintShape(context, frame, {kind, paths, style}, chosen) {
    const toPixels = ([x, y]) => [x * frame.world - frame.left, y * frame.world - frame.top];
    if (kind === 'Point') {
        const colour = chosen ? CHOSEN : style.fill ?? style.stroke;
        for (const point of paths[0]) paintDot(context, ...toPixels(point), {radius: style.radius, colour});
        return;
    }
    context.beginPath();
    for (const path of paths) {
        path.forEach((point, i) => (i ? context.lineTo(...toPixels(point)) : context.moveTo(...toPixels(point))));
        if (kind === 'Polygon') context.closePath();
    }
    const fill = kind === 'Polygon' ? fillStyle(context, style, frame.scale) : null;
    if (fill) {
        context.globalAlpha = style.fillOpacity ?? 0.25;
        context.fillStyle = fill;
        context.fill('evenodd');
        context.globalAlpha = 1;
    }
    paintStroke(context, chosen ? {stroke: CHOSEN, strokeWidth: style.strokeWidth + 2} : style);
}

/** A line with a pale casing, so that it is seen on dark and on bright fills alike. */
function paintStroke(context, {stroke, strokeWidth, dash = [], casing = CASING}) {
    if (!stroke) return;
    context.lineJoin = context.lineCap = 'round';
    if (casing) {
        context.setLineDash([]);
        context.lineWidth = strokeWidth + 2;
        context.strokeStyle = casing;
        context.globalAlpha = 0.7;
        context.stroke();
        context.globalAlpha = 1;
    }
    context.setLineDash(dash);
    context.lineWidth = strokeWidth;
    context.strokeStyle = stroke;
    context.stroke();
    context.setLineDash([]);
}

function touches({kind, paths, geometry}, {lonLat, world: [x, y], pixel}) {
    if (kind === 'Polygon') return contains(geometry, lonLat);
    if (kind === 'Point') return paths[0].some(([px, py]) => Math.hypot(px - x, py - y) <= REACH * pixel);
    return paths.some(path => path.some((point, i) => i > 0 && segmentDistance(path[i - 1], point, [x, y]) <= LINE_REACH * pixel));
}

/** Shades everything outside a Polygon or MultiPolygon, and draws its edge. */
export function mask(geometry, {shade = 'rgb(30 30 40 / 0.25)', stroke = '#1a1a1a'} = {}) {
    const [shape] = shapesOf({geometry});
    return canvasOverlay({pane: 'mask', paint(context, frame) {
        context.beginPath();
        context.rect(0, 0, frame.width, frame.height);
        for (const path of shape.paths) {
            path.forEach(([x, y], i) => context[i ? 'lineTo' : 'moveTo'](x * frame.world - frame.left, y * frame.world - frame.top));
            context.closePath();
        }
        context.fillStyle = shade;
        context.fill('evenodd');
        context.beginPath();
        paintShape(context, frame, {...shape, style: {stroke, strokeWidth: 2, dash: [8, 6]}}, false);
    }});
}

/** Where the device believes it is: a dot, and a circle that holds the truth in most cases. */
export function accuracyCircle(lonLat, radius_m) {
    const blue = '#0062ba';
    return geojson({type: 'GeometryCollection', geometries: [around(lonLat, radius_m), {type: 'Point', coordinates: lonLat}]}, {
        pane: 'areas',
        style: () => ({fill: blue, fillOpacity: 0.15, stroke: blue, strokeWidth: 2, radius: 8}),
    });
}
