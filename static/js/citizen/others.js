/** What others have said, on the map: faint and out of reach while a place is chosen, with a popup when reading. */
import {element} from 'mapdialog/lib/dom.js';
import {dateFormat, fill} from 'mapdialog/lib/config.js';

// As many as a phone on a slow line gets along with the page; closer in, those of the view are fetched.
const MOST = 150;

/**
 * The page brings where the nearest ones are; what they say comes from the public API, when it is read or the view is left.
 *
 * @param nearby {box, positions, isWhole}; layer the dots of these
 * @returns {read(), open(pin)}
 */
export function createOthers({contributions, themes, language, timeZone, texts, isOpen, nearby}, {view, layer, say: announce}) {
    let fetched = {...nearby, hasWords: false};
    let reading = !isOpen;

    /** The municipality's day; where points are moved to a grid it is a day already, which Date takes for UTC's midnight. */
    const day = received => dateFormat(language, {dateStyle: 'long', timeZone: received.length > 10 ? timeZone : 'UTC'}).format(new Date(received));

    function open({lonLat, properties}) {
        if (!properties) return;
        const {theme, text, received_at: received} = properties;
        view.showPopup(lonLat, element('div', {class: 'others__comment'},
            element('p', {class: 'others__theme', text: themes[theme] ?? ''}),
            element('p', {class: 'others__text', dir: 'auto', lang: properties.language || null, text: text || texts.withoutText}),
            element('p', {class: 'others__about', text: received ? day(received) : texts.undated})));
    }

    async function load() {
        const box = view.bounds();
        const isEnough = fetched.hasWords || !reading;
        if (isEnough && fetched.isWhole && covers(fetched.box, box)) return;
        const query = new URLSearchParams({bbox: box.map(side => side.toFixed(6)).join(','), limit: MOST});
        const response = await fetch(`${contributions}?${query}`).catch(() => null);
        if (!response?.ok) return;
        const {features, numberMatched} = await response.json();
        fetched = {box, isWhole: features.length >= numberMatched, shown: features.length, matched: numberMatched, hasWords: true};
        layer.set(features.filter(({geometry}) => geometry?.type === 'Point')
            .map(({id, geometry, properties}) => ({id, lonLat: geometry.coordinates, properties})));
        if (reading) say();
    }

    function say() {
        if (!fetched.hasWords) return;
        const {shown, matched} = fetched;
        if (!matched) announce(texts.noneHere);
        else announce(shown < matched ? fill(texts.someShown, {shown, matched}) : texts.reading);
    }

    view.on('moveend', load);
    load();
    return {
        open,
        async read() {
            reading = true;
            await load();
            say();
        },
    };
}

function covers([west, south, east, north], [w, s, e, n]) {
    return w >= west && s >= south && e <= east && n <= north;
}
