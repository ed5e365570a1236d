/** The load as a process of its own, so that its CPU is not taken for the backend's. */

import { begin, type Open } from './app.ts';
import { openAgent } from './http.ts';

/** What the parent asks for. */
export interface Order {
  readonly url: string;
  readonly count: number;
  /** Verifications that are worked on at once. */
  readonly concurrency: number;
}

export interface Outcome {
  readonly tookMs: number;
  readonly completed: number;
  /** What went wrong, each message once. */
  readonly failures: readonly string[];
}

const agent = openAgent();

/** All are begun before the first is finished. */
async function carryOut({ url, count, concurrency }: Order): Promise<Outcome> {
  const failures = new Set<string>();
  const open: Open[] = [];
  let completed = 0;
  const each = (total: number, work: () => Promise<void>): Promise<void> =>
    inParallel(total, concurrency, async () => {
      try {
        await work();
      } catch (error) {
        failures.add(error instanceof Error ? error.message : String(error));
      }
    });
  const startedAt = performance.now();
  await each(count, async () => void open.push(await begin(url, agent)));
  await each(open.length, async () => {
    await open.pop()?.finish();
    completed += 1;
  });
  const tookMs = performance.now() - startedAt;
  return { tookMs, completed, failures: [...failures] };
}

async function inParallel(
  total: number,
  concurrency: number,
  work: () => Promise<void>,
): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: Math.min(total, concurrency) }, worker));
}

process.on('message', (order: Order) => {
  void carryOut(order).then((outcome) => process.send?.(outcome));
});
process.once('disconnect', () => process.exit(0));
