/** `npm start`: runs the whole stack until Ctrl-C or SIGTERM. */

import { runCommand } from '../../shared/command/run-command.ts';
import { serve } from './serve.ts';
import { readSettings, SETTINGS_USAGE } from './settings.ts';

const USAGE = `Runs the whole stack on this machine until Ctrl-C.

npm start

${SETTINGS_USAGE}`;

await runCommand({
  usage: USAGE,
  options: {},
  run: () => serve(readSettings(process.env)),
});
process.exit();
