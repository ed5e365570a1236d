/** `npm run contracts`: writes the published contracts, and the README's table of problem codes. */

import { readFileSync, writeFileSync } from 'node:fs';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';
import { problemTable } from './problem-table.ts';

writeFileSync('docs/openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`);
writeFileSync('docs/asyncapi.json', `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);

const readme = readFileSync('README.md', 'utf8');
const table = /(<!-- problems:[^>]*-->\n)[\s\S]*?(\n<!-- \/problems -->)/;
writeFileSync('README.md', readme.replace(table, `$1${problemTable()}$2`));
