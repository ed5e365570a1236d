/** `npm run format`: repairs format and what lint can repair. */

import { spawnSync } from 'node:child_process';
import { runCommand } from '../shared/command/run-command.ts';

await runCommand({
  usage: 'Formats every file, and repairs what lint can repair.\n\nnpm run format',
  options: {},
  run: () => spawnSync('biome', ['check', '--write', '.'], { stdio: 'inherit' }).status === 0,
});
