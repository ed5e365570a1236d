/**
 * `npm run load -- [--verifications 500] [--concurrency 50] [--seed 1] [--json]`: whole verifications
 * against the local stack, by phones whose networks change at the worst moments. Exits with 1 when
 * there was an error, or when one verification was lost or ended wrongly.
 */

import { runLoad } from './command.ts';

/** Fewer say nothing about memory: heaps still grow to their working size. */
const ENDURANCE = 2_000;

const { wanted, report, print } = await runLoad({
  usage: `Runs whole verifications against a local stack; exits with 1 when one was lost or went wrong.

npm run load [-- options]`,
  concurrency: 50,
  crowd: { patienceMs: 180_000, exactly: true, webhooksMs: 120_000 },
});
print();
const { completed_stories, stored, started_at_vonage, errors, violations, memory_flat } = report;
const isComplete = [completed_stories, stored, started_at_vonage].every((it) => it === wanted);
const isWell = isComplete && Object.keys(errors).length === 0 && violations.length === 0;
process.exit(isWell && (memory_flat || wanted < ENDURANCE) ? 0 : 1);
