/**
 * A second map with another plan: beside the first, or laid over it up to a line that can be moved. Both show the same ground, pins and
 * hotspots; what differs is a table, in hectares of land.
 */
import {element} from 'mapdialog/lib/dom.js';
import {fill, numberFormat} from 'mapdialog/lib/config.js';
import {heldBy} from 'mapdialog/planner/plan_panel.js';

/**
 * `first` is the board's map, `make(node)` makes another; `remember({beside, swipe})` writes the address.
 * → {offer(plan, level)}: that is what the first map shows now
 */
export function createSideBySide(nodes, config, {first, make, remember}) {
    const {plans, texts, language} = config;
    const query = new URLSearchParams(location.search);
    const hectares = numberFormat(language, {minimumFractionDigits: 2, maximumFractionDigits: 2});
    const signed = numberFormat(language, {minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero'});
    let beside = query.get('beside');
    let isSwipe = query.has('swipe');
    let shown = null;
    let other = null;
    let latest = 0;

    const select = element('select', {class: 'ds-input', name: 'beside', on: {change: ({target}) => { beside = target.value || null; apply(); }}});
    const swipe = element('input', {type: 'checkbox', class: 'ds-input', name: 'swipe', checked: isSwipe, on: {change: ({target}) => { isSwipe = target.checked; apply(); }}});
    const line = element('input', {type: 'range', min: 0, max: 100, value: 50, class: 'board__swipe', 'aria-label': texts.swipeLine, on: {input: cut}});
    nodes.choice.append(
        element('label', {class: 'field'}, element('span', {text: texts.beside}), select),
        element('label', {class: 'check'}, swipe, element('span', {text: texts.swipe})));
    nodes.maps.append(line);

    function offer(plan, level) {
        shown = {plan, level};
        if (beside === plan.key || !plans.some(({key}) => key === beside)) beside = null;
        select.replaceChildren(element('option', {value: '', text: texts.besideNone}),
            ...plans.filter(({key}) => key !== plan.key).map(({key, name}) => element('option', {value: key, selected: key === beside, text: name})));
        apply();
    }

    function apply() {
        const plan = plans.find(({key}) => key === beside) ?? null;
        remember({beside, swipe: plan && isSwipe ? '1' : null});
        nodes.maps.classList.toggle('board__map--two', plan !== null && !isSwipe);
        nodes.maps.classList.toggle('board__map--swipe', plan !== null && isSwipe);
        swipe.disabled = !plan;
        nodes.other.hidden = nodes.names.hidden = !plan;
        line.hidden = !plan || !isSwipe;
        if (plan) {
            nodes.names.replaceChildren(element('span', {text: shortName(shown.plan)}), element('span', {text: shortName(plan)}));
            other ??= follow(make(nodes.other));
            other.showPlan(plan, heldBy(plan, shown.level));
            other.view.resized();
            other.view.setView(first.view.center(), first.view.zoom(), {animate: false});
        }
        first.view.resized();
        cut();
        compare(plan);
    }

    /** Whichever is moved, the other shows the same: at once, or the eye compares two places. */
    function follow(board) {
        let isLed = false;
        const lead = (from, to) => from.view.on('move', () => {
            if (isLed || !beside) return;
            isLed = true;
            to.view.setView(from.view.center(), from.view.zoom(), {animate: false});
            isLed = false;
        });
        lead(first, board);
        lead(board, first);
        return board;
    }

    function cut() {
        nodes.other.style.clipPath = beside && isSwipe ? `inset(0 0 0 ${line.value}%)` : '';
        nodes.maps.style.setProperty('--swipe', `${line.value}%`);
    }

    async function compare(plan) {
        nodes.table.replaceChildren(element('p', {class: 'quiet', text: plan ? texts.comparing : texts.compareHow}));
        const mine = ++latest;
        if (!plan) return;
        const search = new URLSearchParams({a: shown.plan.key, b: plan.key});
        if (shown.plan.levels.length || plan.levels.length) search.set('level', shown.level);
        const response = await fetch(`${config.differences}?${search}`).catch(() => null);
        const differences = response?.ok ? await response.json() : null;
        if (mine !== latest) return;
        nodes.table.replaceChildren(...(differences ? tableOf(differences) : [element('p', {text: texts.compareFailed})]));
    }

    function tableOf({first: a, second: b, rows, water}) {
        const cell = ({ha, n}) => element('td', {class: 'number'}, hectares.format(ha), element('span', {class: 'quiet block', text: fill(texts.zones, {n})}));
        const heading = plan => element('th', {scope: 'col', class: 'number', text: shortName(plan)});
        return [
            element('div', {class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': texts.compareTitle}, element('table', {class: 'ds-table areas areas--compared'},
                element('caption', {class: 'ds-sr-only', text: texts.compareTitle}),
                element('thead', {}, element('tr', {}, element('th', {scope: 'col', text: texts.use}), heading(a), heading(b), element('th', {scope: 'col', class: 'number', text: texts.difference}))),
                element('tbody', {}, rows.map(row => element('tr', {class: row.difference ? 'differs' : null},
                    element('th', {scope: 'row'}, row.label, ' ', element('span', {class: 'legend__code', text: row.code})),
                    cell(row.first), cell(row.second), element('td', {class: 'number', text: signed.format(row.difference)})))))),
            element('p', {class: 'quiet', text: fill(texts.compareNote, {a: hectares.format(water.first), b: hectares.format(water.second)})}),
        ];
    }

    return {offer};
}

/** What there is room for: “Alternative A” of “Alternative A: 60 homes in the small wood”. */
function shortName({name}) {
    return name.split(':')[0];
}
