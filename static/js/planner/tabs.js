/** Tabs by the ARIA pattern: arrow keys move, Home and End jump. → {show(name), shown()} */
export function createTabs(list, {onShow = () => {}} = {}) {
    const tabs = [...list.querySelectorAll('[role=tab]')];
    const panelOf = tab => document.getElementById(tab.getAttribute('aria-controls'));
    const nameOf = tab => tab.id.replace('tab-', '');

    function select(tab, {focus = false} = {}) {
        for (const other of tabs) {
            const isIt = other === tab;
            other.setAttribute('aria-selected', String(isIt));
            other.tabIndex = isIt ? 0 : -1;
            panelOf(other).hidden = !isIt;
        }
        if (focus) tab.focus();
        onShow(nameOf(tab));
    }

    list.addEventListener('click', event => {
        const tab = event.target.closest('[role=tab]');
        if (tab) select(tab);
    });
    list.addEventListener('keydown', event => {
        const at = tabs.indexOf(document.activeElement);
        const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1}[event.key];
        if (to === undefined) return;
        event.preventDefault();
        select(tabs[(to + tabs.length) % tabs.length], {focus: true});
    });
    return {
        show: name => select(tabs.find(tab => nameOf(tab) === name) ?? tabs[0]),
        shown: () => nameOf(tabs.find(tab => tab.getAttribute('aria-selected') === 'true')),
    };
}
