import {readFileSync} from 'node:fs';

const statics = new URL('../../static/', import.meta.url);
const vendored = new Map(
    JSON.parse(readFileSync(new URL('vendor/manifest.json', statics), 'utf8'))
        .filter(entry => entry.specifier)
        .map(entry => [entry.specifier, `vendor/${entry.file}`]),
);

export function resolve(specifier, context, next) {
    if (specifier.startsWith('mapdialog/')) {
        return next(new URL(`js/${specifier.slice('mapdialog/'.length)}`, statics).href, context);
    }
    if (vendored.has(specifier)) return next(new URL(vendored.get(specifier), statics).href, context);
    return next(specifier, context);
}
