/** The planner's map: base, plan, committees, heat or pins, hotspots; one place that knows what is drawn over what. */
import {addBase} from 'mapdialog/map/base.js';
import {densityTiles, pinHeat} from 'mapdialog/map/heat.js';
import {createMap, singlePin} from 'mapdialog/map/leaflet.js';
import {geojson, pinCanvas} from 'mapdialog/map/shapes.js';
import {pinNode} from 'mapdialog/map/pin.js';
import {vectorTiles} from 'mapdialog/map/vector_tiles.js';

// Up to this many in view each contribution is drawn; above it heat says more, and sooner when seen from afar.
const MOST_DRAWN = 1500;
const MOST_DRAWN_FAR = 400;
// More than this many in view are drawn small, or they hide each other.
const CROWD = 250;
const CLOSE_ZOOM = 14;
const LEADING = 20;
const NORDIC = {center: [13, 62], zoom: 4};
const HOTSPOT = {stroke: '#7a0c3a', strokeWidth: 3, fill: '#c2255c', fillOpacity: 0.12};
const COMMITTEE = {'*': {stroke: '#3b3a4a', strokeWidth: 2, dash: [10, 5]}};

/** `on`: {pin(lonLat), hotspot(feature), ground(lonLat, {zones, committees, plan}), drawn({mode, most})} */
export function createBoardMap(node, config, {on}) {
    const view = createMap(node, {...NORDIC, minZoom: 4, maxZoom: 19, texts: config.texts});
    if (config.bounds) view.fitBounds(config.bounds, {padding: 12});
    addBase(view, config.base);
    const layers = {plan: null, committees: null, heat: null, hotspots: null};
    const opacity = {plan: 0.7, heat: 0.8};
    const hidden = new Set();
    let pins = null;
    let rows = null;
    let dots = null;
    let marked = null;
    let most = 0;
    let shown = null;

    if (config.committees) {
        layers.committees = vectorTiles({url: config.committees.url, style: COMMITTEE, pane: 'areas'});
        view.add(layers.committees);
    }

    /** Draws a plan of the settings, of its vertical levels only the one. */
    function showPlan(plan, level) {
        shown = plan;
        if (layers.plan) view.remove(layers.plan);
        const only = ({properties}) => plan.levels.length === 0 || properties.vertical_level === level;
        layers.plan = plan ? vectorTiles({url: plan.url, style: plan.style, pane: 'plan', opacity: opacity.plan, only}) : null;
        if (layers.plan && !hidden.has('plan')) view.add(layers.plan);
    }

    function showHotspots(collection) {
        layers.hotspots = geojson(collection, {pane: 'areas', style: hotspotStyle, onSelect: feature => on.hotspot(feature)});
        view.on('zoomend', () => layers.hotspots.restyle());
        if (!hidden.has('hotspots')) view.add(layers.hotspots);
    }

    /** Far out only the leading ones are drawn: two hundred outlines in a hand's breadth hide what they are about. */
    function hotspotStyle({properties: {rank, isQuiet}}) {
        const far = view.zoom() < CLOSE_ZOOM;
        if (far && rank > LEADING) return {stroke: null, fill: null};
        if (isQuiet) return {...HOTSPOT, strokeWidth: 1, fillOpacity: 0.04};
        return {...HOTSPOT, strokeWidth: far ? 2 : 3, label: `${rank}`};
    }

    /** Of these nothing is drawn before `set`: the rows of those before mean others here. */
    function showPins(all) {
        if (pins) {
            for (const layer of [dots, layers.heat]) if (view.has(layer)) view.remove(layer);
        } else view.on('moveend', redraw);
        [pins, rows] = [all, null];
        layers.heat = pinHeat({pins, rows: new Uint32Array(0), opacity: opacity.heat, onPaint: value => { most = value; say(); }});
        dots = pinCanvas({pins: [], onSelect: pin => on.pin(pin.lonLat, pin.id)});
        view.add(dots);
    }

    function showDensity() {
        layers.heat = densityTiles({url: config.heat, opacity: opacity.heat, onPaint: value => { most = value; say(); }});
        if (!hidden.has('heat')) view.add(layers.heat);
        on.drawn({mode: 'all', most});
    }

    function set(chosen) {
        rows = chosen;
        redraw();
    }

    /** Dots when few are in view, heat when many: never both, so that nothing is counted twice by the eye. */
    function redraw() {
        if (!pins || !rows) return;
        const limit = view.zoom() < CLOSE_ZOOM ? MOST_DRAWN_FAR : MOST_DRAWN;
        const near = hidden.has('heat') ? [] : pins.rowsWithin(view.bounds(), rows, limit + 1);
        const drawn = near.length <= limit;
        const radius = near.length > CROWD ? 3.5 : 6;
        dots.set(drawn ? Array.from(near, i => ({id: i, lonLat: pins.lonLat(i), radius})) : []);
        const wantsHeat = !drawn && !hidden.has('heat');
        if (wantsHeat) layers.heat.set({rows});
        if (wantsHeat && !view.has(layers.heat)) view.add(layers.heat);
        else if (!wantsHeat && view.has(layers.heat)) view.remove(layers.heat);
        if (!wantsHeat) say();
    }

    function say() {
        if (!pins) return on.drawn({mode: 'all', most});
        return on.drawn({mode: hidden.has('heat') ? 'none' : view.has(layers.heat) ? 'heat' : 'pins', most});
    }

    function show(name, isShown) {
        if (isShown) hidden.delete(name);
        else hidden.add(name);
        const layer = layers[name];
        if (name === 'heat' && pins) return redraw();
        if (!layer || view.has(layer) === isShown) return undefined;
        return isShown ? view.add(layer) : view.remove(layer);
    }

    function mark(lonLat) {
        if (marked) view.remove(marked);
        marked = lonLat ? singlePin({lonLat, node: pinNode({state: 'chosen'})}) : null;
        if (marked) view.add(marked);
    }

    view.on('click', ({lonLat}) => on.ground(lonLat, {
        zones: layers.plan && !hidden.has('plan') ? layers.plan.featuresAt(lonLat) : [],
        committees: layers.committees ? layers.committees.featuresAt(lonLat) : [],
        plan: shown,
    }));

    return {
        view, showPlan, showHotspots, showPins, showDensity, set, show, mark,
        setOpacity(name, value) {
            opacity[name] = value;
            layers[name]?.setOpacity(value);
        },
        highlightHotspot: rank => layers.hotspots?.highlight(rank),
        highlightCommittees: codes => layers.committees?.highlight(codes.length ? feature => codes.includes(feature.properties.code) : null),
    };
}
