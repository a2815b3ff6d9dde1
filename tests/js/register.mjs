// Lets Node find modules under the names that the page's import map gives them: node --import ./tests/js/register.mjs --test
import {webcrypto} from 'node:crypto';
import {register} from 'node:module';

register('./names.mjs', import.meta.url);
// Browsers have it, and Node since 20; Debian 12 has Node 18.
globalThis.crypto ??= webcrypto;
