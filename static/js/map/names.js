/**
 * The names on a map, of all its layers together: places, streets along their lines, house numbers, and what zones are called. On one
 * canvas, so that none covers another. Loaded when the map stands: it says nothing that the map needs to work.
 */
import {innerCircle, straightStretches} from 'mapdialog/lib/room_for_names.js';
import {fontOf, paintLabels} from 'mapdialog/map/labels.js';
import {canvasOverlay} from 'mapdialog/map/leaflet.js';

// Which names win where there is no room for all: of settlements these, then zones, streets, whatever else has a name, numbers.
const SETTLEMENTS = ['city', 'town', 'village', 'suburb', 'hamlet'];
const [ZONE, STREET, NAMED, NUMBER] = [10, 20, 30, 40];
const NAMED_LOOK = {size: 13};
const ZONE_LOOK = {size: 12, weight: 700, colour: '#1d1d1d'};
const STREET_LOOK = {size: 11.5, weight: 500, colour: '#3f3f46'};
const NUMBER_LOOK = {size: 10.5, weight: 500, colour: '#55555e'};
// From which zoom a road's name is written, by its category; a street's when its houses can be told apart.
const FROM = {E: 9, R: 11, F: 12};
const [STREETS_FROM, NUMBERS_FROM, ZONES_FROM] = [15, 17, 12];
// The same name again along a long street.
const AGAIN_PX = 380;

const MAKERS = new Map([['place', spotLabels], ['street', streetLabels], ['address', numberLabels], ['zone', zoneLabels]]);

const byView = new WeakMap();
const circles = new WeakMap();

/** The names of a map: `.watch(layer, kind, {words})` writes those of a layer of vector tiles as long as the map has it. */
export function namesOn(view) {
    if (!byView.has(view)) byView.set(view, createNames(view));
    return byView.get(view);
}

function createNames(view) {
    let sources = [];
    const overlay = view.add(canvasOverlay({pane: 'labels', paint: (context, frame) => {
        const labels = sources.filter(({layer}) => view.has(layer)).flatMap(source => labelsOf(context, frame, source));
        paintLabels(context, frame, labels);
    }}));
    return {
        watch(layer, kind, {words = () => ''} = {}) {
            sources = [...sources.filter(source => view.has(source.layer)), {layer, kind, words}];
            layer.onLoaded(() => overlay.redraw());
            overlay.redraw();
        },
        redraw: () => overlay.redraw(),
    };
}

function labelsOf(context, frame, {layer, kind, words}) {
    const make = MAKERS.get(kind);
    return layer.features().flatMap(({tile, features}) => {
        const toWorld = worldOf(tile);
        return features.flatMap(feature => make(feature, {context, frame, toWorld, words}));
    });
}

/** From a tile's units to Mercator 0…1. */
function worldOf({z, x, y}) {
    const side = 2 ** z;
    return ([px, py], extent) => [(x + px / extent) / side, (y + py / extent) / side];
}

function points({kind, paths, extent}, toWorld) {
    return kind === 'Point' ? paths.flat().map(point => toWorld(point, extent)) : [];
}

function spotLabels(feature, {toWorld}) {
    const {name, type} = feature.properties;
    const rank = SETTLEMENTS.includes(type) ? SETTLEMENTS.indexOf(type) : NAMED;
    return points(feature, toWorld).map(([x, y]) => ({...NAMED_LOOK, x, y, text: name, rank}));
}

/** “Myrullveien 12B” is 12B here: the street's name stands along the street. */
function numberLabels(feature, {frame, toWorld}) {
    if (frame.zoom < NUMBERS_FROM) return [];
    const {name = '', number} = feature.properties;
    const text = /(\d+\s?\p{L}?)$/u.exec(name)?.[1] ?? String(number ?? '');
    return points(feature, toWorld).map(([x, y]) => ({...NUMBER_LOOK, x, y, text, rank: NUMBER, again: 0}));
}

function streetLabels({kind, paths, extent, properties: {name, category}}, {context, frame, toWorld}) {
    if (kind !== 'LineString' || !name || frame.zoom < (FROM[category] ?? STREETS_FROM)) return [];
    context.font = fontOf(STREET_LOOK);
    const width = context.measureText(name).width + 10;
    const rank = STREET + (category in FROM ? 0 : 1);
    return paths.flatMap(path => straightStretches(path.map(point => {
        const [x, y] = toWorld(point, extent);
        return [x * frame.world - frame.left, y * frame.world - frame.top];
    }), width, frame).map(({at: [x, y], angle}) => ({
        ...STREET_LOOK, x: (x + frame.left) / frame.world, y: (y + frame.top) / frame.world, text: name, angle, rank, again: AGAIN_PX})));
}

/** The zone's name in the plan where there is room for it, and what it is for where there is more. */
function zoneLabels(feature, {context, frame, toWorld, words}) {
    if (feature.kind !== 'Polygon' || frame.zoom < ZONES_FROM) return [];
    const text = feature.properties.field ?? feature.properties.code;
    if (!circles.has(feature)) circles.set(feature, innerCircle(feature.paths));
    const circle = circles.get(feature);
    if (!text || !circle) return [];
    const [x, y] = toWorld(circle.at, feature.extent);
    const radius = toWorld([circle.radius, 0], feature.extent)[0] - toWorld([0, 0], feature.extent)[0];
    const room = 2 * radius * frame.world;
    context.font = fontOf(ZONE_LOOK);
    if (room < ZONE_LOOK.size || context.measureText(text).width > 1.6 * room) return [];
    const purpose = words(feature.properties);
    const isWide = room > 3 * ZONE_LOOK.size && context.measureText(purpose).width < 1.3 * room;
    return [{...ZONE_LOOK, x, y, text: purpose && isWide ? `${text}\n${purpose}` : text, rank: ZONE - Math.min(4, radius * 1e6), again: 60}];
}
