/** `npm run check`: types, lint and format. */

import { runCommand } from '../shared/command/run-command.ts';
import { runStaticChecks } from './static-checks.ts';

await runCommand({
  usage: 'Checks types, lint and format; changes nothing.\n\nnpm run check',
  options: {},
  run: async () => (await runStaticChecks()).every(Boolean),
});
