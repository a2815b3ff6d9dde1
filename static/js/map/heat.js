/**
 * Where it is dense: from pins in the page, or from the server's density tiles when there are too many to send.
 * Both are coloured here, so palette, threshold and opacity change without a request. Colours say "more", never "significant".
 */
import {rampTable} from 'mapdialog/lib/colours.js';
import {fillTemplate, project} from 'mapdialog/lib/tiles.js';
import {canvasOverlay, canvasTiles} from 'mapdialog/map/leaflet.js';

const CELL = 4;
const SIDE = 64;
const SKIRT = SIDE + 2;

/** The share of the largest value, as its square root: half the colours for the lower quarter, where differences matter. */
const shade = (value, most) => (most > 0 ? Math.sqrt(Math.min(1, value / most)) : 0);

/** Colours of 256 steps with their opacity; below the threshold nothing is drawn. */
function inks(palette, threshold) {
    const table = rampTable(palette);
    for (let i = 0; i < 256; i++) table[i * 4 + 3] = i / 255 <= Math.max(threshold, 0.08) ? 0 : 60 + Math.round((i / 255) * 190);
    return table;
}

function picture(values, width, height, colours) {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const image = new ImageData(width, height);
    for (let i = 0; i < values.length; i++) image.data.set(colours.subarray(values[i] * 4, values[i] * 4 + 4), i * 4);
    canvas.getContext('2d').putImageData(image, 0, 0);
    return canvas;
}

/** Blurs what `bin(grid, width, height, frame)` put into cells of CELL pixels and paints it. Returns the highest value. */
function paintSurface(context, frame, {bin, sigma_px, colours}) {
    const width = Math.ceil(frame.width / CELL);
    const height = Math.ceil(frame.height / CELL);
    const raw = new Float32Array(width * height);
    bin(raw, width, height);
    const grid = blur(raw, width, height, sigma_px / CELL);
    let most = 0;
    for (const value of grid) if (value > most) most = value;
    const steps = Uint8Array.from(grid, value => shade(value, most) * 255);
    context.imageSmoothingEnabled = true;
    context.drawImage(picture(steps, width, height, colours), 0, 0, width * CELL, height * CELL);
    // A bell of height 1 sums to 2πσ² cells: from its height back to the pins under it.
    return most * 2 * Math.PI * (sigma_px / CELL) ** 2;
}

/**
 * Heat from pins in the page. `pins` has worldX, worldY (Mercator 0…1, see lib/pins.js), `rows` those that passed the filter.
 * `radius_px` is the standard deviation of the bell; `onPaint(most)` gets the largest number of pins under one bell.
 */
export function pinHeat({pins, rows = null, radius_px = 18, palette = 'cividis', opacity = 0.8, threshold = 0, onPaint = () => {}}) {
    let chosen = {pins, rows};
    const colours = inks(palette, threshold);
    const layer = canvasOverlay({pane: 'heat', opacity, paint(context, frame) {
        const bin = (grid, width, height) => binPins(grid, width, height, {...chosen, frame});
        onPaint(paintSurface(context, frame, {bin, sigma_px: radius_px, colours}));
    }});
    layer.set = next => {
        chosen = {...chosen, ...next};
        layer.redraw();
    };
    layer.near = (lonLat, zoom, reach_px = radius_px) => countNear(chosen, project(lonLat), reach_px / (256 * 2 ** zoom));
    return layer;
}

function binPins(grid, width, height, {pins, rows, frame}) {
    const n = rows ? rows.length : pins.n;
    for (let k = 0; k < n; k++) {
        const i = rows ? rows[k] : k;
        const x = Math.floor((pins.worldX[i] * frame.world - frame.left) / CELL);
        const y = Math.floor((pins.worldY[i] * frame.world - frame.top) / CELL);
        if (x >= 0 && y >= 0 && x < width && y < height) grid[y * width + x]++;
    }
}

/** A Gaussian blur along rows, then along columns; its weights sum to 1, so that numbers of pins are kept. */
function blur(grid, width, height, sigma) {
    const reach = Math.ceil(3 * sigma);
    const weights = Float32Array.from({length: 2 * reach + 1}, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const unit = weights.map(weight => weight / sum);
    const across = smear(grid, {lines: height, length: width, step: 1, jump: width}, unit, reach);
    return smear(across, {lines: width, length: height, step: width, jump: 1}, unit, reach);
}

function smear(grid, {lines, length, step, jump}, weights, reach) {
    const out = new Float32Array(grid.length);
    for (let line = 0; line < lines; line++) {
        for (let at = 0; at < length; at++) {
            const value = grid[line * jump + at * step];
            // Most cells are empty: spreading the few that are not is far cheaper than gathering for all.
            if (value === 0) continue;
            const last = Math.min(length - 1, at + reach);
            for (let to = Math.max(0, at - reach); to <= last; to++) out[line * jump + to * step] += value * weights[to - at + reach];
        }
    }
    return out;
}

function countNear({pins, rows}, [x, y], reach) {
    let count = 0;
    const n = rows ? rows.length : pins.n;
    for (let k = 0; k < n; k++) {
        const i = rows ? rows[k] : k;
        if ((pins.worldX[i] - x) ** 2 + (pins.worldY[i] - y) ** 2 <= reach ** 2) count++;
    }
    return count;
}

/**
 * Heat from density tiles: 66 × 66 bytes, row by row from the north, 64 × 64 cells and one of the neighbours all round; value v means about
 * v / 255 · X-Density-Max pins in the cell. The cells of all tiles on screen are blurred and coloured as one surface.
 */
export function densityTiles({
    url, radius_px = 14, palette = 'cividis', opacity = 0.8, threshold = 0, onPaint = () => {},
    fetch = (...all) => globalThis.fetch(...all), ...options
}) {
    const colours = inks(palette, threshold);
    const surface = canvasOverlay({pane: 'heat', opacity, paint(context, frame) {
        const bin = (grid, width, height) => {
            for (const {data, tile} of tiles.shown()) binTile(grid, width, height, {values: data.values, most: data.most, tile, frame});
        };
        onPaint(paintSurface(context, frame, {bin, sigma_px: radius_px, colours}));
    }});
    let waiting = false;
    const later = () => {
        if (!waiting) requestAnimationFrame(() => {
            waiting = false;
            surface.redraw();
        });
        waiting = true;
    };

    async function load(tile, signal) {
        const response = await fetch(fillTemplate(url, tile), {signal});
        if (response.status === 204 || response.status === 404) return null;
        if (!response.ok) throw new Error(`Density ${tile.z}/${tile.x}/${tile.y}: HTTP ${response.status}`);
        const values = new Uint8Array(await response.arrayBuffer());
        if (values.length !== SKIRT * SKIRT) throw new Error(`Density tile of ${values.length} bytes, expected ${SKIRT * SKIRT}`);
        return {values, most: Number(response.headers.get('X-Density-Max'))};
    }

    const tiles = canvasTiles({maxNativeZoom: 16, ...options, load, paint: later, pane: 'heat'});
    return {
        ...tiles,
        companions: [surface],
        setOpacity: surface.setOpacity,
        redraw: surface.redraw,
        at(lonLat) {
            const loaded = tiles.data(lonLat);
            return loaded ? Math.round((loaded.data.values[cellAt(lonLat, loaded.tile)] / 255) * loaded.data.most) : null;
        },
    };
}

/** Adds a tile's own cells (not its skirt) to the grid of the view, each at its middle. */
function binTile(grid, width, height, {values, most, tile, frame}) {
    const cells = 2 ** tile.z * SIDE;
    for (let row = 0; row < SIDE; row++) {
        const y = Math.floor((((tile.y * SIDE + row + 0.5) / cells) * frame.world - frame.top) / CELL);
        if (y < 0 || y >= height) continue;
        for (let column = 0; column < SIDE; column++) {
            const value = values[(row + 1) * SKIRT + column + 1];
            if (value === 0) continue;
            const x = Math.floor((((tile.x * SIDE + column + 0.5) / cells) * frame.world - frame.left) / CELL);
            if (x >= 0 && x < width) grid[y * width + x] += (value / 255) * most;
        }
    }
}

/** The index of a position's cell in the 66 × 66 values of a tile. */
function cellAt(lonLat, {z, x, y}) {
    const side = 2 ** z;
    const [column, row] = project(lonLat).map((value, i) => Math.floor((value * side - (i ? y : x)) * SIDE));
    return (row + 1) * SKIRT + column + 1;
}

/** A strip of the colours with its ends in words, e.g. texts {few: 'few', many: 'up to {n} comments here'}. */
export function heatLegend(node, {palette = 'cividis', texts}) {
    const strip = picture(Uint8Array.from({length: 256}, (_, i) => i), 256, 1, rampTable(palette));
    strip.className = 'heat-legend__strip';
    strip.setAttribute('aria-hidden', 'true');
    const end = text => {
        const span = document.createElement('span');
        span.textContent = text;
        return span;
    };
    node.replaceChildren(end(texts.few), strip, end(texts.many));
}
