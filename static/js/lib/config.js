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

/**
 * The locales of numbers, dates and order: English is British here, as the server's is, and Chromium, which has no Nynorsk, would write
 * American for it.
 */
export function readersLocale(language) { return {en: 'en-GB', nn: ['nn', 'nb']}[language] ?? language; }

/** How a number is written for the reader, 5 592 or 5,592: all numbers on the pages come through here, as `layers/figure.py` does it. */
export function numberFormat(language, options) { return new Intl.NumberFormat(readersLocale(language), options); }

/** A number in the page's own language, where there are no settings to ask. */
export function numberOnPage(value) { return numberFormat(globalThis.document?.documentElement.lang || 'en').format(value); }

/** How a moment is written for the reader: all dates on the pages come through here. */
export function dateFormat(language, options) { return new Intl.DateTimeFormat(readersLocale(language), options); }

/** Picks the plural form of `n`, e.g. from `{one: '{n} comment', other: '{n} comments'}`, and fills in the number. */
export function plural(forms, n, language) {
    const form = forms[new Intl.PluralRules(readersLocale(language)).select(n)] ?? forms.other;
    return fill(form, {n: numberFormat(language).format(n)});
}
