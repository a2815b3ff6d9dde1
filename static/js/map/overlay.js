/** Maps of other servers, under and over our own layers: credited while they are shown, and told of in words when they fail. */
import {element} from 'mapdialog/lib/dom.js';
import {rasterTiles} from 'mapdialog/map/leaflet.js';

// So many in a row are no accident: the server is down, or there is no network.
const MOST_FAILURES = 4;
// Leaflet itself never asks again for a tile that failed.
const RETRY_MS = 5000;

/**
 * @param pictures {url, credit, failed, minZoom, maxNativeZoom, bounds, opacity}; `failed` is said while the server does not answer
 * @param instead called when it stops answering; what it returns is called when it answers again
 * @returns {layer, remove()}
 */
export function addPictures(view, pictures, {pane = 'base', instead = () => () => {}} = {}) {
    const retried = new WeakSet();
    let failures = 0;
    let undo = null;
    const line = element('span');
    noteOf(view).append(line);

    function onTile(isThere, image) {
        if (isThere) {
            failures = 0;
            line.textContent = '';
            undo?.();
            undo = null;
            return;
        }
        // biome-ignore lint/correctness/noSelfAssign: an address that is set anew is asked anew.
        if (!retried.has(image)) setTimeout(() => { if (image.isConnected) image.src = image.src; }, RETRY_MS);
        retried.add(image);
        if (++failures < MOST_FAILURES || undo) return;
        line.textContent = pictures.failed;
        undo = instead();
    }

    const layer = view.add(rasterTiles({...pictures, pane, onTile}));
    const removeCredit = view.credit(pictures.credit);
    return {
        layer,
        remove() {
            view.remove(layer);
            removeCredit();
            line.remove();
            undo?.();
        },
    };
}

/** A line on the map that screen readers follow: there before there is anything to say, or the first words are lost. */
function noteOf(view) {
    const before = view.element.querySelector('.map-note');
    if (before) return before;
    const note = element('p', {class: 'map-note', role: 'status'});
    view.element.append(note);
    return note;
}

/** Lays over the map what is on from the start. */
export function addOverlays(view, overlays) {
    for (const overlay of overlays) if (overlay.shown) addPictures(view, overlay, {pane: 'over'});
}

/**
 * A checkbox for each overlay, with a slider for its opacity while it is on.
 * @param overlays [{name, title, opacityLabel, shown, …pictures}]; `chosen`: names, or null for those on from the start
 */
export function overlaySwitches(node, view, overlays, {chosen = null, onChange}) {
    const shown = new Map();
    const tell = () => onChange([...shown.keys()]);

    function line(overlay) {
        const {name, title, opacityLabel} = overlay;
        const slider = element('input', {
            type: 'range', min: 10, max: 100, step: 5, value: overlay.opacity * 100, 'aria-label': opacityLabel,
            on: {input: () => shown.get(name).layer.setOpacity(slider.value / 100)}});
        const box = element('label', {class: 'slider', hidden: true}, slider);
        const input = element('input', {type: 'checkbox', class: 'ds-input', value: name, on: {change: () => { show(input.checked); tell(); }}});

        function show(isShown) {
            input.checked = isShown;
            box.hidden = !isShown;
            if (isShown) shown.set(name, addPictures(view, {...overlay, opacity: slider.value / 100}, {pane: 'over'}));
            else {
                shown.get(name).remove();
                shown.delete(name);
            }
        }

        if (chosen ? chosen.includes(name) : overlay.shown) show(true);
        return [element('label', {class: 'check'}, input, element('span', {text: title})), box];
    }

    node.append(...overlays.flatMap(line));
}
