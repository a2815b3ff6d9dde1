/**
 * The map: the only file that imports Leaflet, and the only one where latitude comes before longitude.
 *
 * Everything that is drawn lies on canvases that let the pointer through; the view asks its layers, from the top, what is
 * under a tap. So one rule decides, and layers in several panes do not hide each other from the pointer.
 */
import {DomEvent, DomUtil, GridLayer, Layer, Map as LeafletMap, Popup, Renderer, TileLayer} from 'leaflet';
import {element} from 'mapdialog/lib/dom.js';
import {ancestor, project, tileAt} from 'mapdialog/lib/tiles.js';

/** Drawn in this order. Leaflet's own markers (600) and popups (700) lie above. */
const PANES = {base: 210, over: 230, plan: 250, details: 270, heat: 300, areas: 420, mask: 450, labels: 500, pins: 560};

// Of a popup, in pixels: its tip with the space around it, and how near it may come to the edge of the map.
const [TIP, EDGE] = [20, 16];
// What it says is not made lower than this by what it is about.
const WORDS = 340;
const COVERED = 480; // a map narrower than this has its zoom buttons over what closes a popup

const latLngOf = ([lon, lat]) => [lat, lon];
const lonLatOf = ({lat, lng}) => [lng, lat];
const corners = ([west, south, east, north]) => [[south, west], [north, east]];
// Three device pixels per pixel cost more than twice as much as two, and nobody sees them in a plan.
const density = () => Math.min(2, globalThis.devicePixelRatio || 1);

/**
 * @param node an element with a size
 * @param center [lon, lat]; maxBounds [w, s, e, n] or null: the map cannot be dragged far outside it
 * @param texts {map, zoomIn, zoomOut, close, popup}: labels for screen readers, translated
 */
export function createMap(node, options) {
    return new MapView(node, options);
}

class MapView {
    #map;
    #texts;
    #credits;
    #layers = new Set();
    #clickers = new Set();
    #placing = false;
    #onTap = () => {};
    #still = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;

    constructor(node, {center, zoom, minZoom = 3, maxZoom = 19, maxBounds = null, texts}) {
        this.element = node;
        this.#texts = texts;
        node.setAttribute('role', 'region');
        node.setAttribute('aria-label', texts.map);
        this.#map = new LeafletMap(node, {
            center: latLngOf(center), zoom, minZoom, maxZoom,
            maxBounds: maxBounds && corners(maxBounds),
            maxBoundsViscosity: 0.8,
            zoomControl: false,
            attributionControl: false,
            zoomAnimation: !this.#still, fadeAnimation: !this.#still, markerZoomAnimation: !this.#still, inertia: !this.#still,
        });
        // Leaflet itself pans to popups, and by keys, in motion whatever was asked for.
        if (this.#still) this.#map.panBy = offset => LeafletMap.prototype.panBy.call(this.#map, offset, {animate: false});
        for (const [name, order] of Object.entries(PANES)) this.#map.createPane(name).style.zIndex = order;
        this.#credits = element('p', {class: 'map-credit'});
        node.append(this.#zoomButtons(), this.#credits);
        this.#map.on('click', event => this.#click(event));
        this.#map.on('mousemove', event => this.#hover(event));
    }

    #zoomButtons() {
        const button = (text, label, act) => element('button', {
            type: 'button', class: 'map-button', 'aria-label': label, title: label, on: {click: act}}, text);
        const box = element('div', {class: 'map-zoom'},
            button('+', this.#texts.zoomIn, () => this.zoomIn()), button('\u2212', this.#texts.zoomOut, () => this.zoomOut()));
        DomEvent.disableClickPropagation(box);
        return box;
    }

    center() { return lonLatOf(this.#map.getCenter()); }
    zoom() { return this.#map.getZoom(); }

    bounds() {
        const box = this.#map.getBounds();
        return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    }

    setView(lonLat, zoom = this.zoom(), {animate = !this.#still} = {}) { this.#map.setView(latLngOf(lonLat), zoom, {animate}); }
    panTo(lonLat) { this.#map.panTo(latLngOf(lonLat), {animate: !this.#still}); }
    zoomIn() { this.#map.zoomIn(1, {animate: !this.#still}); }
    zoomOut() { this.#map.zoomOut(1, {animate: !this.#still}); }

    /** Shows a box; `padding` in pixels is cut to a tenth of the map, since Leaflet zooms out to the world on small maps. */
    fitBounds(bounds, {maxZoom, padding = 24} = {}) {
        const {x, y} = this.#map.getSize();
        const room = Math.min(padding, x / 10, y / 10);
        this.#map.fitBounds(corners(bounds), {maxZoom, padding: [room, room], animate: !this.#still});
    }

    /** Calls `handler({lonLat, point, originalEvent})`; a click reaches it only when no layer took it. Returns off(). */
    on(name, handler) {
        if (name === 'click') {
            this.#clickers.add(handler);
            return () => this.#clickers.delete(handler);
        }
        const inner = event => handler(this.#event(event));
        this.#map.on(name, inner);
        return () => this.#map.off(name, inner);
    }

    #event({latlng, containerPoint, originalEvent}) {
        return {lonLat: latlng ? lonLatOf(latlng) : this.center(), point: containerPoint ? [containerPoint.x, containerPoint.y] : null, originalEvent};
    }

    #click(event) {
        const simple = this.#event(event);
        if (this.#placing) {
            this.panTo(simple.lonLat);
            this.#onTap();
            return;
        }
        const taken = this.#under(simple.lonLat);
        if (taken) taken.layer.onSelect(taken.hit, simple.lonLat);
        else for (const handler of this.#clickers) handler(simple);
    }

    #hover({latlng, originalEvent}) {
        if (originalEvent.pointerType === 'touch') return;
        this.element.classList.toggle('map--pointing', !this.#placing && this.#under(lonLatOf(latlng)) !== null);
    }

    /** The topmost thing at a position among layers that can be selected: {layer, hit} or null. */
    #under(lonLat) {
        const position = {lonLat, world: project(lonLat), pixel: 1 / (256 * 2 ** this.zoom())};
        const above = [...this.#layers].reverse().sort((a, b) => PANES[b.pane] - PANES[a.pane]);
        for (const layer of above) {
            const hit = layer.onSelect ? layer.hit(position) : null;
            if (hit !== null && hit !== undefined) return {layer, hit};
        }
        return null;
    }

    /** While on, a tap brings the tapped place under the crosshair, and nothing on the map can be selected. `onTap()` hears of it. */
    tapToCentre(on, onTap = () => {}) {
        this.#placing = on;
        this.#onTap = onTap;
        this.element.classList.toggle('map--placing', on);
    }

    add(layer) {
        this.#layers.add(layer);
        this.#map.addLayer(layer.inner);
        for (const companion of layer.companions ?? []) this.add(companion);
        return layer;
    }

    remove(layer) {
        this.#layers.delete(layer);
        this.#map.removeLayer(layer.inner);
        for (const companion of layer.companions ?? []) this.remove(companion);
    }

    has(layer) { return this.#layers.has(layer); }

    /**
     * Opens `node` over a position, and moves the map so that both it and what it is about (`about`, a box) are in view. The focus moves into
     * it, and back where it was when it closes (button, Escape, or a tap beside it). It is never higher than the map has room for: what may
     * scroll in it is its own business, all of it does where nothing else was said.
     */
    showPopup(lonLat, node, {label = this.#texts.popup ?? this.#texts.map, about = null, onClose = () => {}} = {}) {
        const before = document.activeElement;
        const close = element('button', {
            type: 'button', class: 'map-button map-popup__close', 'aria-label': this.#texts.close,
            on: {click: () => this.closePopup()}}, '\u00d7');
        const box = element('div', {class: 'map-popup', role: 'dialog', 'aria-label': label, tabindex: '-1'}, close, node);
        box.addEventListener('keydown', event => { if (event.key === 'Escape') this.closePopup(); });
        const {above, below, room, width} = this.#roomFor(lonLat, about);
        box.style.setProperty('--popup-room', `${room}px`);
        const popup = new Popup({
            closeButton: false, maxWidth: width, minWidth: Math.min(200, width), className: 'map-popup-frame', offset: [0, TIP - above],
            autoPanPaddingTopLeft: [EDGE, EDGE], autoPanPaddingBottomRight: [EDGE, EDGE + above + below]})
            .setLatLng(latLngOf(lonLat)).setContent(box);
        popup.on('remove', () => {
            this.element.classList.remove('map--covered'); // what is hidden takes no focus
            if (box.contains(document.activeElement) || document.activeElement === document.body) before?.focus?.({preventScroll: true});
            onClose();
        });
        this.#map.openPopup(popup);
        this.element.classList.toggle('map--covered', this.#map.getSize().x < COVERED);
        box.focus({preventScroll: true});
    }

    /** How far above and below a position a box reaches that must stay in view, and what is left for words: these come first. */
    #roomFor(lonLat, about) {
        const {x, y} = this.#map.getSize();
        const [, middle] = this.point(lonLat);
        const spare = (y - TIP - 2 * EDGE - WORDS) / 2;
        const reach = side => Math.round(Math.max(TIP, Math.min(spare, Math.abs(this.point([lonLat[0], side])[1] - middle))));
        const [above, below] = about ? [reach(about[3]), reach(about[1])] : [TIP, TIP];
        return {above, below, room: Math.max(120, y - above - below - TIP - 2 * EDGE), width: Math.min(320, x - 2 * EDGE)};
    }

    closePopup() { this.#map.closePopup(); }

    point(lonLat) {
        const {x, y} = this.#map.latLngToContainerPoint(latLngOf(lonLat));
        return [x, y];
    }

    lonLat(point) { return lonLatOf(this.#map.containerPointToLatLng(point)); }

    resized() { this.#map.invalidateSize({animate: false}); }

    /** Shows whose data this is, as text. Returns a function that takes it away. */
    credit(text) {
        const line = element('span', {text});
        this.#credits.append(line);
        return () => line.remove();
    }

    destroy() { this.#map.remove(); }
}

/**
 * Tiles of pictures from a map server, `{bbox}` in its address in metres. Calls onTile(isThere, image) for each. Servers that count their
 * users (OpenStreetMap) answer 403 without a referrer.
 */
export function rasterTiles({url, pane = 'base', opacity = 1, bounds, minZoom = 0, maxNativeZoom, onTile}) {
    const inner = new TileLayer(url, {
        pane, opacity, minZoom, maxZoom: 22, maxNativeZoom, bbox: squareOf, referrerPolicy: 'strict-origin-when-cross-origin',
        ...(bounds ? {bounds: corners(bounds)} : {})});
    inner.on('tileload tileerror', ({error, tile}) => onTile(!error, tile));
    return {inner, pane, setOpacity: value => inner.setOpacity(value)};
}

/** West, south, east, north of a tile in EPSG:3857, as a WMS takes them. */
function squareOf({x, y, z}) {
    const half = 20037508.342789244;
    const side = 2 * half / 2 ** z;
    return [x * side - half, half - (y + 1) * side, (x + 1) * side - half, half - y * side].map(edge => edge.toFixed(4)).join();
}

const Tiles = GridLayer.extend({
    createTile(coords, done) {
        const canvas = DomUtil.create('canvas', 'map-tile');
        const ratio = density();
        canvas.width = canvas.height = this.getTileSize().x * ratio;
        const {tile, scale, x, y} = ancestor(coords, this.options.finest);
        const source = this._source(tile);
        const work = {canvas, source, view: {...coords, size: this.getTileSize().x, scale: ratio, over: {scale, x, y}}};
        this._works.set(canvas, work);
        source.promise.then(
            data => {
                source.data = data;
                this._paint(work);
                done(null, canvas);
            },
            // An unloaded tile was aborted, that is no error; others leave a hole that the next move fills.
            error => { if (!source.abort.signal.aborted) done(error, canvas); },
        );
        return canvas;
    },

    /** Tiles past the last zoom of the server share the answer for their ancestor, which is aborted when all have left. */
    _source(tile) {
        const key = `${tile.z}/${tile.x}/${tile.y}`;
        let source = this._sources.get(key);
        if (!source) {
            const abort = new AbortController();
            source = {key, tile, abort, users: 0, data: undefined, promise: this.options.load(tile, abort.signal)};
            this._sources.set(key, source);
        }
        source.users++;
        return source;
    },

    _leave({tile: canvas}) {
        const {source} = this._works.get(canvas);
        this._works.delete(canvas);
        if (--source.users > 0) return;
        this._sources.delete(source.key);
        if (source.data === undefined) source.abort.abort();
    },

    _paint({canvas, source, view}) {
        const context = canvas.getContext('2d');
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, canvas.width, canvas.height);
        context.scale(view.scale, view.scale);
        if (source.data !== null) this.options.paint(context, source.data, view);
    },
});

/**
 * A layer of square canvases. `load({z, x, y}, signal)` → Promise of data, null when the tile is empty.
 * `paint(context, data, view)` draws in pixels 0…size; view: {z, x, y, size, scale: device pixels, over: {scale, x, y}}. Past
 * maxNativeZoom the data is that of an ancestor, and this tile is the part x, y of scale × scale.
 */
export function canvasTiles({load, paint, pane = 'plan', opacity = 1, minZoom = 0, maxZoom = 22, maxNativeZoom = 22, tileSize = 256, bounds}) {
    const inner = new Tiles({
        // Not passed on as maxNativeZoom: Leaflet would stretch the finished picture, here the data is drawn anew.
        load, paint, pane, opacity, minZoom, maxZoom, finest: maxNativeZoom, tileSize, updateWhenZooming: false,
        ...(bounds ? {bounds: corners(bounds)} : {})});
    inner._works = new Map();
    inner._sources = new Map();
    inner.on('tileunload', event => inner._leave(event));
    return {
        inner,
        pane,
        setOpacity: value => inner.setOpacity(value),
        redraw() {
            for (const work of inner._works.values()) if (work.source.data !== undefined) inner._paint(work);
        },
        /** Calls `act` each time that all of the view is loaded. */
        onLoaded(act) { inner.on('load', act); },
        /** What is loaded of the zoom on screen: [{data, tile: {z, x, y}}], each once. */
        shown() {
            const zoom = Math.min(inner._tileZoom, maxNativeZoom);
            return [...inner._sources.values()].filter(({data, tile}) => data && tile.z === zoom).map(({data, tile}) => ({data, tile}));
        },
        /** What was loaded for the tile at a position: {data, tile: {z, x, y}, zoom: that is shown}, or null while it is not there. */
        data(lonLat) {
            if (!inner._map || inner._tileZoom === undefined) return null;
            const {tile} = ancestor(tileAt(lonLat, inner._tileZoom), maxNativeZoom);
            const data = inner._sources.get(`${tile.z}/${tile.x}/${tile.y}`)?.data;
            return data ? {data, tile, zoom: inner._tileZoom} : null;
        },
    };
}

const Overlay = Renderer.extend({
    _initContainer() {
        this._container = DomUtil.create('canvas', 'map-overlay');
        this._container.style.opacity = this.options.opacity;
    },

    _destroyContainer() { DomUtil.remove(this._container); },

    // Named so by Leaflet's Renderer, which calls it whenever the map rests.
    _update() {
        if (this._map._animatingZoom && this._bounds) return;
        Renderer.prototype._update.call(this);
        const {min} = this._bounds;
        const {x: width, y: height} = this._bounds.getSize();
        const canvas = this._container;
        const ratio = density();
        DomUtil.setPosition(canvas, min);
        canvas.width = width * ratio;
        canvas.height = height * ratio;
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
        const context = canvas.getContext('2d');
        context.scale(ratio, ratio);
        const world = 256 * 2 ** this._zoom;
        const origin = this._map.getPixelOrigin().add(min);
        this.options.paint(context, {width, height, scale: ratio, zoom: this._zoom, world, left: origin.x, top: origin.y});
    },
});

/**
 * One canvas over the view, a tenth larger on each side. `paint(context, frame)`; a Mercator position x, y in 0…1 lies at pixel
 * x · frame.world - frame.left, y · frame.world - frame.top. frame also has width, height, scale (device pixels) and zoom.
 */
export function canvasOverlay({paint, pane = 'areas', opacity = 1}) {
    const inner = new Overlay({paint, pane, opacity});
    return {
        inner,
        pane,
        setOpacity(value) {
            inner.options.opacity = value;
            if (inner._container) inner._container.style.opacity = value;
        },
        redraw() { if (inner._map) inner._update(); },
    };
}

// Leaflet's own Marker can be dragged and carries pictures and shadows: six kilobytes for one pin that stands still.
const StillMarker = Layer.extend({
    initialize(at, node) {
        this._at = at;
        this._node = element('div', {class: 'map-marker leaflet-zoom-animated'}, node);
    },
    getEvents() { return {zoom: this._settle, viewreset: this._settle, zoomanim: this._animate}; },
    onAdd() {
        this.getPane('markerPane').append(this._node);
        this._settle();
    },
    onRemove() { this._node.remove(); },
    _settle() { if (this._map) DomUtil.setPosition(this._node, this._map.latLngToLayerPoint(this._at).round()); },
    _animate({zoom, center}) { DomUtil.setPosition(this._node, this._map._latLngToNewLayerPoint(this._at, zoom, center).round()); },
});

/** The pin being written: drawn by `node` with its lower middle at the place, never in the way of the pointer. */
export function singlePin({lonLat, node}) {
    const inner = new StillMarker(latLngOf(lonLat), node);
    return {
        inner,
        pane: 'pins',
        setOpacity: opacity => { inner._node.style.opacity = opacity; },
        move(next) {
            inner._at = latLngOf(next);
            inner._settle();
        },
    };
}
