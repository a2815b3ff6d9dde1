/**
 * What stands in a text that its writer should be pointed to: the patterns of `mapdialog/contributions/looked_for.json`, which the
 * server reads as well (`screening.py`). All of it happens here: what is typed is sent nowhere.
 */
const BESIDE = 24;
const FINNISH_LETTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';
const NORWEGIAN_WEIGHTS = [[3, 7, 6, 1, 8, 9, 4, 5, 2], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]];

const sum = numbers => numbers.reduce((total, number) => total + number, 0);
const digitsOf = text => [...text].map(Number);

function isDate(day, month, year) {
    const date = new Date(Date.UTC(2000 + year, month - 1, day));
    return date.getUTCDate() === day && date.getUTCMonth() === month - 1;
}

/** Three numbers of two digits each. */
const pairs = six => [six.slice(0, 2), six.slice(2, 4), six.slice(4)].map(Number);

function isNorwegian(date, rest) {
    const numbers = digitsOf(date + rest);
    const [day, month] = pairs(date).map(number => number % 40);
    const isRight = weights => (11 - sum(weights.map((weight, index) => weight * numbers[index])) % 11) % 11 === numbers[weights.length];
    return day >= 1 && day <= 31 && month >= 1 && month <= 12 && NORWEGIAN_WEIGHTS.every(isRight);
}

function isSwedish(date, rest) {
    const [year, month, day] = pairs(date);
    const doubled = digitsOf(date + rest).map((digit, index) => digit * (2 - index % 2));
    return isDate(day > 60 ? day - 60 : day, month, year) && sum(doubled.map(number => Math.floor(number / 10) + number % 10)) % 10 === 0;
}

const isDanish = date => isDate(...pairs(date));

const isFinnish = (date, _century, serial, check) => isDate(...pairs(date)) && FINNISH_LETTERS[Number(date + serial) % 31] === check;

const CHECKS = {norwegian: isNorwegian, swedish: isSwedish, danish: isDanish, finnish: isFinnish};

/** @param list {parts, patterns} @returns finds(text) → [{sort, start, end, text}] in the text's order */
export function createFinder({parts, patterns}) {
    const expanded = pattern => {
        const filled = pattern.replace(/<([a-z-]+)>/g, (_whole, name) => parts[name]);
        return filled === pattern ? pattern : expanded(filled);
    };
    const beside = pattern => pattern && new RegExp(expanded(pattern), 'u');
    const compiled = patterns.map(entry => ({
        ...entry,
        pattern: new RegExp(expanded(entry.pattern), entry.ignore_case ? 'giu' : 'gu'),
        notAfter: beside(entry.not_after),
        notBefore: beside(entry.not_before),
    }));

    function* findsOf({sort, pattern, check, notAfter, notBefore}, text) {
        for (const match of text.matchAll(pattern)) {
            const [whole, ...groups] = match;
            const end = match.index + whole.length;
            const isOther = notAfter?.test(text.slice(Math.max(0, match.index - BESIDE), match.index)) || notBefore?.test(text.slice(end, end + BESIDE));
            if (isOther || (check && !CHECKS[check](...groups))) continue;
            const part = sort === 'name' ? groups[0] : whole; // of a name the words around it stay
            yield {sort, start: end - part.length, end, text: part};
        }
    }

    return text => {
        const finds = [];
        for (const entry of compiled) {
            finds.push(...[...findsOf(entry, text)].filter(({start, end}) => finds.every(other => end <= other.start || other.end <= start)));
        }
        return finds.sort((a, b) => a.start - b.start);
    };
}
