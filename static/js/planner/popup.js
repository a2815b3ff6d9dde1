/** What the map has to say about a spot: over the map on a desk; on a phone in a sheet below, as over the map it would hide its own spot. */
import {element} from 'mapdialog/lib/dom.js';

const NARROW = matchMedia('(max-width: 59.99rem)');

/**
 * `sheet` is the node below the maps, `maps` what holds them. → {show(board, lonLat, {head, list, foot}, {about, isOfSelection, from})}: `head`
 * and `foot` are always in view, `list` scrolls; `about` is the box [w, s, e, n] of what is meant, which stays in view too. What
 * `isOfSelection` is closed by `closeSelected()`: with another selection its numbers would be wrong. `from` is the line of a list that was
 * pressed: the sheet, and the map above it, lie far from it on a phone, so that there is a way back. `isSheet()`: whether it would be one.
 */
export function createPopups(sheet, {maps, texts}) {
    let onMap = null;
    let before = null;
    let selected = null;

    function show(board, lonLat, {head = [], list = [], foot = []}, {about = null, isOfSelection = false, from = null} = {}) {
        closeSelected();
        selected = isOfSelection ? board : null;
        const lines = list.length ? element('div', {class: 'popup__list'}, ...list) : null;
        const words = element('div', {class: 'popup'}, ...head, lines, ...foot);
        if (NARROW.matches) openSheet(board, lonLat, words, {isMarked: !about, from});
        else {
            closeSheet();
            board.view.showPopup(lonLat, words, {about});
        }
        // what scrolls is reached from the keyboard
        if (lines && lines.scrollHeight > lines.clientHeight) {
            for (const [name, value] of Object.entries({tabindex: '0', role: 'group', 'aria-label': texts.popup})) lines.setAttribute(name, value);
        }
    }

    function openSheet(board, lonLat, words, {isMarked, from}) {
        // a finger does not give the focus to what it presses in every browser
        if (sheet.hidden || from) before = from ?? document.activeElement;
        onMap?.mark(null);
        onMap = board;
        if (isMarked) board.mark(lonLat);
        const close = element('button', {type: 'button', class: 'map-button map-popup__close', 'aria-label': texts.close, on: {click: closeSheet}}, '\u00d7');
        sheet.replaceChildren(close, words, ...from ? [wayBack(from)] : []);
        sheet.hidden = false;
        board.view.resized();
        board.view.setView(lonLat, board.view.zoom(), {animate: false});
        sheet.focus({preventScroll: true});
        maps.scrollIntoView({block: 'start'});
    }

    /** Never animated: who asked for less motion sees none, and the line is there at once. */
    function wayBack(line) {
        return element('button', {type: 'button', class: 'link-button', text: texts.backToList, on: {click() {
            closeSheet();
            line.scrollIntoView({block: 'center'});
            line.focus({preventScroll: true});
        }}});
    }

    function closeSheet() {
        if (sheet.hidden) return;
        const hadFocus = sheet.contains(document.activeElement) || document.activeElement === document.body;
        sheet.hidden = true;
        onMap.mark(null);
        onMap.view.resized();
        // who is elsewhere on the page stays there
        if (hadFocus) before?.focus?.({preventScroll: true});
    }

    function closeSelected() {
        if (!selected) return;
        selected.view.closePopup();
        selected = null;
        closeSheet();
    }

    sheet.addEventListener('keydown', event => { if (event.key === 'Escape') closeSheet(); });
    return {show, closeSelected, isSheet: () => NARROW.matches};
}
