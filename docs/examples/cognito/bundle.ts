/** Bundles the trigger like every other function; only stacks with `CognitoSignIn` do. */

import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ESBUILD_OPTIONS } from '../../../infra/aws/bundle.ts';

/** Writes `index.mjs` into `outputFolder` and returns that folder, the construct's `bundle`. */
export function bundleCognitoTrigger(outputFolder: string): string {
  buildSync({
    ...ESBUILD_OPTIONS,
    entryPoints: [join(import.meta.dirname, 'trigger.ts')],
    outfile: join(outputFolder, 'index.mjs'),
  });
  return outputFolder;
}
