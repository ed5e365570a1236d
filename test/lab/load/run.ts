/**
 * `npm run load`: whole verifications against the local stack, by phones whose networks change at the
 * worst moments. Exits with 1 when there was an error, or when one was lost or ended wrongly.
 *
 * `npm run kill`: the same phones while processes die by SIGKILL at random: a function's, the
 * simulator's, the store's. Errors are allowed then, and repeated by the phones; losing what was
 * acknowledged is not. Exits with 1 if that happened.
 */

import { flag, integer, text } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { startLabStack } from '../../fixtures/lab-stack.ts';
import { setFaults } from '../../fixtures/local-services.ts';
import { findPrivate } from '../../fixtures/private-lines.ts';
import { runCrowd } from './crowd.ts';
import { startKilling } from './killer.ts';
import { isFlat } from './memory.ts';
import { toText } from './report.ts';
import { settle } from './settle.ts';

const LOAD = { settings: {}, timeScale: 1, patienceMs: 180_000, webhooksMs: 120_000 };
const KILL: typeof LOAD = {
  settings: { channelTimeoutSeconds: 30 },
  // Retries of webhooks come after 1 s and 12 s; a silent authentication lasts 12 s.
  timeScale: 0.2,
  // Past the deadline of every verification: 60 s, two channels of 30 s, 30 s more.
  patienceMs: 200_000,
  // The fourth attempt comes 60 s after the third.
  webhooksMs: 180_000,
};
const MOST = 100_000;
/** Fewer say nothing about memory: heaps still grow to their working size. */
const ENDURANCE = 2_000;

const { values } = readCommandLine({
  usage: `Runs whole verifications against a local stack; exits with 1 when one was lost or went wrong.

npm run load [-- options]
npm run kill [-- options]   processes are killed at random; what was acknowledged must not be lost

  --verifications <number>   how many in all (500)
  --concurrency <number>     how many at a time (40)
  --seed <text>              of everything that is random (1)`,
  options: {
    verifications: integer({ min: 1, max: MOST }, 500),
    concurrency: integer({ min: 1, max: MOST }, 40),
    seed: text('1'),
    kill: flag(),
  },
});
const { verifications, concurrency, seed, kill } = values;
const { settings, timeScale, patienceMs, webhooksMs } = kill ? KILL : LOAD;
const every = Math.max(1, Math.floor(verifications / 20));

progress('starting the stack');
const stack = await startLabStack(settings, { timeScale });
const leaks: string[] = [];
stack.onLine((line) => leaks.push(...findPrivate(line)));
try {
  // The check_url comes by webhook alone, so that every story goes over a push.
  await setFaults(stack.endpoints, { request: { check_url_in: 'webhook' } });
  const stopKilling = kill ? startKilling(stack, seed) : undefined;
  const crowd = await runCrowd(stack, {
    verifications,
    concurrency: Math.min(concurrency, verifications),
    seed,
    patienceMs,
    stopKilling,
    progress: (done) => {
      if (done % every === 0) progress(`${done}/${verifications} done`);
    },
  });
  const killed = Object.entries((await stopKilling?.()) ?? {});
  const settled = await settle(stack.endpoints, crowd.stories, { exactly: !kill, webhooksMs });
  const { tally, stories, unserved, startsAtVonage, memory } = crowd;
  const violations = [
    ...settled.faults,
    ...Object.entries(tally.violations).map(([what, count]) => `${what} (${count} times)`),
    ...unserved.map((reason) => `not served: ${reason}`),
    ...leaks,
  ];
  console.log(toText(crowd, settled, violations));
  if (kill)
    console.log(`\nkilled: ${killed.map(([what, times]) => `${what} ${times}`).join(', ')}`);
  const counts = [stories.length, settled.stored, startsAtVonage];
  const isComplete = counts.every((count) => count === verifications);
  const isHealthy = isComplete && Object.keys(tally.failures).length === 0;
  const isSteady = isFlat(memory) || verifications < ENDURANCE;
  process.exitCode = violations.length === 0 && (kill || (isHealthy && isSteady)) ? 0 : 1;
} finally {
  await stack.close();
}
process.exit(); // sockets that are kept alive would hold the process for a while
