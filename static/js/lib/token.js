/** 128 random bits as 32 hexadecimal digits: whoever holds it may change the contribution it was made for. */
export function token() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

const DEVICE = 'mapdialog-device';
let pageOnly = null;

/** The key that separates this device from the others behind one address, for rate limits. Says nothing about its owner. */
export function deviceKey(storage) {
    try {
        const place = storage ?? globalThis.localStorage;
        const known = place.getItem(DEVICE);
        if (/^[0-9a-f]{32}$/.test(known ?? '')) return known;
        const made = pageOnly ?? token();
        place.setItem(DEVICE, made);
        return made;
    } catch {
        // Storage is refused in some private windows: then the key lives as long as the page.
        pageOnly ??= token();
        return pageOnly;
    }
}
