/** What is written in a form survives a reload of the page: in this tab only, and until it is sent. */
export function keepForm(form, {key, storage = sessionStorage}) {
    let values = {};
    try {
        values = JSON.parse(storage.getItem(key) ?? '{}');
    } catch {
        return; // Storage is refused: the form works as any other.
    }
    for (const [name, value] of Object.entries(values)) {
        const field = form.elements.namedItem(name);
        if (field) field.value = value;
    }
    form.addEventListener('input', ({target}) => {
        values[target.name] = target.value;
        storage.setItem(key, JSON.stringify(values));
    });
    form.addEventListener('submit', () => storage.removeItem(key));
}
