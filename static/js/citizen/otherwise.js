/** The ways to a place without the map: a list, a written position, words. */
import {contains} from 'mapdialog/lib/geometry.js';
import {lengthNote} from 'mapdialog/citizen/length.js';
import {readPosition} from 'mapdialog/lib/written_position.js';

/**
 * A written position and a listed place are points; words stand alone or beside them.
 *
 * @param fields the form's elements @returns {chosen} as the map gives it, with a `note` to be said beside it; or {problem: {field, message}}
 */
export function placeWithoutMap({listed_place: listed, coordinates, place_words: own}, {area, texts}) {
    const words = own.value.trim();
    const written = coordinates.value.trim();
    const long = lengthNote(own, texts, {near: 1});
    if (long) return {problem: {field: 'spot', message: long}};
    const isHere = position => !area || contains(area, position);
    if (!written && !listed?.value) {
        return words ? {chosen: {lonLat: null, words, placed_by: 'words'}} : {problem: {field: 'spot', message: texts.needSpot}};
    }
    const {lonLat, refused, isTurned} = readPosition(written || listed.value, {isHere});
    if (refused) return {problem: {field: 'coordinates', message: texts.badCoordinates[refused]}};
    if (!isHere(lonLat)) return {problem: {field: 'coordinates', message: texts.coordinatesOutside}};
    if (!written) return {chosen: {lonLat, words, label: listed.selectedOptions[0].textContent, placed_by: 'list'}};
    return {chosen: {lonLat, words, label: '', placed_by: 'coordinates', note: isTurned ? texts.turned : ''}};
}
