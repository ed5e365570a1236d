/**
 * The stack as a child of `npm run dev`. It runs the bundles in `BUNDLES_FOLDER`; a message
 * `{replace: [function…]}` ends their processes. Sends `{ready: true}` once the stack runs.
 */

import { z } from 'zod';
import { runCommand } from '../../../shared/command/run-command.ts';
import { serve } from '../serve.ts';
import { readSettings } from '../settings.ts';
import { readInspected } from './inspected.ts';

const replaceMessage = z.object({ replace: z.array(z.string()) });

await runCommand({
  usage: 'Started by npm run dev.',
  options: {},
  run: () => {
    const bundlesFolder = z.string().parse(process.env.BUNDLES_FOLDER);
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    const development = { bundlesFolder, inspected: readInspected(process.env.INSPECT) };
    return serve({ ...readSettings(process.env), development }, (stack) => {
      process.on('message', (message) => {
        stack.replaceProcesses(replaceMessage.parse(message).replace);
      });
      process.send?.({ ready: true });
    });
  },
});
process.exit();
