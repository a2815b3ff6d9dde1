import {draftKey} from 'mapdialog/citizen/kept.js';

/** What has been typed and not sent, kept on the device: a closed tab, a call or an empty battery loses nothing. */

/** @returns {save(value), load() → value or null, clear()}; where storage is refused the page works without. */
export function createDraft(slug, storage = safeStorage()) {
    const key = draftKey(slug);
    return {
        save: value => storage?.setItem(key, JSON.stringify(value)),
        load() {
            try {
                return JSON.parse(storage?.getItem(key) ?? 'null');
            } catch {
                return null;
            }
        },
        clear: () => storage?.removeItem(key),
    };
}

function safeStorage() {
    try {
        return globalThis.localStorage;
    } catch {
        return null;
    }
}
