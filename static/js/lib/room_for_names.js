/** Where a name has room: along a line, and in the largest circle of a polygon. */
import {segmentDistance} from 'mapdialog/lib/geometry.js';

// Twelve squares a side, and again around the best: no label stands better for knowing it more exactly.
const [CELLS, ROUNDS] = [12, 2];
// How much longer than its ends are apart a stretch of street may be, for a name to be written straight along it.
const STRAIGHT = 1.02;

/** The largest circle, nearly. Rings of [x, y], holes too, each closed or not → {at, radius}, null where there is no inside. */
export function innerCircle(rings) {
    const xs = rings.flatMap(ring => ring.map(([x]) => x));
    const ys = rings.flatMap(ring => ring.map(([, y]) => y));
    let box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    let best = null;
    for (let round = 0; round < ROUNDS; round++) {
        const [west, south, east, north] = box;
        const [wide, high] = [(east - west) / CELLS, (north - south) / CELLS];
        for (let i = 0; i < CELLS * CELLS; i++) {
            const at = [west + ((i % CELLS) + 0.5) * wide, south + (Math.floor(i / CELLS) + 0.5) * high];
            const radius = depth(rings, at);
            if (radius > (best?.radius ?? 0)) best = {at, radius};
        }
        if (!best) return null;
        box = [best.at[0] - wide, best.at[1] - high, best.at[0] + wide, best.at[1] + high];
    }
    return best;
}

/** How far inside a position is, 0 outside. */
function depth(rings, [x, y]) {
    let isInside = false;
    let least = Infinity;
    for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
            const [[x1, y1], [x2, y2]] = [ring[j], ring[i]];
            if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) isInside = !isInside;
            least = Math.min(least, segmentDistance(ring[j], ring[i], [x, y]));
        }
    }
    return isInside ? least : 0;
}

/** Where along a line in pixels a name of that width can be written: [{at, angle}], those nearest its middle first. */
export function straightStretches(line, width, {width: right, height: bottom}) {
    const ends = [0];
    for (let i = 1; i < line.length; i++) ends.push(ends[i - 1] + Math.hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]));
    const room = ends.at(-1) - width;
    if (room < 0) return [];
    const step = Math.max(12, width / 4, room / 200);
    const stretches = [];
    for (let from = (room / 2) % step; from <= room; from += step) {
        const [a, b] = [pointAt(line, ends, from), pointAt(line, ends, from + width)];
        const at = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        if (at[0] < 0 || at[1] < 0 || at[0] > right || at[1] > bottom) continue;
        if (Math.hypot(b[0] - a[0], b[1] - a[1]) * STRAIGHT < width) continue;
        const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        // Never upside down.
        stretches.push({at, angle: Math.abs(angle) > Math.PI / 2 ? angle - Math.sign(angle) * Math.PI : angle, off: Math.abs(from - room / 2)});
    }
    return stretches.sort((a, b) => a.off - b.off);
}

function pointAt(line, ends, distance) {
    const i = Math.max(1, ends.findIndex(end => end >= distance));
    const share = (distance - ends[i - 1]) / (ends[i] - ends[i - 1] || 1);
    return [line[i - 1][0] + share * (line[i][0] - line[i - 1][0]), line[i - 1][1] + share * (line[i][1] - line[i - 1][1])];
}
