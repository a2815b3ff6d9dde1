/** What the map has to say, inside it: read aloud, one thing at a time, and gone when it no longer holds. */
import {announce} from 'mapdialog/lib/dom.js';

/** @returns {say(kind, text), drop(...kinds)}: a text stands until another is said or its kind is dropped */
export function createHint(node) {
    let kind = null;
    return {
        say(as, text) {
            kind = as;
            announce(node, text);
        },
        drop(...kinds) {
            if (!kinds.includes(kind)) return;
            kind = null;
            node.textContent = '';
        },
    };
}
