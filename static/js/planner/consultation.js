/** The planner's page: one selection, and everything that shows it. */
import {announce, element} from 'mapdialog/lib/dom.js';
import {dateFormat, fill, numberFormat, plural, readConfig} from 'mapdialog/lib/config.js';
import {boundsOf} from 'mapdialog/lib/geometry.js';
import {decodePack} from 'mapdialog/lib/pins.js';
import {heatLegend} from 'mapdialog/map/heat.js';
import {overlaySwitches} from 'mapdialog/map/overlay.js';
import {createAddress} from 'mapdialog/planner/address.js';
import {createAreasTable, NO_SPOT} from 'mapdialog/planner/areas_table.js';
import {createBoardMap} from 'mapdialog/planner/board_map.js';
import {createFilters} from 'mapdialog/planner/filters.js';
import {createList, describe} from 'mapdialog/planner/list.js';
import {hotspotWords} from 'mapdialog/planner/hotspot.js';
import {createPlanPanel, describeZone} from 'mapdialog/planner/plan_panel.js';
import {createPopups} from 'mapdialog/planner/popup.js';
import {createTabs} from 'mapdialog/planner/tabs.js';
import {isEmpty, readSelection, readView, toFilter, toQuery, unknownIn, WITHOUT} from 'mapdialog/planner/selection.js';

const config = readConfig();
const {texts, language, timeZone} = config;
const byId = id => document.getElementById(id);
const hotspots = byId('hotspots') ? readConfig('hotspots') : [];
const number = numberFormat(language);
const LIST_DELAY_MS = 200;
const NEAR_DEGREES_PX = 12;

let pins = null;
let selection = readSelection('');
let listTimer = null;
let beside = null;
let filters = null;
let chosenRows = null;
let tapped = 0;

const firstBoard = createBoardMap(byId('map'), config, {on: {...answersOn(() => firstBoard), drawn}});
const boards = [firstBoard];
const popups = createPopups(byId('sheet'), {maps: byId('maps'), texts});
const list = createList({node: byId('list'), count: byId('list-count'), more: byId('list-more')},
    {url: config.contributions, texts, language, timeZone, onShow: showItem, onCount: countListed});
const table = byId('areas') && createAreasTable(byId('areas'), {note: byId('areas-note'), texts, language, onOnly: code => change({...selection, area: [code]})});
const address = createAddress({onStep: showAddress});
const tabs = createTabs(byId('tabs'), {onShow: name => address.remember({tab: name === 'hotspots' ? null : name})});

/** The person selects something else. */
function change(next, {goesOn = false} = {}) {
    selection = next;
    address.step(selection, {goesOn});
    byId('unknown').hidden = true;
    filters?.show(selection);
    apply();
}

/** What the address says is shown, and what it says that is not there is said: never everything, or nothing, without a word. */
function showAddress(search) {
    const known = knownWords(search);
    selection = readSelection(search, known);
    const values = unknownIn(search, known).map(([name, value]) => fill(texts.unknownValue, {name: texts.addressNames[name] ?? name, value: value.slice(0, 80)}));
    byId('unknown').hidden = values.length === 0;
    if (values.length) announce(byId('unknown'), fill(texts.unknown, {values: values.join(', ')}));
    filters.show(selection);
    apply();
}

/** Each name that an address may have, with its values. */
function knownWords(search) {
    const keys = config.plans.map(({key}) => key);
    const query = new URLSearchParams(search);
    const plan = config.plans.find(({key}) => key === query.get('plan')) ?? config.plans[0];
    return {
        ...Object.fromEntries(Object.entries(choices()).map(([name, entries]) => [name, entries.map(({value}) => value)])),
        tab: [...byId('tabs').querySelectorAll('[role=tab]')].map(tab => tab.id.replace('tab-', '')),
        plan: keys, beside: keys, swipe: ['1'],
        level: (plan?.levels ?? []).map(([level]) => String(level)),
        over: config.overlays.map(({name}) => name),
    };
}

/** Everything that shows the selection shows it now; the list asks the server when the person pauses. */
function apply() {
    const query = toQuery(selection);
    byId('export').href = [...query].length ? `${config.export}?${query}` : config.export;
    byId('clear').hidden = byId('filter-words').hidden = isEmpty(selection);
    byId('no-filter').hidden = !isEmpty(selection);
    if (filters) byId('filter-words').textContent = filters.words(selection);
    for (const board of boards) board.highlightCommittees(selection.area);
    tapped++;
    popups.closeSelected();
    clearTimeout(listTimer);
    listTimer = setTimeout(() => list.load(toQuery(selection)), LIST_DELAY_MS);
    if (pins) applyToPins();
}

function applyToPins() {
    const filter = toFilter(selection, {timeZone});
    chosenRows = pins.filter(filter);
    const atSpots = pins.atSpots(chosenRows);
    for (const board of boards) board.set(atSpots);
    announce(byId('count'), pins.n ? countWords(chosenRows.length, atSpots.length) : texts.noPins);
    filters.count({
        theme: tally('theme', pins.themes.map(theme => theme.key), pins.filter({...filter, themes: null})),
        area: tally('area', pins.areas.map(area => area.code), pins.filter({...filter, areas: null})),
        state: tally('state', pins.states, pins.filter({...filter, states: null})),
    });
    table?.count(tally('area', pins.areas.map(area => area.code), atSpots).set(NO_SPOT, chosenRows.length - atSpots.length));
    drawTimes(filter);
}

function countWords(n, nAtSpots) {
    return fill(plural(texts.selected, n, language), {all: number.format(pins.n), placed: number.format(nAtSpots), unplaced: number.format(n - nAtSpots)});
}

/**
 * Where there are too many to travel, how many there are is what the list's answer says. Elsewhere another number than ours means that
 * somebody has written or decided since the page was opened: then all is counted anew.
 */
function countListed(n, query) {
    if (config.nPins > config.mostPins) announce(byId('count'), n ? plural(texts.matched, n, language) : texts.noMatch);
    else if (chosenRows && n !== chosenRows.length && `${query}` === `${toQuery(selection)}`) countAnew();
}

async function countAnew() {
    if (await loadPins()) applyToPins();
}

/** How many of `rows` have each value, as a Map that also knows those without. */
function tally(column, keys, rows) {
    const counts = pins.countBy(column, rows);
    const countOf = new Map([[WITHOUT, counts[keys.length]]]);
    keys.forEach((key, i) => countOf.set(key, (countOf.get(key) ?? 0) + counts[i]));
    return countOf;
}

function drawTimes(filter) {
    if (!pins.n) return;
    const anyTime = pins.filter({...filter, from: null, to: null});
    const undated = pins.undated(anyTime);
    byId('undated').hidden = !undated;
    byId('undated').textContent = undated ? fill(texts.undated, {n: number.format(undated)}) : '';
    const span = pins.span();
    if (!span) return;
    const all = pins.histogram(pins.filter({}), {...span, bins: filters.bins});
    filters.times({all, chosen: pins.histogram(anyTime, {...span, bins: filters.bins}), span, selection});
}

function drawn({mode, most}) {
    const words = {heat: texts.heatShown, pins: texts.pinsShown, all: texts.tooMany, none: ''}[mode];
    const note = byId('map-note');
    if (note.textContent !== words) note.textContent = words;
    byId('heat-legend').hidden = mode === 'pins' || mode === 'none';
    heatLegend(byId('heat-legend'), {texts: {few: texts.fewest, many: fill(texts.most, {n: number.format(Math.max(1, Math.round(most)))})}});
}

/** What a tap on a map does: the answer opens on the map that was tapped. */
function answersOn(which) {
    return {
        pin: lonLat => openPin(lonLat, which()),
        hotspot: feature => openHotspot(feature, which()),
        ground: (lonLat, features) => openGround(lonLat, features, which()),
    };
}

async function openPin(lonLat, on) {
    const reach = (NEAR_DEGREES_PX * 360) / (256 * 2 ** on.view.zoom());
    const query = toQuery(selection);
    query.set('bbox', [lonLat[0] - reach, lonLat[1] - reach / 2, lonLat[0] + reach, lonLat[1] + reach / 2].map(side => side.toFixed(6)).join(','));
    const mine = ++tapped;
    const response = await fetch(`${config.contributions}?${query}`).catch(() => null);
    const page = response?.ok ? await response.json() : null;
    // of two taps the later one is answered
    if (mine !== tapped) return;
    popups.show(on, lonLat, page ? pinWords(page) : {head: [element('p', {text: texts.listFailed})]}, {isOfSelection: true});
    if (page?.items.length) list.choose(page.items[0].id);
}

/** All that lie under a finger; what is known about one, and its doubt, stands above what it says. */
function pinWords({matched, items}) {
    if (!items.length) return {head: [element('p', {text: texts.gone})]};
    const parts = items.map(item => {
        const [head, text, about] = describe(item, {texts, language, timeZone});
        return {head: [head, about], text};
    });
    if (parts.length === 1) return {head: parts[0].head, list: [parts[0].text]};
    const count = plural(texts.here, matched, language);
    return {
        head: [element('p', {text: matched > items.length ? `${count} ${fill(texts.newest, {n: items.length})}` : count})],
        list: parts.map(({head, text}) => element('div', {class: 'popup__item'}, ...head, text)),
    };
}

function openHotspot(feature, on, {from = null} = {}) {
    const {centre, rank} = feature.properties;
    for (const board of boards) board.highlightHotspot(rank);
    for (const button of document.querySelectorAll('[data-rank]')) {
        const isIt = Number(button.dataset.rank) === rank;
        if (isIt) button.setAttribute('aria-current', 'true');
        else button.removeAttribute('aria-current');
    }
    popups.show(on, centre, hotspotWords(feature, {texts, language}), {about: boundsOf(feature), from});
}

function openGround(lonLat, {zones, committees, plan}, on) {
    const lines = [
        ...committees.map(({properties}) => element('p', {}, element('strong', {text: properties.name || properties.code}), ' ',
            element('button', {type: 'button', class: 'link-button', text: texts.onlyHere, on: {click: () => change({...selection, area: [properties.code]})}}))),
        ...zones.map(({properties}) => element('p', {text: describeZone(properties, plan)})),
    ];
    if (lines.length) popups.show(on, lonLat, {list: lines});
}

/** Where the map is not beside the list it comes into view, with what was said below it; who steps from line to line stays in the list. */
function showItem(item, {line, isStep}) {
    firstBoard.mark(item.lonLat);
    if (!item.lonLat) return;
    const isSheet = popups.isSheet() && !isStep;
    firstBoard.view.setView(item.lonLat, Math.max(15, firstBoard.view.zoom()), isSheet ? {animate: false} : {});
    if (isSheet) popups.show(firstBoard, item.lonLat, pinWords({matched: 1, items: [item]}), {isOfSelection: true, from: line});
}

/** The plan on the map; where there are several, a second one beside it, for which the module is fetched. */
async function plans() {
    if (config.plans.length > 1) {
        const {createSideBySide} = await import('mapdialog/planner/side_by_side.js');
        beside = createSideBySide(
            {choice: byId('beside'), maps: byId('maps'), other: byId('map-other'), names: byId('map-names'), table: byId('plans-table')}, config,
            {first: firstBoard, make: secondMap, remember: address.remember});
    }
    createPlanPanel({plans: byId('plans'), levels: byId('levels'), legend: byId('legend'), legendBox: byId('legend-box')}, config, {
        remember: address.remember,
        onShow(plan, level) {
            firstBoard.showPlan(plan, level);
            beside?.offer(plan, level);
        },
    }).start();
}

function secondMap(node) {
    const second = createBoardMap(node, {...config, texts: {...texts, map: texts.otherMap}}, {on: {...answersOn(() => second), drawn() {}}});
    boards.push(second);
    for (const control of byId('layers').querySelectorAll('input')) look(second, control);
    second.showHotspots({type: 'FeatureCollection', features: hotspots});
    if (pins) second.showPins(pins);
    if (chosenRows) second.set(pins.atSpots(chosenRows));
    return second;
}

/** One of the switches and sliders of the layers, on one of the maps. */
function look(on, {type, name, value, checked}) {
    if (type === 'range') on.setOpacity(name.replace('-opacity', ''), value / 100);
    else on.show(name, checked);
}

function layerSwitches() {
    const box = byId('layers');
    if (!config.plans.length) for (const name of ['plan', 'plan-opacity']) box.querySelector(`[name="${name}"]`).closest('label').hidden = true;
    if (!config.committees) box.querySelector('[name="committees"]').closest('label').hidden = true;
    box.addEventListener('input', ({target}) => {
        for (const board of boards) look(board, target);
    });
}

function stepByKey(event) {
    if (!byId('keys').checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, select, textarea, [contenteditable]') || !['j', 'k'].includes(event.key)) return;
    event.preventDefault();
    if (tabs.shown() !== 'list') tabs.show('list');
    list.step(event.key === 'j' ? 1 : -1);
}

function choices() {
    const entry = ([value, label]) => ({value, label});
    return {
        theme: [...Object.entries(config.themes).map(entry), {value: WITHOUT, label: texts.withoutTheme}],
        area: [...new Map([...config.areas, ...pins?.areas ?? []].map(({code, name}) => [code, name || code])).entries()].map(entry).concat({value: WITHOUT, label: texts.outside}),
        state: Object.entries(config.states).map(entry),
    };
}

/** When too many long reads are under way, the server says when to come again. */
async function fetchPins({tries = 3} = {}) {
    const response = await fetch(config.pins).catch(() => null);
    const wait_s = Number(response?.headers.get('Retry-After'));
    if (response?.status !== 503 || !wait_s || tries === 1) return response;
    await new Promise(resolve => setTimeout(resolve, wait_s * 1000));
    return fetchPins({tries: tries - 1});
}

/** → whether they are here now */
async function loadPins() {
    if (config.nPins > config.mostPins) {
        for (const board of boards) board.showDensity();
        return false;
    }
    const response = await fetchPins();
    if (!response?.ok) {
        announce(byId('count'), texts.failed);
        return false;
    }
    pins = decodePack(await response.arrayBuffer());
    byId('as-of').textContent = fill(texts.asOf, {when: dateFormat(language, {dateStyle: 'long', timeStyle: 'short', timeZone}).format(new Date())});
    for (const board of boards) board.showPins(pins);
    return true;
}

function restoreView() {
    const linked = readView(new URLSearchParams(location.search).get('view') ?? '');
    if (linked) firstBoard.view.setView(linked.slice(0, 2), linked[2]);
    firstBoard.view.on('moveend', () => {
        const [x, y] = firstBoard.view.center();
        address.remember({view: `${x.toFixed(5)},${y.toFixed(5)},${firstBoard.view.zoom()}`});
    });
}

/** Which of the others' maps lie over ours is part of the address too. */
function overlays() {
    if (!config.overlays.length) return;
    const chosen = new URLSearchParams(location.search).get('over');
    overlaySwitches(byId('overlays'), firstBoard.view, config.overlays, {
        chosen: chosen === null ? null : chosen.split(','),
        onChange: names => address.remember({over: names.join(',')}),
    });
}

async function start() {
    const linked = location.search;
    if (matchMedia('(max-width: 60rem)').matches) byId('filter-panel').open = false;
    layerSwitches();
    overlays();
    restoreView();
    await plans();
    tabs.show(new URLSearchParams(location.search).get('tab') ?? 'hotspots');
    firstBoard.showHotspots({type: 'FeatureCollection', features: hotspots});
    for (const button of document.querySelectorAll('[data-rank]')) {
        button.addEventListener('click', () => {
            const feature = hotspots.find(({properties}) => properties.rank === Number(button.dataset.rank));
            firstBoard.view.setView(feature.properties.centre, Math.max(16, firstBoard.view.zoom()), {animate: false});
            openHotspot(feature, firstBoard, {from: button});
        });
    }
    document.addEventListener('keydown', stepByKey);
    // paper is not as wide as the screen
    matchMedia('print').addEventListener('change', () => { for (const board of boards) board.view.resized(); });
    byId('clear').addEventListener('click', () => {
        change(readSelection(''));
        // the button has gone with the filter; who pressed it goes on where the filter begins
        byId('filter-panel').querySelector('summary').focus({preventScroll: true});
    });
    await loadPins();
    filters = createFilters(byId('filters'), {choices: choices(), texts, language, timeZone, onChange: change});
    showAddress(linked);
    byId('board').dataset.ready = 'true';
}

start();
