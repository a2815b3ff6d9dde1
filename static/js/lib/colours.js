/** Colours of the density surface. */

// Ten stops of the published tables, joined by straight lines.
const STOPS = {
    cividis: ['#00204d', '#00336f', '#39486b', '#575c6d', '#707173', '#8a8779', '#a69d75', '#c4b56c', '#e4cf5b', '#ffea46'],
    viridis: ['#440154', '#482878', '#3e4a89', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6dcd59', '#b4de2c', '#fde725'],
};

/** '#ffcc00' → [255, 204, 0]. */
function parseHex(hex) { return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)); }

/** A function from 0…1 (dark to light) to [r, g, b]; both ramps also read in grey and with colour-blind eyes. */
export function ramp(name) {
    const stops = STOPS[name].map(parseHex);
    return t => {
        const stop = Math.max(0, Math.min(1, t)) * (stops.length - 1);
        const low = Math.min(stops.length - 2, Math.floor(stop));
        return stops[low].map((value, i) => Math.round(value + (stops[low + 1][i] - value) * (stop - low)));
    };
}

/** The ramp as 256 RGBA entries, all opaque. */
export function rampTable(name) {
    const colour = ramp(name);
    const table = new Uint8ClampedArray(256 * 4);
    for (let i = 0; i < 256; i++) table.set([...colour(i / 255), 255], i * 4);
    return table;
}
