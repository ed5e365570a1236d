/** `npm run phone-ranges`: writes `ranges.json` from libphonenumber's metadata. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flag } from '../../command/options.ts';
import { runCommand } from '../../command/run-command.ts';
import { toRanges } from './to-ranges.ts';

const USAGE = `Renews the ranges of phone numbers from the metadata of libphonenumber-js.

npm run phone-ranges [-- --latest]

  --latest   installs the newest release of the library first; needs the package registry`;

await runCommand({ usage: USAGE, options: { latest: flag() }, run: renew });

async function renew({ values }: { readonly values: { readonly latest: boolean } }): Promise<void> {
  if (values.latest) {
    const newest = ['install', '--save-dev', '--save-exact', 'libphonenumber-js@latest'];
    execFileSync('npm', newest, { stdio: 'inherit' });
  }
  // Imported only now, after the newest library was installed.
  const [{ default: mobile }, { default: ofAllTypes }] = await Promise.all([
    import('libphonenumber-js/mobile/metadata'),
    import('libphonenumber-js/max/metadata'),
  ]);
  const { version } = JSON.parse(
    readFileSync('node_modules/libphonenumber-js/package.json', 'utf8'),
  );
  const date = new Date().toISOString().slice(0, 10);
  const said = { date, source: `libphonenumber-js ${version}` };
  const file = join(import.meta.dirname, 'ranges.json');
  const content = { ...said, ...toRanges(mobile, ofAllTypes) };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`ranges.json is of ${said.date}, from ${said.source}`);
}
