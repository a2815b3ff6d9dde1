/** "My position": asked for only when the person presses the button, shown with how far off it may be. */
import {accuracyCircle} from 'mapdialog/map/shapes.js';

const REASONS = {1: 'denied', 2: 'unavailable', 3: 'timeout'};

export class LocateError extends Error {
    /** @param reason 'denied', 'unavailable', 'timeout' or 'unsupported' */
    constructor(reason) {
        super(`Position: ${reason}`);
        this.reason = reason;
    }
}

/** @returns Promise of {lonLat, accuracy_m, at}; rejects with LocateError. Without TLS browsers have no position to give. */
export function locate({
    geolocation = globalThis.navigator?.geolocation,
    isSecureContext = globalThis.isSecureContext,
    timeout_ms = 10_000,
} = {}) {
    if (!geolocation || !isSecureContext) return Promise.reject(new LocateError('unsupported'));
    return new Promise((resolve, reject) => {
        geolocation.getCurrentPosition(
            ({coords: {longitude, latitude, accuracy}, timestamp}) =>
                resolve({lonLat: [longitude, latitude], accuracy_m: Math.round(accuracy), at: new Date(timestamp)}),
            ({code}) => reject(new LocateError(REASONS[code] ?? 'unavailable')),
            {enableHighAccuracy: true, timeout: timeout_ms, maximumAge: 15_000},
        );
    });
}

/** Shows a position with its accuracy, centred at once, no closer than the accuracy allows. Returns {remove()}. */
export function showPosition(view, {lonLat, accuracy_m}) {
    const layer = view.add(accuracyCircle(lonLat, accuracy_m));
    const closest = accuracy_m > 500 ? 13 : accuracy_m > 100 ? 15 : 17;
    view.setView(lonLat, Math.max(view.zoom(), closest), {animate: false});
    return {remove: () => view.remove(layer)};
}
