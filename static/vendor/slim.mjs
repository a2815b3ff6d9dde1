// Cuts vendored files down to what the pages use: a resident's page has 90 kB, and whole Leaflet is 43 of them.
// Nothing is rewritten: statements and rules are left out, by the lists here, and the manifest says so.
import {parse} from 'acorn';
import {minify} from 'terser';

// Classes that map/leaflet.js does not draw with: their extras hang on them as top-level statements.
const UNUSED_EXTRAS = /^(Circle|CircleMarker|LayerGroup|Marker|Polygon|Polyline)\.include\(/;
// Control.Zoom = Zoom and the like: names for users of the global L.
const ALIASES = /^(Control|control|CRS|GeoJSON|Icon|Map|Polyline|SVG|TileLayer|tileLayer)\.\w+ = \w+;$/;
// Leaflet's own buttons, credit line, box zoom and tooltips, and renderers for its vector shapes.
const UNUSED_PARTS = /^(Map|Layer)\.(include|mergeOptions|addInitHook)\(.*(zoomControl|attributionControl|boxZoom|addControl|getRenderer|[tT]ooltip)/s;

const UNUSED_RULES = /leaflet-(control|marker-(icon|shadow|draggable)|shadow|image-layer|interactive|crosshair|bar|touch \.leaflet-(bar|control)|tooltip|vml|oldie|default-icon|attribution|div-icon|image-layer\.|zoom-box)|\.lvml|^a?\.leaflet-(top|right|bottom|left)\b/;

/** Leaflet's ES module, minified, exporting `names` only. */
export async function slimLeaflet(source, names) {
    const tree = parse(source, {ecmaVersion: 'latest', sourceType: 'module'});
    const unused = node => {
        const text = source.slice(node.start, node.end);
        return node.type === 'ExportNamedDeclaration' && node.specifiers.length > 0
            || node.type === 'IfStatement' && text.includes('Browser.vml')
            || node.type === 'ExpressionStatement' && [UNUSED_EXTRAS, ALIASES, UNUSED_PARTS].some(test => test.test(text));
    };
    const kept = tree.body.filter(node => !unused(node)).map(node => source.slice(node.start, node.end));
    // Without this a class counts as used because making it might have a side effect. Capitals only: bounds.extend() has one.
    const classes = [...new Set([...source.matchAll(/= ([A-Z]\w*)\.extend\(/g)].map(([, name]) => `${name}.extend`))];
    const {code} = await minify(`${kept.join('\n')}\nexport {${names.join(', ')}};`, {
        module: true, toplevel: true, mangle: true, format: {comments: false},
        compress: {passes: 4, pure_getters: true, pure_funcs: classes},
    });
    return code + '\n';
}

/** Modules that import nothing but each other, as one: the sources stand in the order given, exporting `names` only. */
export async function joined(sources, names) {
    const plain = sources.map(source => source.replace(/^import .*;$/gm, '').replace(/^export default (?=function|class)|^export (?=function|class|const)/gm, ''));
    const {code} = await minify(`${plain.join('\n')}\nexport {${names.join(', ')}};`, {
        module: true, toplevel: true, compress: {passes: 3}, format: {comments: false},
    });
    return code + '\n';
}

/** The names that a module of ours imports from a vendored one. */
export function importedNames(source, specifier) {
    const names = source.match(new RegExp(`import \\{([^}]+)\\} from '${specifier}'`))[1];
    return names.split(',').map(name => name.trim().split(/\s+as\s+/)[0]).filter(Boolean);
}

/** leaflet.css without rules for what is cut above, and so without pictures. */
export function slimLeafletStyles(source) {
    const plain = source.replace(/\/\*.*?\*\//gs, '').replace(/@media print \{.*?\n\t\}\s*$/ms, '');
    return [...plain.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
        .map(([, selectors, body]) => {
            const kept = selectors.split(',').map(one => one.trim().replace(/\s+/g, ' ')).filter(one => !UNUSED_RULES.test(one));
            return kept.length ? `${kept.join(',')}{${body.trim().replace(/\s*\n\s*/g, '')}}\n` : '';
        })
        .join('');
}

// Variants that no page of ours asks for, by what tells them in a selector.
const UNUSED_VARIANTS = new RegExp([
    'affix', 'counter', 'data-field', 'data-variant=(outline|default|tinted|long|short)', 'data-position', 'data-icon', 'data-fullwidth',
    'data-clickdelegate', 'data-weight', 'aria-busy', 'role=switch', 'indeterminate', String.raw`:has\(\.ds-input\[(aria-)?readonly`,
    'ds-(readonly-icon|print-preserve|focus|checkbox|list--|floating|card|skiplink)', String.raw`message\[data-color=`,
    String.raw`heading\[data-size="?2?xl`, String.raw`paragraph\[`, String.raw`link\[data-color`,
].join('|'));

/** A style sheet without the rules of UNUSED_VARIANTS; what stands in :not() does not count as asked for. */
export function slimComponents(source) {
    const blocks = [];
    for (let at = 0; at < source.length;) {
        const [semicolon, brace] = [source.indexOf(';', at), source.indexOf('{', at)];
        if (brace < 0) return blocks.join('') + source.slice(at);
        const isStatement = semicolon >= 0 && semicolon < brace;
        const end = isStatement ? semicolon + 1 : closing(source, brace) + 1;
        blocks.push(isStatement ? source.slice(at, end) : slimBlock(source.slice(at, brace), source.slice(brace + 1, end - 1)));
        at = end;
    }
    return blocks.join('');
}

function slimBlock(head, body) {
    if (/^\s*@(media|supports|layer)/.test(head)) {
        const kept = slimComponents(body);
        return kept.trim() ? `${head}{${kept}}` : '';
    }
    const selectors = split(head).filter(one => !UNUSED_VARIANTS.test(one.replace(/:not\([^()]*(\([^()]*\)[^()]*)*\)/g, '')));
    return selectors.length ? `${selectors.join(',')}{${body}}` : '';
}

/** Selectors of a list, split at the commas outside brackets. */
function split(selectors) {
    let depth = 0;
    const parts = [''];
    for (const letter of selectors) {
        depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
        if (letter === ',' && depth === 0) parts.push('');
        else parts[parts.length - 1] += letter;
    }
    return parts;
}

function closing(source, from) {
    let depth = 0;
    for (let at = from; ; at++) {
        depth += source[at] === '{' ? 1 : source[at] === '}' ? -1 : 0;
        if (depth === 0) return at;
    }
}

/** Designsystemet's theme without the brand colours and the second typeface, which no page uses. */
export function slimTheme(source) {
    return source
        .replace(/--ds-color-brand[12]-[^;}]+;/g, '')
        .replace(/\[data-color-scheme\]\[data-color=brand[12]\],\[data-color=brand[12]\]\{[^}]*\}/g, '')
        .replace(/@layer ds\.theme\.typography\.secondary\{\[data-typography=secondary\]\{[^}]*\}\}/, '') + '\n';
}
