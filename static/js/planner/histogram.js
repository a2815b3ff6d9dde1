/** Contributions over time as bars; dragging over them chooses days, and the two date fields do the same from the keyboard. */
import {dateFormat, fill, numberFormat} from 'mapdialog/lib/config.js';
import {dayOf} from 'mapdialog/planner/selection.js';

const BINS = 40;
const WIDTH = 240;
const HEIGHT = 56;
const SVG = 'http://www.w3.org/2000/svg';

/** `draw(all, chosen, span)`: counts per bar of everything, of what the other filters leave, and {from, to} as Dates. */
export function createHistogram(node, {texts, language, timeZone, onChoose}) {
    let span = null;
    let start = null;

    function draw(all, chosen, {from, to}, selected) {
        span = {from, to};
        const most = Math.max(1, ...all);
        const svg = shape('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'histogram__bars', 'aria-label': words(most)});
        const step = WIDTH / all.length;
        all.forEach((n, i) => {
            svg.append(bar(i * step, step, n / most, 'histogram__all'), bar(i * step, step, chosen[i] / most, 'histogram__chosen'));
        });
        if (selected) svg.append(shape('rect', {class: 'histogram__span', y: 0, height: HEIGHT, x: at(selected.from), width: Math.max(2, at(selected.to) - at(selected.from))}));
        svg.addEventListener('pointerdown', event => {
            start = shareAt(event, svg);
            svg.setPointerCapture(event.pointerId);
        });
        svg.addEventListener('pointerup', event => choose(shareAt(event, svg)));
        node.replaceChildren(svg);
    }

    const at = instant => Math.max(0, Math.min(1, (instant - span.from) / (span.to - span.from))) * WIDTH;

    function choose(end) {
        if (start === null) return;
        const [first, last] = [start, end].sort((a, b) => a - b).map(part => new Date(+span.from + part * (span.to - span.from)));
        start = null;
        onChoose({from: dayOf(first, timeZone), to: dayOf(last, timeZone)});
    }

    function words(most) {
        const date = instant => dateFormat(language, {dateStyle: 'medium', timeZone}).format(instant);
        return fill(texts.histogram, {from: date(span.from), to: date(span.to), most: numberFormat(language).format(most)});
    }

    return {draw, bins: BINS};
}

function bar(x, width, share, name) {
    const height = share > 0 ? Math.max(1.5, share * HEIGHT) : 0;
    return shape('rect', {class: name, x: x + 0.5, y: HEIGHT - height, width: width - 1, height});
}

function shareAt(event, svg) {
    const box = svg.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
}

function shape(name, attributes) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
}
