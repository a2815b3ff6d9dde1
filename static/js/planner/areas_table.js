/** The table by committee: sorted by any column; its number follows the filter, the others are of the last calculation, and it says so. */
import {fill, numberFormat, readersLocale} from 'mapdialog/lib/config.js';
import {WITHOUT} from 'mapdialog/planner/selection.js';

// The row of those without a spot: no committee's code is empty.
export const NO_SPOT = '';
const LAST = new Map([[WITHOUT, '\uffff'], [NO_SPOT, '\uffff\uffff']]);

/** `onOnly(code)` when a committee's name is pressed. → {count(map)}: how many are selected, by code. */
export function createAreasTable(table, {note, texts, language, onOnly}) {
    const rows = [...table.tBodies[0].rows];
    const number = numberFormat(language);
    const values = {
        name: row => LAST.get(row.dataset.code) ?? row.cells[0].textContent.trim(),
        n: row => Number(row.dataset.shown ?? row.dataset.n),
        people: row => Number(row.dataset.people),
        density: row => Number(row.dataset.density),
        rate: row => Number(row.dataset.rate),
    };

    function sort(button) {
        const heading = button.closest('th');
        const wasDescending = heading.getAttribute('aria-sort') === 'descending';
        const isName = button.dataset.sort === 'name';
        const ascending = heading.getAttribute('aria-sort') === 'none' ? isName : wasDescending;
        for (const other of table.tHead.rows[0].cells) other.setAttribute('aria-sort', 'none');
        heading.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
        const value = values[button.dataset.sort];
        const compare = (a, b) => (isName ? value(a).localeCompare(value(b), readersLocale(language)) : value(a) - value(b));
        rows.sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
        table.tBodies[0].append(...rows);
    }

    for (const button of table.querySelectorAll('.sort')) button.addEventListener('click', () => sort(button));
    for (const button of table.querySelectorAll('[data-only]')) button.addEventListener('click', () => onOnly(button.dataset.only));

    return {
        count(counts) {
            for (const row of rows) {
                row.dataset.shown = counts.get(row.dataset.code) ?? 0;
                row.querySelector('[data-cell="n"]').textContent = number.format(row.dataset.shown);
            }
            note.textContent = fill(texts.tableFiltered, {n: number.format(note.dataset.n)});
        },
    };
}
