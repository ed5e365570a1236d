/** `npm run test:unit` and `npm run test:watch`: the unit tests. */

import { spawn } from 'node:child_process';
import { flag } from '../shared/command/options.ts';
import { runCommand } from '../shared/command/run-command.ts';
import { ANY_PATHS, TEST_OPTIONS, TEST_USAGE, toVitestArguments } from './vitest-command.ts';

const USAGE = `Runs the unit tests.

npm run test:unit [-- options]
npm run test:watch [-- options]     again after every change

${TEST_USAGE}`;

await runCommand({
  usage: USAGE,
  options: { ...TEST_OPTIONS, watch: flag() },
  maxPositionals: ANY_PATHS,
  run: async (given) => {
    const mode = given.values.watch ? 'watch' : 'run';
    const args = [mode, '--project', 'unit', ...toVitestArguments(given)];
    const child = spawn('vitest', args, { stdio: 'inherit' });
    return (await new Promise((resolve) => child.once('close', resolve))) === 0;
  },
});
