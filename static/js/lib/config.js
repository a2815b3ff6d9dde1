/** What the server hands the page: settings and translated texts, from `{{ …|json_script:id }}`. */
export function readConfig(id = 'config') {
    const node = document.getElementById(id);
    if (!node) throw new Error(`The page lacks <script type="application/json" id="${id}">`);
    return JSON.parse(node.textContent);
}

/** Replaces `{name}` by values.name; an unknown name stays, so that a missing value is seen. */
export function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Picks the plural form of `n`, e.g. from `{one: '{n} comment', other: '{n} comments'}`, and fills in the number. */
export function plural(forms, n, language) {
    const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
    return fill(form, {n: new Intl.NumberFormat(language).format(n)});
}
