/** Web Mercator arithmetic. The world is the unit square, x eastwards, y southwards from 85.05° N. */

const LIMIT = 85.0511287798066;

/** [lon, lat] → [x, y] in 0…1; latitudes beyond the square are moved to its edge. */
export function project([lon, lat]) {
    const sine = Math.sin((Math.max(-LIMIT, Math.min(LIMIT, lat)) * Math.PI) / 180);
    return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** [x, y] in 0…1 → [lon, lat]. */
export function unproject([x, y]) {
    return [(x - 0.5) * 360, (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI];
}

/** The tile at zoom `z` that holds the position. */
export function tileAt(lonLat, z) {
    const side = 2 ** z;
    const [x, y] = project(lonLat);
    const index = value => Math.max(0, Math.min(side - 1, Math.floor(value * side)));
    return {z, x: index(x), y: index(y)};
}

/** '/tiles/7/{z}/{x}/{y}.mvt' with the numbers in place. */
export function fillTemplate(url, {z, x, y}) {
    return url.replace('{z}', z).replace('{x}', x).replace('{y}', y);
}

/** The ancestor of a tile at `maxZoom`, and where the tile lies inside it: {tile, scale, x, y}, x and y in tiles of the child. */
export function ancestor({z, x, y}, maxZoom) {
    const up = Math.max(0, z - maxZoom);
    const scale = 2 ** up;
    return {tile: {z: z - up, x: Math.floor(x / scale), y: Math.floor(y / scale)}, scale, x: x % scale, y: y % scale};
}
