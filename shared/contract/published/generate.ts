/** `npm run contracts`: writes the published contracts, and the table of problem codes in docs/api.md. */

import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '../../command/run-command.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';
import { problemTable } from './problem-table.ts';

const USAGE = `Writes docs/openapi.json, docs/asyncapi.json and the table of problem codes in docs/api.md.

npm run contracts`;

await runCommand({ usage: USAGE, options: {}, run: generate });

function generate(): void {
  writeFileSync('docs/openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`);
  writeFileSync('docs/asyncapi.json', `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);

  const page = readFileSync('docs/api.md', 'utf8');
  const table = /(<!-- problems:[^>]*-->\n)[\s\S]*?(\n<!-- \/problems -->)/;
  writeFileSync('docs/api.md', page.replace(table, `$1${problemTable()}$2`));
}
