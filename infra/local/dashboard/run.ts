/**
 * `npm run dashboard`: draws the dashboards from the data that a local stack has collected, into
 * `dashboard.html` in its folder. The stack need not be running.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand } from '../../../shared/command/run-command.ts';
import { LocalStackError } from '../error.ts';
import { readCollected } from './collected.ts';
import { monitoringFile, readMonitoring } from './monitoring.ts';
import { renderPage } from './page.ts';

const USAGE = `Draws the CloudWatch dashboards from the data that a local stack has collected.

npm run dashboard

Environment:
  LOCAL_DIR   folder of the stack (.local); it receives dashboard.html`;

await runCommand({ usage: USAGE, options: {}, run: draw });

function draw(): void {
  const folder = resolve(process.env.LOCAL_DIR || '.local');
  if (!existsSync(monitoringFile(folder))) {
    throw new LocalStackError(`no stack has run in ${folder}: npm start first, then npm run demo`);
  }
  const file = join(folder, 'dashboard.html');
  const page = renderPage(readMonitoring(folder), readCollected(folder));
  writeFileSync(file, page, { mode: 0o600 });
  console.log(`${file}\nA running stack serves the same at /dashboard.`);
}
