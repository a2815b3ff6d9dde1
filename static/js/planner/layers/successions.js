/** Old areas dashed over the new ones; a line of the table shows where its area lay, and what lies there now. */
import {readConfig} from 'mapdialog/lib/config.js';
import {vectorTiles} from 'mapdialog/map/vector_tiles.js';
import {createEditionMap} from 'mapdialog/planner/layers/edition_map.js';

const BEFORE = {'*': {stroke: '#7a0c3a', strokeWidth: 2.5, dash: [8, 6]}};

const config = readConfig();
const node = document.getElementById('map');
const map = createEditionMap(node, config);
const before = vectorTiles({url: config.before.url, style: BEFORE, pane: 'areas'});
map.view.add(before);

for (const button of document.querySelectorAll('[data-old]')) {
    button.addEventListener('click', () => {
        const successors = button.dataset.new.split('|');
        before.highlight(feature => feature.properties.code === button.dataset.old);
        map.edition.highlight(feature => successors.includes(feature.properties.code));
        map.show(button.dataset.box.split(' ').map(Number));
        node.scrollIntoView({block: 'center'});
    });
}

node.dataset.ready = '';
