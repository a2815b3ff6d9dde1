/** Fills of plans: plain colours, stripes of several colours (mixed uses) and hatches (zones laid over others). */

const patterns = new Map();

/**
 * The canvas fill of a style: a colour, a CanvasPattern, or null for none. `scale` is device pixels per pixel.
 * `stripes` are the colours of a combined purpose; `pattern` is diagonal-45, diagonal-315, horizontal, vertical, cross or dots.
 */
export function fillStyle(context, style, scale = 1) {
    const {fill, stripes = [], pattern, patternColour} = style;
    if (stripes.length < 2 && !pattern) return fill ?? null;
    const key = JSON.stringify([fill, stripes, pattern, patternColour, scale]);
    if (!patterns.has(key)) patterns.set(key, make(context, style, scale));
    return patterns.get(key);
}

function make(context, {fill, stripes = [], pattern, patternColour = '#1a1a1a'}, scale) {
    // 16 and 32 divide the 256 pixels of a tile: the pattern runs on over the seam.
    const size = stripes.length > 2 ? 32 : 16;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size * scale;
    const brush = canvas.getContext('2d');
    brush.scale(scale, scale);
    if (fill) {
        brush.fillStyle = fill;
        brush.fillRect(0, 0, size, size);
    }
    if (stripes.length > 1) stripes.forEach((colour, i) => band(brush, colour, i * (size / stripes.length), size / stripes.length, size));
    if (pattern) OVERLAYS[pattern]?.(brush, patternColour, size);
    const made = context.createPattern(canvas, 'repeat');
    made.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, 0, 0]));
    return made;
}

/** A slanting band from lower left to upper right; shifted by one whole tile from top to bottom, so that tiles join. */
function band(brush, colour, left, width, size) {
    brush.fillStyle = colour;
    for (const start of [left, left + size]) {
        brush.beginPath();
        brush.moveTo(start, 0);
        brush.lineTo(start + width, 0);
        brush.lineTo(start + width - size, size);
        brush.lineTo(start - size, size);
        brush.fill();
    }
}

const OVERLAYS = {
    'diagonal-45': (brush, colour, size) => {
        for (const left of [0, size / 2]) band(brush, colour, left, 1.5, size);
    },
    'diagonal-315': (brush, colour, size) => {
        brush.save();
        brush.translate(size, 0);
        brush.scale(-1, 1);
        OVERLAYS['diagonal-45'](brush, colour, size);
        brush.restore();
    },
    horizontal: (brush, colour, size) => {
        brush.fillStyle = colour;
        for (const top of [3, size / 2 + 3]) brush.fillRect(0, top, size, 1);
    },
    vertical: (brush, colour, size) => {
        brush.fillStyle = colour;
        for (const left of [3, size / 2 + 3]) brush.fillRect(left, 0, 1, size);
    },
    cross: (brush, colour, size) => {
        OVERLAYS['diagonal-45'](brush, colour, size);
        OVERLAYS['diagonal-315'](brush, colour, size);
    },
    dots: (brush, colour, size) => {
        brush.fillStyle = colour;
        for (const [x, y] of [[4, 4], [12, 12], [4 + size / 2, 4 + size / 2]]) {
            brush.beginPath();
            brush.arc(x % size, y % size, 1.5, 0, 2 * Math.PI);
            brush.fill();
        }
    },
};

/** A small picture of a style for the legend. */
export function swatch(style, {size = 24} = {}) {
    const canvas = document.createElement('canvas');
    canvas.className = 'swatch';
    canvas.setAttribute('aria-hidden', 'true');
    canvas.width = canvas.height = size * 2;
    const context = canvas.getContext('2d');
    context.scale(2, 2);
    const fill = fillStyle(context, style, 2);
    if (fill) {
        context.globalAlpha = style.opacity ?? 1;
        context.fillStyle = fill;
        context.fillRect(0, 0, size, size);
        context.globalAlpha = 1;
    }
    const stroke = style.line ?? style.stroke;
    if (stroke) {
        context.strokeStyle = stroke;
        context.lineWidth = fill ? 2 : 3;
        context.setLineDash(style.dash ?? []);
        if (fill) context.strokeRect(1, 1, size - 2, size - 2);
        else context.strokeRect(0, size / 2, size, 0);
    }
    return canvas;
}
