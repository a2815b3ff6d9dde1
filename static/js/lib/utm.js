/** UTM and the national systems that are UTM with a wider zone, to degrees. No DOM. */

// GRS 80; WGS 84 differs by a tenth of a millimetre.
const RADIUS_M = 6_378_137;
const FLATTENING = 1 / 298.257222101;
const SCALE = 0.9996;
const FALSE_EASTING_M = 500_000;
const N = FLATTENING / (2 - FLATTENING);
const MERIDIAN_M = RADIUS_M / (1 + N) * (1 + N ** 2 / 4 + N ** 4 / 64);
// Krüger's series to the fourth power: under a millimetre as far as the Nordic countries stretch a zone.
const BETA = [
    N / 2 - 2 / 3 * N ** 2 + 37 / 96 * N ** 3 - N ** 4 / 360,
    N ** 2 / 48 + N ** 3 / 15 - 437 / 1440 * N ** 4,
    17 / 480 * N ** 3 - 37 / 840 * N ** 4,
    4397 / 161_280 * N ** 4,
];
const DELTA = [
    2 * N - 2 / 3 * N ** 2 - 2 * N ** 3 + 116 / 45 * N ** 4,
    7 / 3 * N ** 2 - 8 / 5 * N ** 3 - 227 / 45 * N ** 4,
    56 / 15 * N ** 3 - 136 / 35 * N ** 4,
    4279 / 630 * N ** 4,
];

/** The middle meridian of an EPSG number, or null for a system that is not UTM. */
export function meridianOf(srid) {
    if (srid === 3006) return 15;
    if (srid === 3067) return 27;
    const isZone = (srid >= 25828 && srid <= 25838) || (srid >= 32601 && srid <= 32660);
    return isZone ? srid % 100 * 6 - 183 : null;
}

/** [lon, lat] of metres east and north on the northern hemisphere. */
export function lonLatOfMetres([easting, northing], meridian) {
    const xi0 = northing / (SCALE * MERIDIAN_M);
    const eta0 = (easting - FALSE_EASTING_M) / (SCALE * MERIDIAN_M);
    const series = (start, first, second) =>
        BETA.reduce((sum, beta, j) => sum - beta * first(2 * (j + 1) * xi0) * second(2 * (j + 1) * eta0), start);
    const xi = series(xi0, Math.sin, Math.cosh);
    const eta = series(eta0, Math.cos, Math.sinh);
    const chi = Math.asin(Math.sin(xi) / Math.cosh(eta));
    const lat = DELTA.reduce((sum, delta, j) => sum + delta * Math.sin(2 * (j + 1) * chi), chi);
    const lon = Math.atan2(Math.sinh(eta), Math.cos(xi));
    return [meridian + lon * 180 / Math.PI, lat * 180 / Math.PI];
}
