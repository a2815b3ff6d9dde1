/**
 * What a pin looks like: the drop as a node of the page, the dot on a canvas. Dark core and white casing: one or the other stands out at
 * least 3:1 on every plan colour. A pin of another colour has the dark as an edge around the casing.
 */

export const CORE = '#1a1a1a';
export const CASING = '#ffffff';
const SVG = 'http://www.w3.org/2000/svg';
const DROP = 'M16 39C10 29 3 23 3 15a13 13 0 0 1 26 0c0 8-7 14-13 24Z';

function shape(tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
}

/** `icon` is a name in the sprite, or null for a plain dot; `state` becomes a class (`pin--new`, …). */
export function pinNode({icon = null, sprite = null, state = null} = {}) {
    const svg = shape('svg', {class: `pin${state ? ` pin--${state}` : ''}`, viewBox: '0 0 32 40', 'aria-hidden': 'true'});
    svg.append(shape('path', {class: 'pin__edge', d: DROP}), shape('path', {class: 'pin__casing', d: DROP}), shape('path', {class: 'pin__core', d: DROP}));
    if (icon && sprite) svg.append(shape('use', {class: 'pin__icon', href: `${sprite}#${icon}`, x: 8, y: 7, width: 16, height: 16}));
    else svg.append(shape('circle', {class: 'pin__dot', cx: 16, cy: 15, r: 5}));
    return svg;
}

/** A round pin on a canvas. */
export function paintDot(context, x, y, {radius = 6, colour = CORE}) {
    const edge = (ink, width) => {
        context.strokeStyle = ink;
        context.lineWidth = width;
        context.stroke();
    };
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (colour !== CORE) edge(CORE, 5);
    context.fillStyle = colour;
    context.fill();
    edge(CASING, 2);
}
