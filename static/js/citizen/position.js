/** Where the telephone thinks it is, in words, and whether that is a point: loaded when somebody asks for it. */
import {fill, numberFormat} from 'mapdialog/lib/config.js';
import {locate, showPosition} from 'mapdialog/map/locate.js';

// Worse than this is said in words; worse than the other it is an area and no point (as on the server).
const ROUGH_M = 50;
const ROUGHEST_POINT_M = 500;

/** Asks for the position and draws it; rejects with a LocateError. @returns {position with its `note`, isPoint, words, remove()} */
export async function findPosition(view, {texts, language}) {
    const position = await locate();
    const {accuracy_m} = position;
    const say = text => fill(text, {distance: inMetres(accuracy_m, language)});
    const isPoint = accuracy_m <= ROUGHEST_POINT_M;
    const isRough = accuracy_m > ROUGH_M;
    const {remove} = showPosition(view, position);
    return {
        position: {...position, note: isRough ? say(texts.roughly) : ''}, isPoint, remove,
        words: say(!isPoint ? texts.tooRough : isRough ? texts.rough : texts.located),
    };
}

/** A distance as one would say it: “85 metres”, “2.4 kilometres”. */
export function inMetres(distance_m, language) {
    const [value, unit] = distance_m < 1000 ? [distance_m, 'meter'] : [distance_m / 1000, 'kilometer'];
    return numberFormat(language, {style: 'unit', unit, unitDisplay: 'long'}).format(Number(value.toPrecision(2)));
}
