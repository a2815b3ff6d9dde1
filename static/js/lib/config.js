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

/** The locale of numbers and dates: English is British here, as the server's is. */
export function readersLocale(language) { return language === 'en' ? 'en-GB' : language; }

/** How a moment is written for the reader: all dates on the pages come through here. */
export function dateFormat(language, options) { return new Intl.DateTimeFormat(readersLocale(language), options); }

/** Picks the plural form of `n`, e.g. from `{one: '{n} comment', other: '{n} comments'}`, and fills in the number. */
export function plural(forms, n, language) {
    const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
    return fill(form, {n: new Intl.NumberFormat(language).format(n)});
}
