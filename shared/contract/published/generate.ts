/** `npm run contracts`: writes the published contracts, and the table of problem codes in docs/api.md. */

import { readFileSync, writeFileSync } from 'node:fs';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';
import { problemTable } from './problem-table.ts';

writeFileSync('docs/openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`);
writeFileSync('docs/asyncapi.json', `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);

const page = readFileSync('docs/api.md', 'utf8');
const table = /(<!-- problems:[^>]*-->\n)[\s\S]*?(\n<!-- \/problems -->)/;
writeFileSync('docs/api.md', page.replace(table, `$1${problemTable()}$2`));
