/** Where a file would lie in each of the coordinate systems it may be in: numbered boxes on the map, one for each choice. */
import {readConfig} from 'mapdialog/lib/config.js';
import {project} from 'mapdialog/lib/tiles.js';
import {addBase} from 'mapdialog/map/base.js';
import {paintLabels} from 'mapdialog/map/labels.js';
import {canvasOverlay, createMap} from 'mapdialog/map/leaflet.js';
import {geojson} from 'mapdialog/map/shapes.js';

const config = readConfig();
const CHOSEN = {stroke: '#c2255c', strokeWidth: 4, fill: '#c2255c', fillOpacity: 0.15};
const OTHER = {stroke: '#1a1a1a', strokeWidth: 2, dash: [6, 4]};
const choices = [...document.querySelectorAll('[data-candidate]')];
const view = createMap(document.getElementById('map'), {center: [13, 62], zoom: 4, minZoom: 1, maxZoom: 18, texts: config.texts});
addBase(view, config.base);

// Seen from afar a plan is no box but a dot; the number stands in it.
const shapes = config.candidates.flatMap(({box}, i) => [rectangle(box), {type: 'Point', coordinates: middle(box)}]
    .map(geometry => ({type: 'Feature', id: i + 1, properties: {}, geometry})));
// Where there is no map beneath, a few cities say where one is.
const CITIES = [
    ['Oslo', 10.75, 59.91], ['Bergen', 5.33, 60.39], ['Stavanger', 5.73, 58.97], ['Kristiansand', 8, 58.15], ['Trondheim', 10.4, 63.43], ['Bodø', 14.4, 67.28],
    ['Tromsø', 18.96, 69.65], ['Stockholm', 18.07, 59.33], ['Göteborg', 11.97, 57.71], ['Malmö', 13, 55.6], ['Umeå', 20.26, 63.83],
    ['København', 12.57, 55.68], ['Aarhus', 10.2, 56.16], ['Aalborg', 9.92, 57.05], ['Helsinki', 24.94, 60.17], ['Oulu', 25.47, 65.01],
    ['Reykjavík', -21.94, 64.15], ['Tórshavn', -6.77, 62.01], ['Washington', -77.04, 38.91],
].map(([text, lon, lat]) => {
    const [x, y] = project([lon, lat]);
    return {text, x, y, size: 12};
});
view.add(canvasOverlay({paint: (context, frame) => paintLabels(context, frame, CITIES), pane: 'labels'}));
const chosen = () => Number(choices.find(choice => choice.checked)?.dataset.candidate ?? 0);
const layer = view.add(geojson({type: 'FeatureCollection', features: shapes}, {
    style: ({id, geometry}) => (geometry.type === 'Point' ? {fill: id === chosen() ? '#ff9db8' : '#ffd43b', radius: 12, label: String(id)} : id === chosen() ? CHOSEN : OTHER),
    onSelect: ({id}) => pick(id),
}));

function rectangle([west, south, east, north]) {
    return {type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]]};
}

function middle([west, south, east, north]) {
    return [(west + east) / 2, (south + north) / 2];
}

function pick(number) {
    const choice = choices.find(radio => Number(radio.dataset.candidate) === number);
    choice.checked = true;
    choice.focus();
    show();
}

function show() {
    layer.restyle();
    const candidate = config.candidates[chosen() - 1];
    // At home the ground is known and recognised; elsewhere only cities say where it is.
    if (candidate) view.fitBounds(candidate.box, {maxZoom: candidate.fits === 'home' ? 11 : 6, padding: 80});
}

for (const radio of document.querySelectorAll('[name=system]')) radio.addEventListener('change', show);
if (chosen()) show();
document.getElementById('map').dataset.ready = '';
