/** `npm run trace`: finds file, line and function of a fault in a log line. */

import { text as readAll } from 'node:stream/consumers';
import { text } from '../../../shared/command/options.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { parseFault } from './fault-line.ts';
import { openSourceMap } from './source-map.ts';
import { toTrace } from './trace.ts';

const USAGE = `Prints file, line and function of a fault, from its log line.

npm run trace -- '<log line>' [--source-maps <folder>]
npm run trace < <file with the log line>

  --source-maps <folder>   source maps of the deployed build; default: all builds on this machine
                           (cdk.out/source-maps and those of npm start)`;

await runCommand({
  usage: USAGE,
  options: { 'source-maps': text() },
  maxPositionals: 1,
  run: async ({ values, positionals: [line] }) => {
    const fault = parseFault(line ?? (await readAll(process.stdin)));
    const sourceMap = openSourceMap(fault.bundle, values['source-maps']);
    console.log(toTrace(fault, sourceMap).join('\n'));
  },
});
