/** The units on the map, in their committees' colours and with their codes, to be clicked. */
import {addBase} from 'mapdialog/map/base.js';
import {createMap} from 'mapdialog/map/leaflet.js';
import {geojson} from 'mapdialog/map/shapes.js';

const FREE = {fill: '#ffffff', fillOpacity: 0.35, stroke: '#3b3a4a', strokeWidth: 1};
const TAKEN = {fillOpacity: 0.75, stroke: '#1a1a1a', strokeWidth: 1.5};

/** `look(unit)` → {colour, label} or null for a unit in no committee; `onUnit(unit)`. → Promise of {paint, show, pairs} */
export async function createUnitMap(node, {units, bounds, base, texts, look, onUnit}) {
    const view = createMap(node, {center: [13, 62], zoom: 4, minZoom: 2, maxZoom: 18, texts});
    if (bounds) view.fitBounds(bounds, {padding: 16, maxZoom: 16});
    addBase(view, base);
    const response = await fetch(units);
    if (!response.ok) throw new Error(`${units}: ${response.status}`);
    const collection = await response.json();
    const layer = view.add(geojson(collection, {
        pane: 'areas',
        style({id}) {
            const committee = look(id);
            return committee ? {...TAKEN, fill: committee.colour, label: committee.label} : FREE;
        },
        onSelect: feature => onUnit(feature.id),
    }));
    return {
        paint: () => layer.restyle(),
        highlight: unit => layer.highlight(unit),
        pairs: collection.adjacent,
    };
}
