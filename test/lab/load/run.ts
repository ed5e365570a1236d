/**
 * `npm run load -- [--verifications 500] [--concurrency 50] [--seed 1] [--json]`: whole verifications
 * against the local stack, by phones whose networks change at the worst moments. Exits with 1 when
 * there was an error, or when one verification was lost or ended wrongly.
 */

import { progress as say } from '../../../shared/command/progress.ts';
import { type Outcome, runCrowd } from './crowd.ts';
import { startLoadStack } from './load-stack.ts';
import { readOptions } from './options.ts';
import { errorsOf, toReport, toText } from './report.ts';

const PATIENCE_MS = 180_000;
/** Enough for the first retry. */
const WEBHOOKS_MS = 20_000;
/** Fewer say nothing about memory: heaps still grow to their working size. */
const ENDURANCE = 2_000;

const USAGE = `Runs whole verifications against a local stack; exits with 1 when one was lost or went wrong.

npm run load [-- options]`;

const { verifications, concurrency, seed, json, progress } = readOptions(USAGE, {
  verifications: 500,
  concurrency: 50,
});
say('starting the stack');
const stack = await startLoadStack();
let outcome: Outcome;
try {
  outcome = await runCrowd(stack, {
    verifications,
    concurrency,
    seed,
    patienceMs: PATIENCE_MS,
    exactly: true,
    webhooksMs: WEBHOOKS_MS,
    progress,
  });
} finally {
  await stack.remove();
}
const report = toReport(outcome);
console.log(json ? JSON.stringify(report, null, 2) : toText(report));
const isComplete =
  report.completed_stories === verifications &&
  report.stored === verifications &&
  report.started_at_vonage === verifications;
const isWell = isComplete && errorsOf(outcome) === 0 && report.violations.length === 0;
const isFlat = report.memory_flat || verifications < ENDURANCE;
process.exit(isWell && isFlat ? 0 : 1);
