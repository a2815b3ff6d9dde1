/**
 * The planner's pins as typed arrays: 5 bytes each on the way, 16 in memory, a million filtered in some milliseconds.
 *
 * The pack: one line of JSON, {n, n_at_spots, version: 2, epoch, bounds: [w, s, e, n], themes: [{key, name}], areas: [{code, name}],
 * states: [...]}, a newline, then the columns of n rows: those with a spot in Morton order, then those without.
 *   x, y   uint32, 0 … 2^32-1 across the bounds (y from the south); difference to the row before, modulo 2^32; no meaning without a spot
 *   t      uint32, minutes since epoch, 2^31-1 where the date is not known; difference to the row before as zigzag int32
 *   theme  uint8, index or 255 for none;  area  uint16, index or 65535;  state  uint8
 * Columns wider than a byte are written as planes: the lowest byte of every row, then the next. That is what gzip likes.
 */
import {unproject, project} from 'mapdialog/lib/tiles.js';

const WHOLE = 2 ** 32 - 1;
const NEWLINE = 10;
const UNDATED = 2 ** 31 - 1;

/** ArrayBuffer or Uint8Array → Pins. Throws on an unknown version or a length that does not fit. */
export function decodePack(buffer) {
    const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
    const end = bytes.indexOf(NEWLINE);
    if (end < 0) throw new Error('The pin pack has no header line');
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    if (header.version !== 2) throw new Error(`Unknown version of the pin pack: ${header.version}`);
    const {n} = header;
    if (bytes.length - end - 1 !== n * 16) throw new Error(`The pin pack is cut: ${n} pins, ${bytes.length} bytes`);
    let at = end + 1;
    const planes = count => {
        const part = bytes.subarray(at, at + n * count);
        at += n * count;
        return part;
    };
    return new Pins(header, {
        x: sums(joined(planes(4), n)),
        y: sums(joined(planes(4), n)),
        t: zigzagSums(joined(planes(4), n)),
        theme: planes(1).slice(),
        area: Uint16Array.from(joined(planes(2), n)),
        state: planes(1).slice(),
    });
}

function joined(planes, n) {
    const values = new Uint32Array(n);
    for (let plane = 0; plane * n < planes.length; plane++) {
        for (let i = 0; i < n; i++) values[i] |= planes[plane * n + i] << (8 * plane);
    }
    return values;
}

function sums(values) {
    for (let i = 1; i < values.length; i++) values[i] += values[i - 1];
    return values;
}

function zigzagSums(values) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
        sum = (sum + ((values[i] >>> 1) ^ -(values[i] & 1))) >>> 0;
        values[i] = sum;
    }
    return values;
}

export class Pins {
    constructor(header, columns) {
        this.n = header.n;
        this.nAtSpots = header.n_at_spots;
        this.bounds = header.bounds;
        this.epoch = header.epoch;
        this.themes = header.themes;
        this.areas = header.areas;
        this.states = header.states;
        Object.assign(this, columns);
        this.#toMercator();
    }

    #toMercator() {
        const [west, south, east, north] = this.bounds;
        this.worldX = new Float64Array(this.n);
        this.worldY = new Float64Array(this.n);
        this.worldX.fill(NaN, this.nAtSpots);
        this.worldY.fill(NaN, this.nAtSpots);
        for (let i = 0; i < this.nAtSpots; i++) {
            const lat = south + (this.y[i] / WHOLE) * (north - south);
            const [x, y] = project([west + (this.x[i] / WHOLE) * (east - west), lat]);
            this.worldX[i] = x;
            this.worldY[i] = y;
        }
    }

    lonLat(i) {
        return unproject([this.worldX[i], this.worldY[i]]);
    }

    row(i) {
        return {
            lonLat: this.lonLat(i),
            time: this.t[i] === UNDATED ? null : new Date((this.epoch + this.t[i] * 60) * 1000),
            theme: this.themes[this.theme[i]] ?? null,
            area: this.areas[this.area[i]] ?? null,
            state: this.states[this.state[i]] ?? null,
        };
    }

    /**
     * Rows that pass. `themes`, `areas`, `states`: a Set of keys, codes or states (null in the Set: those without), or
     * null for all. `from` is included, `to` is not; rows without a known date lie in no time. `bounds`: [west, south, east, north] or null.
     */
    filter({themes = null, areas = null, states = null, from = null, to = null, bounds = null} = {}) {
        const theme = allowed(themes, this.themes.map(entry => entry.key), 256);
        const area = allowed(areas, this.areas.map(entry => entry.code), 65536);
        const state = allowed(states, this.states, 256);
        const earliest = from ? (from / 1000 - this.epoch) / 60 : -Infinity;
        const latest = to ? (to / 1000 - this.epoch) / 60 : from ? UNDATED : Infinity;
        const box = bounds ? worldBox(bounds) : null;
        const rows = new Uint32Array(this.n);
        let count = 0;
        for (let i = 0; i < this.n; i++) {
            if (theme && !theme[this.theme[i]]) continue;
            if (area && !area[this.area[i]]) continue;
            if (state && !state[this.state[i]]) continue;
            if (this.t[i] < earliest || this.t[i] >= latest) continue;
            if (box && !this.#inside(i, box)) continue;
            rows[count++] = i;
        }
        return rows.slice(0, count);
    }

    /** Those of `rows` (rising, as `filter` gives them) that have a spot: what a map can show. */
    atSpots(rows) {
        const first = rows.findIndex(i => i >= this.nAtSpots);
        return first < 0 ? rows : rows.subarray(0, first);
    }

    /** Those of `rows` within [west, south, east, north], at most `most` of them: to know that there are more is enough. */
    rowsWithin(bounds, rows, most = Infinity) {
        const box = worldBox(bounds);
        const inside = [];
        for (let k = 0; k < rows.length && inside.length < most; k++) if (this.#inside(rows[k], box)) inside.push(rows[k]);
        return inside;
    }

    #inside(i, [x1, y1, x2, y2]) {
        const x = this.worldX[i];
        const y = this.worldY[i];
        return x >= x1 && x <= x2 && y >= y1 && y <= y2;
    }

    /** How many rows have each theme, area or state, in the header's order; the last entry counts those without. */
    countBy(column, rows) {
        const names = {theme: this.themes, area: this.areas, state: this.states}[column];
        const counts = new Uint32Array(names.length + 1);
        for (const i of rows) counts[Math.min(this[column][i], names.length)]++;
        return counts;
    }

    /** How many rows have no known date. */
    undated(rows) {
        let count = 0;
        for (const i of rows) if (this.t[i] === UNDATED) count++;
        return count;
    }

    /** The time from the first to just after the last pin, as Dates; null without pins of a known date. */
    span() {
        let [first, last] = [Infinity, -Infinity];
        for (const minutes of this.t) {
            if (minutes === UNDATED) continue;
            if (minutes < first) first = minutes;
            if (minutes > last) last = minutes;
        }
        if (last < first) return null;
        const date = minutes => new Date((this.epoch + minutes * 60) * 1000);
        return {from: date(first), to: date(last + 60)};
    }

    /** Rows per equal span of time between two dates; rows outside are left out. */
    histogram(rows, {from, to, bins}) {
        const start = (from / 1000 - this.epoch) / 60;
        const span = ((to - from) / 60000) / bins;
        const counts = new Uint32Array(bins);
        for (const i of rows) {
            const bin = Math.floor((this.t[i] - start) / span);
            if (bin >= 0 && bin < bins) counts[bin]++;
        }
        return counts;
    }
}

/** A table from index to allowed, or null when everything is; indexes past the names are those without one. */
function allowed(chosen, names, size) {
    if (!chosen) return null;
    const table = new Uint8Array(size).fill(chosen.has(null) ? 1 : 0);
    names.forEach((name, i) => { table[i] = chosen.has(name) ? 1 : 0; });
    return table;
}

function worldBox([west, south, east, north]) {
    return [...project([west, north]), ...project([east, south])];
}
