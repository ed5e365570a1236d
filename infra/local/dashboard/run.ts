/**
 * `npm run dashboard`: draws the dashboards from what a local stack has collected, whether it runs
 * or not, into `dashboard.html` in its folder. Environment: `LOCAL_DIR` (.local).
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCollected } from './collected.ts';
import { monitoringFile, readMonitoring } from './monitoring.ts';
import { renderPage } from './page.ts';

const folder = resolve(process.env.LOCAL_DIR || '.local');
if (existsSync(monitoringFile(folder))) {
  const file = join(folder, 'dashboard.html');
  writeFileSync(file, renderPage(readMonitoring(folder), readCollected(folder)), { mode: 0o600 });
  console.log(`${file}\nA running stack serves the same at /dashboard.`);
} else {
  console.error(`no stack has run in ${folder}: npm start first, then npm run demo`);
  process.exitCode = 1;
}
