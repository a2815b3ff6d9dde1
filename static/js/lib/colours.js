/** Colours of the density surface and contrast after WCAG 2.2. */

// Ten stops of the published tables, joined by straight lines.
const STOPS = {
    cividis: ['#00204d', '#00336f', '#39486b', '#575c6d', '#707173', '#8a8779', '#a69d75', '#c4b56c', '#e4cf5b', '#ffea46'],
    viridis: ['#440154', '#482878', '#3e4a89', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6dcd59', '#b4de2c', '#fde725'],
};

/** '#fc0' or '#ffcc00' → [255, 204, 0]. */
export function parseHex(hex) {
    const digits = hex.replace('#', '');
    const full = digits.length === 3 ? [...digits].map(digit => digit + digit).join('') : digits;
    if (!/^[0-9a-f]{6}$/i.test(full)) throw new Error(`Not a colour: ${hex}`);
    return [0, 2, 4].map(at => parseInt(full.slice(at, at + 2), 16));
}

/** A function from 0…1 (dark to light) to [r, g, b]; both ramps also read in grey and with colour-blind eyes. */
export function ramp(name) {
    const stops = STOPS[name].map(parseHex);
    return t => {
        const place = Math.max(0, Math.min(1, t)) * (stops.length - 1);
        const low = Math.min(stops.length - 2, Math.floor(place));
        return stops[low].map((value, i) => Math.round(value + (stops[low + 1][i] - value) * (place - low)));
    };
}

/** The ramp as 256 RGBA entries, all opaque. */
export function rampTable(name) {
    const colour = ramp(name);
    const table = new Uint8ClampedArray(256 * 4);
    for (let i = 0; i < 256; i++) table.set([...colour(i / 255), 255], i * 4);
    return table;
}

/** Relative luminance 0…1 of [r, g, b]. */
export function luminance(rgb) {
    const [r, g, b] = rgb.map(value => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio 1…21 of two colours in hex. */
export function contrast(a, b) {
    const [low, high] = [luminance(parseHex(a)), luminance(parseHex(b))].sort((p, q) => p - q);
    return (high + 0.05) / (low + 0.05);
}

/** The text colour that reads better on a fill. */
export function inkOn(fill) {
    return contrast(fill, '#1a1a1a') >= contrast(fill, '#ffffff') ? '#1a1a1a' : '#ffffff';
}
