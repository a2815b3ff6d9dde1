/** A small picture of a style for the legend, drawn by the code that draws the map. Not needed before the legend is opened. */
import {fillStyle, PICTURES} from 'mapdialog/map/patterns.js';

export function swatch(style, {size = 24} = {}) {
    const canvas = document.createElement('canvas');
    canvas.className = 'swatch';
    canvas.setAttribute('aria-hidden', 'true');
    canvas.width = canvas.height = size * 2;
    const context = canvas.getContext('2d');
    context.scale(2, 2);
    // Lines closer than on the map, or the legend would show but one of them; a picture once, in the middle.
    const patternStep = style.pattern in PICTURES ? size : 8;
    const fill = fillStyle(context, {...style, patternStep}, 2);
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
