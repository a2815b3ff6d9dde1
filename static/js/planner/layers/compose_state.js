/** Which unit is in which committee (its number, 0 for none), with undo and redo, and what that adds up to. No DOM here. */

/**
 * `people`: {unit: [people, young, hectares]}, null where it is not known; `pairs`: [[unit, unit], …] that share a border.
 * → {of, assign, undo, redo, canUndo, canRedo, sum, left, assigned, replace, setPairs}
 */
export function createComposition({people, pairs = [], assigned = {}}) {
    const number = new Map(Object.keys(people).map(unit => [unit, assigned[unit] ?? 0]));
    const done = [];
    let undone = [];
    let beside = neighbours(pairs);

    const set = (unit, to) => { number.set(unit, to); };
    const unitsOf = committee => [...number].filter(([, n]) => n === committee).map(([unit]) => unit);

    function assign(unit, to) {
        const from = number.get(unit);
        if (from === undefined || from === to) return;
        set(unit, to);
        done.push({unit, from, to});
        undone = [];
    }

    function step(from, to, side) {
        const last = from.pop();
        if (!last) return null;
        set(last.unit, last[side]);
        to.push(last);
        return last.unit;
    }

    return {
        of: unit => number.get(unit),
        assign,
        undo: () => step(done, undone, 'from'),
        redo: () => step(undone, done, 'to'),
        canUndo: () => done.length > 0,
        canRedo: () => undone.length > 0,
        sum(committee) {
            const units = unitsOf(committee);
            const [n, young, hectares] = [0, 1, 2].map(column => added(units.map(unit => people[unit][column])));
            return {units: units.length, people: n, young, hectares, groups: groups(units, beside)};
        },
        left: () => unitsOf(0).length,
        size: () => number.size,
        assigned: () => Object.fromEntries([...number].filter(([, n]) => n)),
        /** Another composition in its place: what was done before cannot be undone any more. */
        replace(next) {
            for (const unit of number.keys()) set(unit, next[unit] ?? 0);
            done.length = 0;
            undone = [];
        },
        setPairs(next) { beside = neighbours(next); },
    };
}

/** The sum, or null where one of them is not known. */
function added(values) {
    return values.some(value => value === null || value === undefined) ? null : values.reduce((sum, value) => sum + value, 0);
}

function neighbours(pairs) {
    const beside = new Map();
    const add = (unit, neighbour) => beside.set(unit, [...(beside.get(unit) ?? []), neighbour]);
    for (const [a, b] of pairs) {
        add(a, b);
        add(b, a);
    }
    return beside;
}

/** In how many groups that do not touch each other the units lie; 1 as long as nobody knows who touches whom. */
function groups(units, beside) {
    if (!beside.size) return Math.min(1, units.length);
    const left = new Set(units);
    let n = 0;
    while (left.size) {
        n += 1;
        const [first] = left;
        left.delete(first);
        const waiting = [first];
        while (waiting.length) {
            for (const unit of beside.get(waiting.pop()) ?? []) if (left.delete(unit)) waiting.push(unit);
        }
    }
    return n;
}
