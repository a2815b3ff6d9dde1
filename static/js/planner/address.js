/**
 * The page's address holds the whole view. A change of the selection is a step, which Back undoes; tab, plan and where the map is are how one
 * looks at it, and are kept when a step is undone.
 */
import {isOfSelection, toQuery} from 'mapdialog/planner/selection.js';

const LOOK = ['tab', 'plan', 'level', 'beside', 'swipe', 'over', 'view'];

/** `onStep(search)`: Back or Forward came to another selection. → {remember(look), step(selection, {goesOn})} */
export function createAddress({onStep}) {
    let {selected, look} = partsOf(location.search);

    function write(how) {
        const words = new URLSearchParams([...selected, ...look]).toString();
        history[how](null, '', words ? `?${words}` : location.pathname);
    }

    addEventListener('popstate', () => {
        const before = selected.toString();
        ({selected} = partsOf(location.search));
        write('replaceState');
        if (selected.toString() !== before) onStep(location.search);
    });

    return {
        /** What the address says besides the selection; null takes a name out. */
        remember(changes) {
            for (const [name, value] of Object.entries(changes)) {
                if (value === null) look.delete(name);
                else look.set(name, value);
            }
            write('replaceState');
        },
        /** Another selection; with `goesOn` it takes the place of the step before: a date that is being typed is one step. */
        step(selection, {goesOn = false} = {}) {
            const next = toQuery(selection);
            if (next.toString() === selected.toString()) return;
            selected = next;
            // what a link says that nothing here is called leaves with the link
            for (const name of [...look.keys()]) if (!LOOK.includes(name)) look.delete(name);
            write(goesOn ? 'replaceState' : 'pushState');
        },
    };
}

function partsOf(search) {
    const all = [...new URLSearchParams(search)];
    return {
        selected: new URLSearchParams(all.filter(([name]) => isOfSelection(name))),
        look: new URLSearchParams(all.filter(([name]) => !isOfSelection(name))),
    };
}
