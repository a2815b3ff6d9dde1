/** Names on the map. Drawn once for the whole view, so that none is cut at the edge of a tile and none covers another. */

const FONT = 'system-ui, sans-serif';
const INK = '#2b2b2b';
const HALO = '#ffffff';

export const fontOf = ({size = 13, weight = 600}) => `${weight} ${size}px ${FONT}`;

/**
 * Paints labels [{x, y, text, size?, weight?, colour?, angle?, rank?, again?}] at Mercator positions into a frame of canvasOverlay; `text`
 * may have several lines, `angle` is in radians. Lower ranks first; one that would cover an earlier one is left out, as is the same text
 * (a place near an edge is in two tiles) nearer than `again` pixels: anywhere, unless said otherwise.
 */
export function paintLabels(context, frame, labels) {
    const taken = [];
    const painted = new Map();
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = HALO;
    for (const label of [...labels].sort((a, b) => (a.rank ?? 9) - (b.rank ?? 9))) {
        const {x, y, text, again = Infinity} = label;
        if (!text) continue;
        const px = x * frame.world - frame.left;
        const py = y * frame.world - frame.top;
        if (px < 0 || py < 0 || px > frame.width || py > frame.height) continue;
        const before = painted.get(text) ?? [];
        if (before.some(spot => Math.hypot(spot[0] - px, spot[1] - py) < again)) continue;
        context.font = fontOf(label);
        const boxes = boxesOf(context, label, px, py);
        if (boxes.some(box => taken.some(other => overlap(box, other)))) continue;
        taken.push(...boxes);
        painted.set(text, [...before, [px, py]]);
        write(context, label, px, py);
    }
}

function write(context, {text, size = 13, colour = INK, angle = 0}, px, py) {
    const lines = text.split('\n');
    context.save();
    context.translate(px, py);
    context.rotate(angle);
    context.fillStyle = colour;
    lines.forEach((line, i) => {
        const down = (i - (lines.length - 1) / 2) * size * 1.15;
        context.strokeText(line, 0, down);
        context.fillText(line, 0, down);
    });
    context.restore();
}

/** What a label covers: one box, along a street a row of small ones. */
function boxesOf(context, {text, size = 13, angle = 0}, px, py) {
    const lines = text.split('\n');
    const half = Math.max(...lines.map(line => context.measureText(line).width)) / 2 + 4;
    const high = size * (0.2 + 0.6 * lines.length);
    if (!angle) return [[px - half, py - high, px + half, py + high]];
    const steps = Math.max(1, Math.ceil(half / high));
    return Array.from({length: 2 * steps + 1}, (_, i) => {
        const along = (half - high) * (i / steps - 1);
        const [x, y] = [px + along * Math.cos(angle), py + along * Math.sin(angle)];
        return [x - high, y - high, x + high, y + high];
    });
}

function overlap(a, b) {
    return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}
