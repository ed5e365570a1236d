/** The load as a process of its own, so that its CPU is not taken for the backend's. */

import { inParallel } from '../../../fixtures/in-parallel.ts';
import { answerOrders } from '../child.ts';
import { begin } from './app.ts';

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

/** All are begun before the first is finished. */
async function carryOut({ url, count, concurrency }: Order): Promise<Outcome> {
  const failures = new Set<string>();
  const open: (() => Promise<void>)[] = [];
  let completed = 0;
  const each = <T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> =>
    inParallel(concurrency, items, (item) =>
      work(item).catch((error) => void failures.add(error.message)),
    );
  const startedAt = performance.now();
  await each(Array(count).keys(), async () => void open.push(await begin(url)));
  await each(open, async (finish) => {
    await finish();
    completed += 1;
  });
  const tookMs = performance.now() - startedAt;
  return { tookMs, completed, failures: [...failures] };
}

answerOrders(carryOut);
