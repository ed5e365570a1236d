/**
 * `npm run simulate -- [--runs 1000] [--seed 1] [--without app1,crash] [--json]`: simulated lives
 * of the whole backend, checked against docs/security.md#invariants. Exits with 1 at a violation.
 *
 * Run n of many has the seed `<seed>-<n>`; a single run has the seed as it is given, so what a
 * failure prints replays it exactly.
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Violation } from './checker/violation.ts';
import { shorten } from './shorten.ts';
import { simulate } from './simulate.ts';
import { sum, type Tally, tally } from './tally.ts';
import { tell } from './tell.ts';

interface Failure {
  readonly seed: string;
  readonly violations: readonly Violation[];
}

interface Share {
  readonly runs: number;
  readonly failures: readonly Failure[];
  readonly steps: number;
  readonly seen: Tally;
}

const MAX_TOLD = 5;

if (isMainThread) await main();
else parentPort?.postMessage(await runAll(workerData.seeds, new Set(workerData.without)));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      without: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs must be a whole number');
  const seeds = runs === 1 ? [values.seed] : numbered(values.seed, runs);
  const without = values.without.split(',').filter(Boolean);
  const startedAt = performance.now();
  const shares = await Promise.all(split(seeds).map((share) => inThread(share, without)));
  const seconds = (performance.now() - startedAt) / 1000;
  const failures = shares.flatMap((share) => share.failures);
  const steps = shares.reduce((total, share) => total + share.steps, 0);
  const seen = sum(shares.map((share) => share.seen));
  const perMinute = Math.round((runs / seconds) * 60);

  if (values.json) {
    const report = {
      runs,
      seed: values.seed,
      seconds,
      runs_per_minute: perMinute,
      steps,
      ...seen,
      failures,
    };
    console.log(JSON.stringify(report, null, 2));
  } else {
    for (const failure of failures.slice(0, MAX_TOLD)) await explain(failure, without);
    console.log(
      `${runs} runs of ${seen.verifications} verifications, ${failures.length} with a violation, ` +
        `${steps} steps, ${seconds.toFixed(1)} s (${perMinute} a minute)`,
    );
  }
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function numbered(seed: string, runs: number): readonly string[] {
  return Array.from({ length: runs }, (_, index) => `${seed}-${index}`);
}

/** Seeds in turn, so that every thread gets as many. */
function split(seeds: readonly string[]): readonly (readonly string[])[] {
  const threads = Math.min(availableParallelism(), Math.ceil(seeds.length / 50));
  return Array.from({ length: threads }, (_, thread) =>
    seeds.filter((_seed, index) => index % threads === thread),
  );
}

function inThread(seeds: readonly string[], without: readonly string[]): Promise<Share> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { seeds, without } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function runAll(seeds: readonly string[], without: ReadonlySet<string>): Promise<Share> {
  const failures: Failure[] = [];
  let steps = 0;
  let seen = tally([]);
  for (const seed of seeds) {
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
  return { runs: seeds.length, failures, steps, seen };
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
  for (const line of tell(result, violation)) console.log(line);
  const option = without.length > 0 ? ` --without ${without.join(',')}` : '';
  console.log(`replay: npm run simulate -- --runs 1 --seed ${seed}${option}`);
}
