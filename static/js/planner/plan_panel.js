/** Which plan is shown, on which vertical level, and what its colours mean; all of it in the address. */
import {keysOn, legendEntries, renderLegend} from 'mapdialog/map/legend.js';
import {choice, renderLevels} from 'mapdialog/planner/levels.js';

/**
 * `nodes` {plans, levels, legend, legendBox}; `onShow(plan, level)` draws; `remember({plan, level})` writes the address, null for what goes
 * without saying. → {start()}
 */
export function createPlanPanel(nodes, config, {onShow, remember}) {
    const {plans, texts, language} = config;
    const query = new URLSearchParams(location.search);
    let plan = plans.find(({key}) => key === query.get('plan')) ?? plans[0] ?? null;
    let level = plan && heldBy(plan, Number(query.get('level')));

    function show() {
        nodes.legendBox.hidden = !plan;
        if (!plan) return;
        onShow(plan, level);
        renderLegend(nodes.legend, legendEntries(plan.style, keysOn(plan.style, level, plan.level), {counts: plan.counts, language}));
        remember({plan: plan === plans[0] ? null : plan.key, level: level === plan.level ? null : String(level)});
    }

    function offerLevels() {
        renderLevels(nodes.levels, {levels: plan.levels, level, text: texts.level, onPick(value) {
            level = value;
            show();
        }});
    }

    function choose(next) {
        plan = next;
        level = heldBy(plan, level);
        offerLevels();
        show();
    }

    if (plans.length > 1) {
        nodes.plans.append(...plans.map(other => choice({name: 'shown-plan', value: other.key, words: other.name, checked: other === plan, act: () => choose(other)})));
    }
    if (plan) offerLevels();
    return {start: show};
}

/** The level itself where the plan has it, else the one it begins with. */
export function heldBy(plan, level) {
    return plan.levels.some(([number]) => number === level) ? level : plan.level;
}

/** A zone in words: field, use, code, and the level where the plan has several. */
export function describeZone({code, field, status, vertical_level: level}, plan) {
    const {label = code} = plan.style[`${code}:${status}`] ?? plan.style[code] ?? {};
    const words = plan.levels.find(([number]) => number === level)?.[1];
    return [field, label, `(${code})`, words && `· ${words}`].filter(Boolean).join(' ');
}
