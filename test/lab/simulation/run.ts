/**
 * `npm run simulate -- [--runs 1000] [--seed 1] [--without app1,crash] [--json]`: simulated lives
 * of the whole backend, checked against docs/security.md#invariants. Exits with 1 at a violation.
 *
 * Run n of many has the seed `<seed>-<n>`; a single run has the seed as it is given, so what a
 * failure prints replays it exactly.
 */

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { flag, integer, text } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import type { Violation } from './checker/violation.ts';
import { shorten } from './shorten.ts';
import { simulate } from './simulate.ts';
import { sum, type Tally, tally } from './tally.ts';
import { timeline } from './timeline.ts';

interface Failure {
  readonly seed: string;
  readonly violations: readonly Violation[];
}

interface Share {
  readonly failures: readonly Failure[];
  readonly steps: number;
  readonly seen: Tally;
}

const MAX_EXPLAINED = 5;
const PROGRESS_EVERY_MS = 5_000;
const USAGE = `Simulates lives of the whole backend under faults and attacks; exits with 1 at a violation.

npm run simulate [-- options]

  --runs <number>      how many (1000)
  --seed <text>        run n of many has the seed <text>-<n>, a single run this very one (1)
  --without <a,b>      leaves out these actors and faults, as a replay names them
  --json               the report as JSON`;

if (isMainThread) await main();
else parentPort?.postMessage(await runAll(workerData.seeds, new Set(workerData.without)));

async function main(): Promise<void> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      runs: integer({ min: 1, max: 1_000_000 }, 1_000),
      seed: text('1'),
      without: text(''),
      json: flag(),
    },
  });
  const { runs } = values;
  const seeds =
    runs === 1
      ? [values.seed]
      : Array.from({ length: runs }, (_, index) => `${values.seed}-${index}`);
  const without = values.without.split(',').filter(Boolean);
  const startedAt = performance.now();
  let done = 0;
  let saidAt = startedAt;
  const count = (more: number): void => {
    done += more;
    if (performance.now() - saidAt < PROGRESS_EVERY_MS) return;
    saidAt = performance.now();
    progress(`${done}/${runs} runs`);
  };
  const shares = await Promise.all(split(seeds).map((share) => inThread(share, without, count)));
  const seconds = (performance.now() - startedAt) / 1000;
  const failures = shares.flatMap((share) => share.failures);
  const steps = shares.reduce((total, share) => total + share.steps, 0);
  const seen = sum(shares.map((share) => share.seen));
  const perMinute = Math.round((runs / seconds) * 60);

  if (values.json) {
    const run = { runs, seed: values.seed, seconds, runs_per_minute: perMinute, steps };
    console.log(JSON.stringify({ ...run, ...seen, failures }, null, 2));
  } else {
    for (const failure of failures.slice(0, MAX_EXPLAINED)) await explain(failure, without);
    console.log(
      `${runs} runs of ${seen.verifications} verifications, ${failures.length} with a violation, ` +
        `${steps} steps, ${seconds.toFixed(1)} s (${perMinute} a minute)`,
    );
  }
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** Every thread gets as many seeds. */
function split(seeds: readonly string[]): readonly (readonly string[])[] {
  const threads = Math.min(availableParallelism(), Math.ceil(seeds.length / 50));
  return Array.from({ length: threads }, (_, thread) =>
    seeds.filter((_seed, index) => index % threads === thread),
  );
}

/** @param onDone called with how many more runs are done */
function inThread(
  seeds: readonly string[],
  without: readonly string[],
  onDone: (more: number) => void,
): Promise<Share> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { seeds, without } });
    worker.on('message', (message: Share | number) => {
      if (typeof message === 'number') onDone(message);
      else resolve(message);
    });
    worker.once('error', reject);
  });
}

async function runAll(seeds: readonly string[], without: ReadonlySet<string>): Promise<Share> {
  const failures: Failure[] = [];
  let steps = 0;
  let seen = tally([]);
  for (const seed of seeds) {
    parentPort?.postMessage(1);
    try {
      const result = await simulate(seed, without);
      steps += result.steps;
      seen = sum([seen, tally(result.facts)]);
      if (result.violations.length > 0) failures.push({ seed, violations: result.violations });
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push({ seed, violations: [{ invariant: 'crash', message }] });
    }
  }
  return { failures, steps, seen };
}

async function explain({ seed, violations }: Failure, given: readonly string[]): Promise<void> {
  console.log(`\nseed ${seed}: ${violations.length} violation(s)`);
  if (violations[0]?.invariant === 'crash') {
    console.log(violations[0].message);
    return;
  }
  const failed = await simulate(seed, new Set(given));
  const { without, result } =
    given.length > 0 ? { without: given, result: failed } : await shorten(failed);
  const [violation] = result.violations;
  if (!violation) return;
  console.log(`${violation.invariant}: ${violation.message}`);
  for (const line of timeline(result, violation)) console.log(line);
  const option = without.length > 0 ? ` --without ${without.join(',')}` : '';
  console.log(`replay: npm run simulate -- --runs 1 --seed ${seed}${option}`);
}
