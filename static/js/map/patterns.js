/** Fills of plans: plain colours, stripes of several colours (mixed uses) and hatches (zones laid over others). */

const patterns = new Map();

/**
 * The canvas fill of a style: a colour, a CanvasPattern, or null for none. `scale` is device pixels per pixel.
 * `stripes` are the colours of a combined purpose; `pattern` is a key of LINES or PICTURES, or dots.
 */
export function fillStyle(context, style, scale = 1) {
    const {fill, stripes = [], pattern, patternColour, patternWidth, patternStep} = style;
    if (stripes.length < 2 && !pattern) return fill ?? null;
    const key = JSON.stringify([fill, stripes, pattern, patternColour, patternWidth, patternStep, scale]);
    if (!patterns.has(key)) patterns.set(key, make(context, style, scale));
    return patterns.get(key);
}

function make(context, style, scale) {
    const {fill, stripes = [], pattern, patternStep = 16} = style;
    // A power of two that divides the 256 pixels of a tile: the pattern runs on over the seam.
    const size = Math.max(stripes.length > 2 ? 32 : 16, pattern ? 2 * patternStep : 0);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.round(size * scale);
    const brush = canvas.getContext('2d');
    brush.scale(canvas.width / size, canvas.width / size);
    if (fill) {
        brush.fillStyle = fill;
        brush.fillRect(0, 0, size, size);
    }
    if (stripes.length > 1) stripe(brush, stripes, size);
    if (pattern) hatch(brush, style, size);
    const made = context.createPattern(canvas, 'repeat');
    made.setTransform(new DOMMatrix([size / canvas.width, 0, 0, size / canvas.width, 0, 0]));
    return made;
}

/** Slanting bands from lower left to upper right; shifted by one whole tile from top to bottom, so that tiles join. */
function stripe(brush, colours, size) {
    const period = colours.length > 2 ? 32 : 16;
    const width = period / colours.length;
    for (let left = 0, i = 0; left < 2 * size; left += width, i++) {
        brush.fillStyle = colours[i % colours.length];
        brush.beginPath();
        brush.moveTo(left, 0);
        brush.lineTo(left + width, 0);
        brush.lineTo(left + width - size, size);
        brush.lineTo(left - size, size);
        brush.fill();
    }
}

// Which way lines run, as [across, down] steps from a point to the next one on the same line; the angles of 60° and 30° are 63° and 27°.
const LINES = {
    'diagonal-45': [[-1, 1]],
    'diagonal-315': [[1, 1]],
    'diagonal-300': [[1, 2]],
    'diagonal-330': [[2, 1]],
    horizontal: [[1, 0]],
    vertical: [[0, 1]],
    cross: [[-1, 1], [1, 1]],
    grid: [[1, 0], [0, 1]],
};
// In a square of 16.
export const PICTURES = {
    house: 'M1 8 8 2l7 6M3 7v7h10V7',
    cabin: 'M8 2 1 14h14ZM8 2v12',
    works: 'M2 14V7l4 3V7l4 3V2h4v12Z',
};

function hatch(brush, {pattern, patternColour = '#1a1a1a', patternWidth = 1, patternStep = 16}, size) {
    brush.strokeStyle = brush.fillStyle = patternColour;
    brush.lineWidth = patternWidth;
    brush.beginPath();
    for (const [across, down] of LINES[pattern] ?? []) {
        // From outside the square to outside it; half a pixel on, so that thin upright lines fall on whole ones.
        for (let start = -2 * size; start <= 3 * size; start += patternStep) {
            const at = start + patternStep / 2 + 0.5;
            const [x, y] = down >= Math.abs(across) ? [at, 0] : [0, at];
            brush.moveTo(x - size * across, y - size * down);
            brush.lineTo(x + 2 * size * across, y + 2 * size * down);
        }
    }
    brush.stroke();
    for (const [x, y] of [[0, 0], [size / 2, size / 2]]) {
        if (pattern === 'dots') dot(brush, x + size / 4, y + size / 4, patternWidth);
        else if (PICTURES[pattern]) picture(brush, PICTURES[pattern], x + size / 4 - 8, y + size / 4 - 8);
    }
}

function dot(brush, x, y, radius) {
    brush.beginPath();
    brush.arc(x, y, radius, 0, 2 * Math.PI);
    brush.fill();
}

function picture(brush, path, x, y) {
    brush.save();
    brush.translate(x, y);
    brush.stroke(new Path2D(path));
    brush.restore();
}
