// Fills static/vendor/ from node_modules (run `npm ci` first) and writes manifest.json.
// Scripts are minified, since nothing else in the chain does it; comments at their head that carry a
// licence are kept beside them as LICENCE-… files. The result is committed: running the service needs no Node.
import {createHash} from 'node:crypto';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {importedNames, joined, slimComponents, slimLeaflet, slimLeafletStyles, slimTheme} from './slim.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', '..', 'node_modules');

const DESIGN = '@digdir/designsystemet-css';
// What both audiences' pages use; the second list is loaded on the planner's pages only.
const CORE = ['base', 'alert', 'button', 'details', 'error-summary', 'field', 'fieldset', 'heading', 'input', 'label', 'link',
    'list', 'paragraph', 'skip-link', 'validation-message'];
const PLANNER = ['breadcrumbs', 'card', 'chip', 'dialog', 'divider', 'pagination', 'spinner', 'table', 'tabs', 'tag', 'toggle-group'];

const ourMap = await readFile(join(here, '..', 'js', 'map', 'leaflet.js'), 'utf8');
const LEAFLET = {
    name: 'leaflet', from: 'dist/leaflet-src.esm.js', to: 'leaflet/leaflet.js', specifier: 'leaflet', names: importedNames(ourMap, 'leaflet'),
};
// Always used together: one file instead of three is two answers less to wait for.
const TILES = {
    to: 'vector-tile/vector-tile.js', specifier: '@mapbox/vector-tile', names: ['PbfReader', 'VectorTile'],
    packages: ['@mapbox/point-geometry', 'pbf', '@mapbox/vector-tile'],
};
const trimmed = [
    {name: 'leaflet', from: 'dist/leaflet.css', to: 'leaflet/leaflet.css', trim: slimLeafletStyles},
    {name: DESIGN, from: 'dist/theme/designsystemet.css', to: 'designsystemet/theme.css', trim: slimTheme},
];
const styles = [
    {name: DESIGN, parts: CORE, to: 'designsystemet/core.css'},
    {name: DESIGN, parts: PLANNER, to: 'designsystemet/planner.css'},
];
const licences = {
    leaflet: ['LICENSE', 'leaflet/LICENCE-leaflet.txt'],
    pbf: ['LICENSE', 'vector-tile/LICENCE-pbf.txt'],
    '@mapbox/vector-tile': ['LICENSE.txt', 'vector-tile/LICENCE-vector-tile.txt'],
    '@mapbox/point-geometry': ['LICENSE', 'vector-tile/LICENCE-point-geometry.txt'],
    [DESIGN]: ['LICENSE', 'designsystemet/LICENCE-designsystemet.txt'],
};

// The package's own index.css wraps each part like this; picking single files must keep the order of layers.
async function styleSheet({name, parts}) {
    let text = '@layer ds.theme, ds.base, ds.components;\n';
    for (const part of parts) {
        const css = await readFile(join(modules, name, 'dist/src', `${part}.css`), 'utf8');
        text += `@layer ${part === 'base' ? 'ds.base' : 'ds.components'}{${slimComponents(css.trim())}}\n`;
    }
    return text;
}

const manifest = [];

async function put(entry, content, how) {
    const target = join(here, entry.to);
    await mkdir(dirname(target), {recursive: true});
    await writeFile(target, content);
    const about = JSON.parse(await readFile(join(modules, entry.name, 'package.json'), 'utf8'));
    manifest.push({
        name: entry.name,
        version: about.version,
        licence: about.license,
        licence_file: licences[entry.name][1],
        file: entry.to,
        how,
        ...(entry.specifier ? {specifier: entry.specifier} : {}),
        sha256: createHash('sha256').update(content).digest('hex'),
    });
}

for (const folder of new Set([LEAFLET, TILES, ...trimmed, ...styles].map(entry => entry.to.split('/')[0]))) {
    await rm(join(here, folder), {recursive: true, force: true});
}
const source = (name, from) => readFile(join(modules, name, from), 'utf8');
const leaflet = await slimLeaflet(await source('leaflet', LEAFLET.from), LEAFLET.names);
await put(LEAFLET, leaflet, `cut to ${LEAFLET.names.join(', ')} and minified from ${LEAFLET.from}`);
const tiles = await joined(await Promise.all(TILES.packages.map(name => source(name, 'index.js'))), TILES.names);
for (const name of TILES.packages) {
    const {to, specifier, names} = TILES;
    const how = `joined from ${TILES.packages.join(', ')}, cut to ${names.join(', ')} and minified`;
    await put({name, to, specifier: name === specifier ? specifier : undefined}, tiles, how);
}
for (const entry of trimmed) {
    await put(entry, entry.trim(await source(entry.name, entry.from)), `unused rules left out of ${entry.from}`);
}
for (const entry of styles) await put(entry, await styleSheet(entry), `joined from dist/src without unused variants: ${entry.parts.join(', ')}`);
for (const [name, [from, to]] of Object.entries(licences)) {
    await writeFile(join(here, to), await readFile(join(modules, name, from)));
}
await writeFile(join(here, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
console.log(`${manifest.length} files in static/vendor`);
