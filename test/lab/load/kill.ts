/**
 * `npm run kill -- [--verifications 500] [--concurrency 40] [--seed 1] [--json]`: the same phones while
 * processes die by SIGKILL at random: a function's, the simulator's, the store's. Errors are allowed
 * then, and repeated by the phones; losing what was acknowledged is not. Exits with 1 if that happened.
 */

import { runLoad } from './command.ts';
import { startKilling } from './killer.ts';

let killed: Readonly<Record<string, number>> = {};

const { report, print } = await runLoad({
  usage: `Runs whole verifications while processes are killed at random; exits with 1 when what was
acknowledged is lost.

npm run kill [-- options]`,
  concurrency: 40,
  settings: { channelTimeoutSeconds: 30 },
  // Retries of webhooks come after 1 s and 12 s; a silent authentication lasts 12 s.
  stackOptions: { timeScale: 0.2 },
  crowd: {
    // Past the deadline of every verification: 60 s, two channels of 30 s, 30 s more.
    patienceMs: 200_000,
    exactly: false,
    // The fourth attempt comes 60 s after the third.
    webhooksMs: 180_000,
  },
  disturb: (stack, seed) => {
    const stop = startKilling(stack, seed);
    return async () => {
      killed = await stop();
    };
  },
});
const kills = Object.entries(killed).map(([what, times]) => `${what} ${times}`);
print({ killed }, `\nkilled: ${kills.join(', ')}`);
process.exit(report.violations.length === 0 ? 0 : 1);
