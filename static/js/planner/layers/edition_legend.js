/** The legend of the map of an edition, and beside it the choice of the vertical level where a plan has several. */
import {legendEntries, renderLegend} from 'mapdialog/map/legend.js';
import {renderLevels} from 'mapdialog/planner/levels.js';

/** `map` is what createEditionMap gives, `nodes` {legend, levels}. → {render(), pick(level)}; how many are counted on the shown level. */
export function createEditionLegend(map, config, nodes) {
    const {levels = [], counts, countsByLevel, kind} = config.edition;

    function render() {
        const shown = countsByLevel?.[map.level()] ?? counts;
        const entries = legendEntries(map.table(), Object.keys(shown), {counts: kind === 'boundary' ? {} : shown, language: config.language});
        if (nodes.legend) renderLegend(nodes.legend, entries);
    }

    function pick(level) {
        if (!levels.some(([number]) => number === level) || level === map.level()) return;
        map.pick(level);
        offer();
        render();
    }

    function offer() {
        renderLevels(nodes.levels, {levels, level: map.level(), text: config.texts.level, onPick(level) {
            map.pick(level);
            render();
        }});
    }

    if (levels.length) offer();
    render();
    return {render, pick};
}
