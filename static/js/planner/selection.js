/**
 * The one selection that map, list, table and download share, and its words in the address:
 * ?theme=lys,-&area=B1&state=pending&from=2026-05-01&to=2026-05-31. "-" stands for "without".
 */
const LISTS = ['theme', 'area', 'state'];
const DAYS = ['from', 'to'];
const DAY = /^(19|20|21)\d{2}-\d{2}-\d{2}$/;
const VIEW = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/;
const MOST = [180, 90, 30]; // of degrees of longitude and latitude, and of a zoom
export const WITHOUT = '-';

export const isOfSelection = name => LISTS.includes(name) || DAYS.includes(name);

/** Address → {theme, area, state: array (empty: all), from, to: 'YYYY-MM-DD' or ''}. `unknownIn` says what is left out. */
export function readSelection(search, known = {}) {
    const query = new URLSearchParams(search);
    const selection = {};
    for (const name of LISTS) {
        const values = (query.get(name) ?? '').split(',').filter(Boolean);
        selection[name] = known[name] ? values.filter(value => known[name].includes(value)) : values;
    }
    for (const name of DAYS) selection[name] = isDay(query.get(name) ?? '') ? query.get(name) : '';
    return selection;
}

/**
 * What an address asks for that is not there, as [[name, value], …]: values that nothing here has, names that nothing here is called, and
 * what is said twice. `known` maps a name to its values; `over` and the lists of the selection may hold several.
 */
export function unknownIn(search, known) {
    const names = new Set();
    const unknown = [];
    for (const [name, value] of new URLSearchParams(search)) {
        const isAgain = names.has(name);
        names.add(name);
        if (isAgain) unknown.push([name, value]);
        else for (const part of partsOf(name, value)) if (!isKnown(name, part, known)) unknown.push([name, part]);
    }
    return unknown;
}

const partsOf = (name, value) => (LISTS.includes(name) || name === 'over' ? value.split(',').filter(Boolean) : [value]);

function isKnown(name, value, known) {
    if (DAYS.includes(name)) return value === '' || isDay(value);
    if (name === 'view') return readView(value) !== null;
    return known[name]?.includes(value) ?? false;
}

/** 'lon,lat,zoom' → the three numbers; null for what is nowhere on the globe. */
export function readView(text) {
    const numbers = VIEW.exec(text)?.slice(1).map(Number);
    return numbers?.every((value, i) => Math.abs(value) <= MOST[i]) ? numbers : null;
}

/** A day that the calendar has: 31 February is none. */
function isDay(text) {
    if (!DAY.test(text)) return false;
    const [year, month, date] = text.split('-').map(Number);
    return new Date(Date.UTC(year, month - 1, date)).toISOString().startsWith(text);
}

/** The selection as URLSearchParams, only what is chosen. */
export function toQuery(selection) {
    const query = new URLSearchParams();
    for (const name of LISTS) if (selection[name].length) query.set(name, selection[name].join(','));
    for (const name of DAYS) if (selection[name]) query.set(name, selection[name]);
    return query;
}

export const isEmpty = selection => [...toQuery(selection)].length === 0;

/** What lib/pins.js filters by. Days are those of `timeZone`; the last day is included. */
export function toFilter(selection, {timeZone}) {
    const set = values => (values.length ? new Set(values.map(value => (value === WITHOUT ? null : value))) : null);
    return {
        themes: set(selection.theme),
        areas: set(selection.area),
        states: selection.state.length ? new Set(selection.state) : null,
        from: selection.from ? midnight(selection.from, 0, timeZone) : null,
        to: selection.to ? midnight(selection.to, 1, timeZone) : null,
    };
}

/** The instant a day begins in a time zone, `later` days on. */
export function midnight(day, later, timeZone) {
    const [year, month, date] = day.split('-').map(Number);
    const asUtc = Date.UTC(year, month - 1, date + later);
    // The zone's offset at about that time, looked at twice: the clock may change in between.
    const first = asUtc - offset(asUtc, timeZone);
    return new Date(asUtc - offset(first, timeZone));
}

function offset(instant, timeZone) {
    const parts = new Intl.DateTimeFormat('en-US', {
        timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    }).formatToParts(new Date(instant));
    const {year, month, day, hour, minute, second} = Object.fromEntries(parts.map(({type, value}) => [type, Number(value)]));
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/** 'YYYY-MM-DD' of an instant in a time zone. */
export function dayOf(instant, timeZone) {
    return new Intl.DateTimeFormat('sv-SE', {timeZone, dateStyle: 'short'}).format(instant);
}
