/**
 * Degrees as people write them: decimals with point or comma, minutes and seconds, hemispheres in words.
 * `mapdialog/citizen/degrees.py` reads the same on the server.
 */

const TOKEN = /(?<number>[0-9]+(?:\.[0-9]+)?)|(?<mark>[°'"])|(?<sign>[-+])|(?<word>[a-zæøåäö]+)|(?<separator>[,;/|]+)|(?<space>[ :=()[\].]+)|(?<other>.)/gu;
const MARKS = ['°', "'", '"'];
const named = (value, words) => words.split(' ').map(word => [word, value]);
const MARK_WORDS = new Map([
    ...named('°', 'd deg degree degrees grad grader'),
    ...named("'", 'min minutes minutter minuter'),
    ...named('"', 'sec sek seconds sekunder'),
]);
// word → axis, and which way: 0 where it names the axis only
const WORDS = new Map([
    ...named(['lat', 1], 'n north nord norr nordlig nordleg nordligt northern'),
    ...named(['lat', -1], 's south syd sør söder sydlig sørlig sørleg'),
    ...named(['lon', 1], 'e east ø ö o øst öst ost öster aust a østlig östlig austleg'),
    ...named(['lon', -1], 'w west v vest väst vast väster vestlig vestleg västlig'),
    ...named(['lat', 0], 'lat latitude latitud bredde breddegrad breidde breiddegrad bredd breddgrad'),
    ...named(['lon', 0], 'lon lng long longitude longitud lengde lengdegrad længde længdegrad längd längdgrad'),
]);

/**
 * A comma between digits is a decimal one where the text has no decimal point, and separates otherwise.
 *
 * @param text in lower case @returns {lon, lat, isOrdered} or null; where the text does not say which is which, the first is the latitude
 */
export function readDegrees(text) {
    const plain = text.replaceAll(' - ', ' ; ');
    if (/[0-9]\.[0-9]/.test(plain)) return pair(plain);
    return pair(plain.replace(/([0-9]+),([0-9]+)/g, '$1.$2')) ?? (/[°'"]/.test(plain) ? pair(plain) : null);
}

function pair(text) {
    const tokens = tokensOf(text);
    const split = tokens && splitOf(tokens);
    const halves = split && halvesOf(tokens, split);
    const [first, second] = halves ? halves.map(angle) : [];
    return first && second ? ordered(first, second) : null;
}

function tokensOf(text) {
    const tokens = [];
    let before = 0;
    for (const {groups} of text.matchAll(TOKEN)) {
        let [kind, word] = Object.entries(groups).find(([, value]) => value !== undefined);
        if (kind === 'space') continue;
        if (MARK_WORDS.has(word)) [kind, word] = ['mark', MARK_WORDS.get(word)];
        if (kind === 'other' || (kind === 'word' && !WORDS.has(word))) return null;
        tokens.push({kind, text: word, before});
        if (kind === 'number') before += 1;
    }
    return tokens;
}

/** At which number the second angle begins: at the second degree sign, else in the middle. */
function splitOf(tokens) {
    const n = tokens.filter(({kind}) => kind === 'number').length;
    const degrees = tokens.filter(({text}) => text === '°').map(({before}) => before - 1);
    if (degrees.length === 2 && degrees[0] === 0) return degrees[1] > 0 && degrees[1] <= 3 && n - degrees[1] <= 3 ? degrees[1] : null;
    return [2, 4, 6].includes(n) ? n / 2 : null;
}

/** The tokens of the two angles: by the separator between them, else by where their words stand. */
function halvesOf(tokens, split) {
    const isCut = ({kind}) => kind === 'separator';
    const between = tokens.filter(token => isCut(token) && token.before === split);
    if (between.length > 1 || tokens.some((token, i) => isCut(token) && !between.includes(token) && i !== tokens.length - 1)) return null;
    if (between.length) {
        const cut = tokens.indexOf(between[0]);
        return [tokens.slice(0, cut), tokens.slice(cut)].map(half => half.filter(token => !isCut(token)));
    }
    const others = tokens.filter(token => !isCut(token));
    const wordsFirst = others.some(({kind, before}) => kind === 'word' && before === 0);
    let start = others.findIndex(({kind, before}) => kind === 'number' && before === split);
    while (start && (others[start - 1].kind === 'sign' || (wordsFirst && others[start - 1].kind === 'word'))) start -= 1;
    return [others.slice(0, start), others.slice(start)];
}

/** Degrees with their sign, and the axis where a word names it. */
function angle(tokens) {
    const meant = tokens.filter(({kind}) => kind === 'word').map(({text}) => WORDS.get(text));
    const axes = new Set(meant.map(([axis]) => axis));
    const ways = new Set(meant.map(([, way]) => way).filter(Boolean));
    const size = sizeOf(tokens.filter(({kind}) => kind === 'number' || kind === 'mark'));
    const signs = tokens.filter(({kind}) => kind === 'sign');
    const isFirst = !signs.length || tokens.slice(0, tokens.indexOf(signs[0])).every(({kind}) => kind === 'word');
    if (size === null || axes.size > 1 || ways.size > 1 || signs.length > 1 || !isFirst || (signs.length && ways.size)) return null;
    const isNegative = ways.has(-1) || signs[0]?.text === '-';
    return {degrees: isNegative ? -size : size, axis: [...axes][0] ?? null};
}

/** Degrees of up to three numbers, each with its own sign or none; only the last may have decimals. */
function sizeOf(tokens) {
    const parts = tokens.filter(({kind}) => kind === 'number').map(({text}) => text);
    const marks = tokens.filter(({kind}) => kind === 'mark');
    const start = tokens[0]?.before ?? 0;
    const isOrderly = marks.every(({text, before}, i) => text === MARKS[before - start - 1] && before !== marks[i + 1]?.before);
    if (!isOrderly || parts.length < 1 || parts.length > 3 || parts.slice(0, -1).some(part => part.includes('.'))) return null;
    if (parts.slice(1).some(part => Number(part) >= 60)) return null;
    return parts.reduce((sum, part, i) => sum + Number(part) / 60 ** i, 0);
}

function ordered(first, second) {
    if (first.axis && first.axis === second.axis) return null;
    const isTurned = first.axis === 'lon' || second.axis === 'lat';
    const [lat, lon] = isTurned ? [second.degrees, first.degrees] : [first.degrees, second.degrees];
    return {lon, lat, isOrdered: first.axis !== null || second.axis !== null};
}
