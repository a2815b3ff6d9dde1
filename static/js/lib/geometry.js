/** Small planar geometry on GeoJSON in lon/lat; a position is [lon, lat], a box is [west, south, east, north]. */

const EARTH_M = 6371008.8;
const RADIANS = Math.PI / 180;

/** The rings of a Polygon or MultiPolygon, grouped by polygon. */
function polygons(geometry) {
    if (geometry.type === 'Polygon') return [geometry.coordinates];
    if (geometry.type === 'MultiPolygon') return geometry.coordinates;
    throw new Error(`Expected Polygon or MultiPolygon, got ${geometry.type}`);
}

/** 'in', 'out' or 'edge' of one ring; crossing count with half-open edges, so that a corner is counted once. */
function side(ring, [x, y]) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [x1, y1] = ring[j];
        const [x2, y2] = ring[i];
        const cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
        if (cross === 0 && between(x, x1, x2) && between(y, y1, y2)) return 'edge';
        if (y1 > y !== y2 > y && cross < 0 !== y2 > y1) inside = !inside;
    }
    return inside ? 'in' : 'out';
}

const between = (value, a, b) => value >= Math.min(a, b) && value <= Math.max(a, b);

/** Whether the position is in a Polygon or MultiPolygon; its edge belongs to it. */
export function contains(geometry, lonLat) {
    return polygons(geometry).some(([shell, ...holes]) => {
        const where = side(shell, lonLat);
        if (where !== 'in') return where === 'edge';
        return !holes.some(hole => side(hole, lonLat) === 'in');
    });
}

/** Great-circle distance in metres. */
export function distance_m([lon1, lat1], [lon2, lat2]) {
    const dLat = (lat2 - lat1) * RADIANS;
    const dLon = (lon2 - lon1) * RADIANS;
    const half = Math.sin(dLat / 2) ** 2 + Math.cos(lat1 * RADIANS) * Math.cos(lat2 * RADIANS) * Math.sin(dLon / 2) ** 2;
    return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The position itself if it is inside, else the nearest one on the edge, moved a step inwards so that rounding keeps it inside. */
export function nearestInside(geometry, lonLat, {step_m = 1} = {}) {
    if (contains(geometry, lonLat)) return lonLat;
    const edge = nearestOnEdge(geometry, lonLat);
    // Outside a shell or inside a hole: going on along the same line leads into the polygon, unless it is a sliver there.
    const away = distance_m(lonLat, edge);
    const far = away > 0 ? step_m / away : 0;
    const inwards = edge.map((value, i) => value + (value - lonLat[i]) * far);
    return contains(geometry, inwards) ? inwards : edge;
}

function nearestOnEdge(geometry, lonLat) {
    // One degree of longitude is shorter than one of latitude: compare in a plane scaled at this latitude.
    const shrink = Math.cos(lonLat[1] * RADIANS);
    let best = null;
    let least = Infinity;
    for (const ring of polygons(geometry).flat()) {
        for (let i = 1; i < ring.length; i++) {
            const nearest = nearestOnSegment(ring[i - 1], ring[i], lonLat, shrink);
            const square = ((nearest[0] - lonLat[0]) * shrink) ** 2 + (nearest[1] - lonLat[1]) ** 2;
            if (square < least) [best, least] = [nearest, square];
        }
    }
    return best;
}

function nearestOnSegment(a, b, [x, y], shrink = 1) {
    const dx = (b[0] - a[0]) * shrink;
    const dy = b[1] - a[1];
    const length = dx * dx + dy * dy;
    const along = length ? ((x - a[0]) * shrink * dx + (y - a[1]) * dy) / length : 0;
    const t = Math.max(0, Math.min(1, along));
    return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** Distance from a position to the segment a–b, in the plane and unit of the coordinates. */
export function segmentDistance(a, b, position) {
    const [x, y] = nearestOnSegment(a, b, position);
    return Math.hypot(x - position[0], y - position[1]);
}

/** [west, south, east, north] of any GeoJSON geometry, Feature or FeatureCollection; null when it has no position. */
export function boundsOf(geojson) {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    const visit = part => {
        if (typeof part[0] !== 'number') return part.forEach(visit);
        bounds[0] = Math.min(bounds[0], part[0]);
        bounds[1] = Math.min(bounds[1], part[1]);
        bounds[2] = Math.max(bounds[2], part[0]);
        bounds[3] = Math.max(bounds[3], part[1]);
    };
    const open = thing => {
        if (!thing) return;
        if (thing.features) thing.features.forEach(open);
        else if (thing.geometries) thing.geometries.forEach(open);
        else if (thing.type === 'Feature') open(thing.geometry);
        else if (thing.coordinates?.length) visit(thing.coordinates);
    };
    open(geojson);
    return bounds[0] === Infinity ? null : bounds;
}

/** A circle on the ground as a Polygon with `corners` corners, counter-clockwise. */
export function around([lon, lat], radius_m, {corners = 48} = {}) {
    const high = radius_m / EARTH_M / RADIANS;
    const wide = high / Math.cos(lat * RADIANS);
    const ring = Array.from({length: corners}, (_, i) => {
        const angle = (2 * Math.PI * i) / corners;
        return [lon + wide * Math.cos(angle), lat + high * Math.sin(angle)];
    });
    return {type: 'Polygon', coordinates: [[...ring, ring[0]]]};
}
