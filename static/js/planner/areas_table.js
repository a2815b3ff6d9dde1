/** The table by committee: sorted by any column, and counted anew from the selected pins while a filter is on. */
import {WITHOUT} from 'mapdialog/planner/selection.js';

/** `onOnly(code)` when a committee's name is pressed. → {count(map | null)}: numbers by code, or null for those of the run. */
export function createAreasTable(table, {note, texts, language, onOnly}) {
    const rows = [...table.tBodies[0].rows];
    const number = new Intl.NumberFormat(language);
    const values = {
        name: row => (row.dataset.code === WITHOUT ? '\uffff' : row.cells[0].textContent.trim()),
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
        const compare = (a, b) => (isName ? value(a).localeCompare(value(b), language) : value(a) - value(b));
        rows.sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
        table.tBodies[0].append(...rows);
    }

    for (const button of table.querySelectorAll('.sort')) button.addEventListener('click', () => sort(button));
    for (const button of table.querySelectorAll('[data-only]')) button.addEventListener('click', () => onOnly(button.dataset.only));

    return {
        count(counts) {
            for (const row of rows) {
                const n = counts ? counts.get(row.dataset.code) ?? 0 : Number(row.dataset.n);
                row.dataset.shown = n;
                row.querySelector('[data-cell="n"]').textContent = number.format(n);
            }
            note.textContent = counts ? texts.tableFiltered : texts.tableRun;
        },
    };
}
