/**
 * `npm run kill -- [--verifications 500] [--concurrency 40] [--seed 1] [--json]`: the same phones while
 * processes die by SIGKILL at random: a function's, the simulator's, the store's. Errors are allowed
 * then, and repeated by the phones; losing what was acknowledged is not. Exits with 1 if that happened.
 */

import { progress as say } from '../../../shared/command/progress.ts';
import { runCrowd } from './crowd.ts';
import { startKilling } from './killer.ts';
import { startLoadStack } from './load-stack.ts';
import { readOptions } from './options.ts';
import { type Report, toReport, toText } from './report.ts';

/** Past the deadline of every verification: 60 s, two channels of 30 s, 30 s more. */
const PATIENCE_MS = 200_000;
const SETTINGS = { channelTimeoutSeconds: 30 };
/** Retries of webhooks come after 1 s and 12 s; a silent authentication lasts 12 s. */
const TIME_SCALE = 0.2;
/** Enough for the fourth attempt, 60 s after the third. */
const WEBHOOKS_MS = 75_000;

const USAGE = `Runs whole verifications while processes are killed at random; exits with 1 when what was
acknowledged is lost.

npm run kill [-- options]`;

const { verifications, concurrency, seed, json, progress } = readOptions(USAGE, {
  verifications: 500,
  concurrency: 40,
});
say('starting the stack');
const stack = await startLoadStack(SETTINGS, { timeScale: TIME_SCALE });
let report: Report;
let killed: Readonly<Record<string, number>> = {};
try {
  const killer = startKilling(stack, seed);
  const outcome = await runCrowd(stack, {
    verifications,
    concurrency,
    seed,
    patienceMs: PATIENCE_MS,
    exactly: false,
    webhooksMs: WEBHOOKS_MS,
    progress,
    afterPhones: async () => {
      killed = await killer.stop();
    },
  });
  report = toReport(outcome);
} finally {
  await stack.remove();
}
if (json) console.log(JSON.stringify({ ...report, killed }, null, 2));
else {
  const kills = Object.entries(killed).map(([what, times]) => `${what} ${times}`);
  console.log(`${toText(report)}\nkilled: ${kills.join(', ')}`);
}
process.exit(report.violations.length === 0 ? 0 : 1);
