/** A layer's page: the chosen edition on the map, its legend, and the way from a line of the list to its place. */
import {readConfig} from 'mapdialog/lib/config.js';
import {createEditionLegend} from 'mapdialog/planner/layers/edition_legend.js';
import {createEditionMap} from 'mapdialog/planner/layers/edition_map.js';

const config = readConfig();
const node = document.getElementById('map');
const map = createEditionMap(node, config);

const legend = createEditionLegend(map, config, {legend: document.getElementById('legend'), levels: document.getElementById('levels')});

document.getElementById('things')?.addEventListener('click', event => {
    const button = event.target.closest('[data-box]');
    if (!button) return;
    legend.pick(Number(button.dataset.level));
    map.highlight(Number(button.dataset.id));
    map.show(button.dataset.box.split(' ').map(Number));
    node.scrollIntoView({block: 'center'});
});

node.dataset.ready = '';
