/** 128 random bits as 32 hexadecimal digits: whoever holds it may change the contribution it was made for. */
export function token() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

const PREFIX = 'mapdialog-device-';
const pageOnly = new Map();

/**
 * The key that separates this device from the others behind one address, for rate limits. Says nothing about its owner.
 *
 * Each consultation has a random one of its own, derived from nothing: nobody can tell by the keys that the same device
 * wrote in two consultations.
 */
export function deviceKey(slug, storage) {
    try {
        const store = storage ?? globalThis.localStorage;
        store.removeItem('mapdialog-device');  // the one key for all that earlier versions kept
        const known = store.getItem(PREFIX + slug);
        if (/^[0-9a-f]{32}$/.test(known ?? '')) return known;
        const made = onPage(slug);
        store.setItem(PREFIX + slug, made);
        return made;
    } catch {
        // Storage is refused in some private windows: then the key lives as long as the page.
        return onPage(slug);
    }
}

function onPage(slug) {
    if (!pageOnly.has(slug)) pageOnly.set(slug, token());
    return pageOnly.get(slug);
}
