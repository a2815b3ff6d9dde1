/** The list beside the map, fetched a page at a time; a line and its pin point at each other. */
import {announce, element} from 'mapdialog/lib/dom.js';
import {dateFormat, fill, plural} from 'mapdialog/lib/config.js';

/** `onShow(item, {line, isStep})` when a line is pressed or stepped to, `onCount(n, query)` how many there are. → {load(query), choose(id), step(by)} */
export function createList({node, count, more}, {url, texts, language, timeZone, onShow, onCount}) {
    let query = new URLSearchParams();
    let next = null;
    let asking = null;
    const items = new Map();

    async function fetchPage(after) {
        asking?.abort();
        const mine = new AbortController();
        asking = mine;
        const pageQuery = new URLSearchParams(query);
        if (after) pageQuery.set('after', after);
        const response = await fetch(`${url}?${pageQuery}`, {signal: mine.signal, headers: {Accept: 'application/json'}});
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        return response.json();
    }

    async function load(newQuery, {after = null} = {}) {
        query = newQuery;
        try {
            const page = await fetchPage(after);
            if (!after) {
                items.clear();
                node.replaceChildren();
            }
            const lines = page.items.map(item => {
                items.set(item.id, item);
                return element('li', {}, lineOf(item));
            });
            node.append(...lines);
            next = page.next;
            more.hidden = !next;
            onCount(page.matched, newQuery);
            announce(count, page.matched ? plural(texts.matched, page.matched, language) : texts.noMatch);
            if (after) lines[0]?.firstElementChild.focus();
        } catch (error) {
            if (error.name !== 'AbortError') fail(after);
        }
    }

    function fail(after) {
        announce(count, texts.listFailed);
        count.append(' ', element('button', {type: 'button', class: 'link-button', text: texts.retry, on: {click: () => load(query, {after})}}));
    }

    function lineOf(item) {
        return element('button', {type: 'button', class: 'comment', dataset: {id: item.id}, on: {click: () => choose(item.id, {show: true})}},
            ...describe(item, {texts, language, timeZone}));
    }

    function choose(id, {show = false, isStep = false} = {}) {
        for (const line of node.querySelectorAll('[aria-current]')) line.removeAttribute('aria-current');
        const line = node.querySelector(`[data-id="${CSS.escape(id)}"]`);
        line?.setAttribute('aria-current', 'true');
        line?.scrollIntoView({block: 'nearest'});
        if (show && items.has(id)) onShow(items.get(id), {line, isStep});
        return line;
    }

    function step(by) {
        const lines = [...node.querySelectorAll('.comment')];
        const at = lines.findIndex(comment => comment.getAttribute('aria-current') || comment === document.activeElement);
        const line = lines[Math.max(0, Math.min(lines.length - 1, at + by))];
        if (!line) return;
        line.focus();
        choose(line.dataset.id, {show: true, isStep: true});
    }

    more.addEventListener('click', () => load(query, {after: next}));
    return {load, choose, step};
}

/** The words of one contribution as nodes: text nodes only, whatever somebody wrote. */
export function describe(item, {texts, language, timeZone}) {
    // of what has no known date its arrival says so
    const date = item.receivedAt ? dateFormat(language, {dateStyle: 'medium', timeStyle: 'short', timeZone}).format(new Date(item.receivedAt)) : null;
    const about = [item.theme?.name, item.area?.name, item.placeWords || (item.lonLat ? null : texts.withoutPlace)].filter(Boolean);
    const also = [item.state === 'published' ? null : item.stateLabel, item.arrival === 'in_time' ? null : item.arrivalLabel,
        item.accuracy_m > 50 ? fill(texts.accuracy, {metres: Math.round(item.accuracy_m)}) : null,
        ...item.concerns.map(flag => [texts.flags[flag], item.finds[flag]?.join(', ')].filter(Boolean).join(': '))].filter(Boolean);
    return [
        element('span', {class: 'comment__head'}, element('span', {class: 'comment__about', text: about.join(' · ')}), element('span', {class: 'comment__code', text: item.code})),
        element('span', {class: item.text ? 'comment__text' : 'comment__about', dir: 'auto', lang: item.language || null, text: item.text || texts.withoutText}),
        element('span', {class: 'comment__about', text: [date, ...also].filter(Boolean).join(' · ')}),
    ];
}
