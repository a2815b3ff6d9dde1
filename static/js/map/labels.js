/** Names on the map. Drawn once for the whole view, so that none is cut at the edge of a tile and none covers another. */

const FONT = 'system-ui, sans-serif';
const INK = '#2b2b2b';
const HALO = '#ffffff';

/**
 * Paints labels [{x, y, text, size?, rank?}] at Mercator positions into a frame of canvasOverlay. Lower ranks first; one that
 * would cover an earlier one is left out, as is the same text twice (a place near an edge is in two tiles).
 */
export function paintLabels(context, frame, labels) {
    const taken = [];
    const painted = new Set();
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = HALO;
    context.fillStyle = INK;
    for (const {x, y, text, size = 13} of [...labels].sort((a, b) => (a.rank ?? 9) - (b.rank ?? 9))) {
        if (!text || painted.has(text)) continue;
        const px = x * frame.world - frame.left;
        const py = y * frame.world - frame.top;
        if (px < 0 || py < 0 || px > frame.width || py > frame.height) continue;
        context.font = `600 ${size}px ${FONT}`;
        const half = context.measureText(text).width / 2 + 4;
        const box = [px - half, py - size * 0.8, px + half, py + size * 0.8];
        if (taken.some(other => overlap(box, other))) continue;
        taken.push(box);
        painted.add(text);
        context.strokeText(text, px, py);
        context.fillText(text, px, py);
    }
}

function overlap(a, b) {
    return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}
