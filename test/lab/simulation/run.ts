/**
 * `npm run simulate -- [--runs 1000] [--seed 1] [--without app1,crash]`: simulated lives of the
 * whole backend, checked against docs/security.md#invariants. Exits with 1 at a violation.
 *
 * Run n of many has the seed `<seed>-<n>`; a single run has the seed as it is given, so what a
 * failure prints replays it exactly.
 */

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { integer, text } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { explain } from './explain.ts';
import { simulate } from './simulate.ts';

/** What a thread says about one run. `crash`: the simulation itself failed. */
interface Done {
  readonly seed: string;
  readonly isBroken: boolean;
  readonly crash?: string | undefined;
}

const MAX_EXPLAINED = 5;
const PROGRESS_EVERY = 500;
const USAGE = `Simulates lives of the whole backend under faults and attacks; exits with 1 at a violation.

npm run simulate [-- options]

  --runs <number>      how many (1000)
  --seed <text>        run n of many has the seed <text>-<n>, a single run this very one (1)
  --without <a,b>      leaves out these actors and faults, as a replay names them`;

if (isMainThread) await main();
else for (const seed of workerData.seeds) parentPort?.postMessage(await run(seed));

async function main(): Promise<void> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      runs: integer({ min: 1, max: 1_000_000 }, 1_000),
      seed: text('1'),
      without: text(''),
    },
  });
  const { runs, seed } = values;
  const seeds =
    runs === 1 ? [seed] : Array.from({ length: runs }, (_, index) => `${seed}-${index}`);
  const without = new Set(values.without.split(',').filter(Boolean));
  const startedAtMs = performance.now();
  const all: Done[] = [];
  const threads = Math.min(availableParallelism(), Math.ceil(runs / 50));
  const workers = Array.from({ length: threads }, (_, thread) => {
    const share = seeds.filter((_seed, index) => index % threads === thread);
    const worker = new Worker(new URL(import.meta.url), { workerData: { seeds: share, without } });
    worker.on('message', (done: Done) => {
      all.push(done);
      if (all.length % PROGRESS_EVERY === 0) progress(`${all.length}/${runs} runs`);
    });
    return once(worker, 'exit');
  });
  await Promise.all(workers);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const failures = all.filter(({ isBroken }) => isBroken);
  for (const { seed: failed, crash } of failures.slice(0, MAX_EXPLAINED)) {
    console.log(`\nseed ${failed}`);
    if (crash !== undefined) console.log(crash);
    else for (const line of await explain(failed, without)) console.log(line);
  }
  const pace = `${seconds.toFixed(1)} s (${Math.round((runs / seconds) * 60)} a minute)`;
  console.log(`${runs} runs, ${failures.length} with a violation, ${pace}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

async function run(seed: string): Promise<Done> {
  try {
    const { violations } = await simulate(seed, workerData.without);
    return { seed, isBroken: violations.length > 0 };
  } catch (error) {
    const crash = error instanceof Error ? error.stack : String(error);
    return { seed, isBroken: true, crash };
  }
}
