/** What a verification costs when this many are in flight: all are begun before one is finished. */

import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from '../../../shared/command/progress.ts';
import { inParallel } from '../../fixtures/in-parallel.ts';
import { type Begun, begin, finish } from './paths.ts';
import type { Measured, Row } from './report.ts';
import { openCpuMeter, startBenchStack } from './stack.ts';
import { single, sum } from './statistics.ts';

/** Verifications that are worked on at once. */
const CONCURRENCY = 16;
const SETTLE_MS = 2000;

export async function measureGrowth(sizes: readonly number[]): Promise<Measured> {
  const stack = await startBenchStack();
  const takeCpu = openCpuMeter(stack);
  const rows: Row[] = [];
  const failures = new Set<string>();

  /** @returns how many are completed */
  async function run(count: number): Promise<number> {
    const begun: Begun[] = [];
    let completed = 0;
    const each = <T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> =>
      inParallel(CONCURRENCY, items, async (item) => {
        await work(item).catch((error) => failures.add(`${count}: ${error.message}`));
      });
    await each(Array(count).keys(), async () => begun.push(await begin('happy', stack.endpoints)));
    await each(begun, async (one) => {
      await finish(one);
      completed += 1;
    });
    return completed;
  }

  try {
    await run(CONCURRENCY); // so that every process runs
    failures.clear();
    for (const count of sizes) {
      progress(`growth, ${count} in flight`);
      await sleep(SETTLE_MS);
      takeCpu();
      const startedAt = performance.now();
      const completed = await run(count);
      const seconds = (performance.now() - startedAt) / 1000;
      await sleep(SETTLE_MS);
      rows.push({
        'in flight': single(count),
        completed: single(completed),
        'per s': single(completed / seconds, 1),
        'CPU ms each': single(sum(Object.values(takeCpu())) / completed, 1),
      });
    }
  } finally {
    await stack.close();
  }
  return { parts: [rows, ...failures] };
}
