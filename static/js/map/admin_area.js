/** The administration's area field: whatever polygon the text beside it holds is drawn on a map. */
import {readConfig} from 'mapdialog/lib/config.js';
import {createMap} from 'mapdialog/map/leaflet.js';
import {geojson} from 'mapdialog/map/shapes.js';

const style = () => ({stroke: '#1a1a1a', strokeWidth: 2, fill: '#3b6fb6', fillOpacity: 0.25});
const WORLD = [-20, 35, 40, 72];

for (const node of document.querySelectorAll('[data-area-for]')) show(node);

function show(node) {
    const text = document.getElementById(node.dataset.areaFor);
    const status = node.parentElement.querySelector('[role=status]');
    const texts = readConfig('area-texts');
    node.hidden = false;
    const view = createMap(node, {center: [10, 60], zoom: 4, texts});
    let drawn = null;
    const draw = () => {
        if (drawn) view.remove(drawn);
        drawn = null;
        if (!text.value.trim()) {
            status.textContent = texts.empty;
            view.fitBounds(WORLD);
            return;
        }
        try {
            const area = JSON.parse(text.value);
            const bounds = boundsOf(area);
            drawn = view.add(geojson(area, {pane: 'areas', style}));
            view.fitBounds(bounds, {padding: 20});
            status.textContent = texts.shown;
        } catch {
            drawn = null;
            status.textContent = texts.broken;
        }
    };
    text.addEventListener('input', draw);
    draw();
}

/** [west, south, east, north] of every coordinate in a GeoJSON object. Throws when there is none. */
function boundsOf(value) {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    const visit = item => {
        if (!Array.isArray(item)) return Object.values(item ?? {}).forEach(part => part && typeof part === 'object' && visit(part));
        if (typeof item[0] !== 'number') return item.forEach(visit);
        bounds[0] = Math.min(bounds[0], item[0]);
        bounds[1] = Math.min(bounds[1], item[1]);
        bounds[2] = Math.max(bounds[2], item[0]);
        bounds[3] = Math.max(bounds[3], item[1]);
    };
    visit(value);
    if (!bounds.every(Number.isFinite)) throw new TypeError('no coordinates');
    return bounds;
}
