/** Writes `ranges.json` from libphonenumber's metadata; run it after each update of the library. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import metadata from 'libphonenumber-js/mobile/metadata';
import { toMobileRanges } from './to-ranges.ts';

const file = join(import.meta.dirname, 'ranges.json');
writeFileSync(file, `${JSON.stringify(toMobileRanges(metadata), null, 2)}\n`);
