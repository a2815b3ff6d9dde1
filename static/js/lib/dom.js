const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes and children; strings become text, never markup. */
export function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
    node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
    return node;
}

function setAttribute(node, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name === 'class') node.className = value;
    else if (name === 'text') node.textContent = value;
    else if (name === 'on') for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? '' : value);
}

/** A picture from the sprite; decorative, so there must be text beside it or a label on its button. */
export function icon(name, {sprite}) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('class', 'ds-icon');
    svg.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS(SVG, 'use');
    use.setAttribute('href', `${sprite}#${name}`);
    svg.append(use);
    return svg;
}

/** Puts `text` in a live region. Screen readers are silent when nothing changed, so a repeated text is made to differ. */
export function announce(node, text) {
    node.textContent = node.textContent === text ? `${text}\u00a0` : text;
}
