/** `npm run dev`: the stack, kept up to date with its sources. */

import { runCommand } from '../../../shared/command/run-command.ts';
import { SETTINGS_USAGE } from '../settings.ts';
import { develop } from './develop.ts';

const USAGE = `Runs the whole stack and keeps it up to date with the sources, until Ctrl-C.

npm run dev
INSPECT=<function>[:<port>] npm run dev

A change in functions or shared replaces the processes of the functions that it affects. A change in
infra, or of a setting, synthesizes again and starts the stack again, with its data.
INSPECT makes that function wait for a debugger (port 9229) before it does anything.

${SETTINGS_USAGE}`;

await runCommand({ usage: USAGE, options: {}, run: develop });
process.exit();
