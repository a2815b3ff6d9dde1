// Lets Node find modules under the names that the page's import map gives them: node --import ./tests/js/register.mjs --test
import {register} from 'node:module';

register('./names.mjs', import.meta.url);
