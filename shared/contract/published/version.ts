/** One version for package, contract and client: that of package.json. */

import { readFileSync } from 'node:fs';

const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));

export const VERSION = version;
