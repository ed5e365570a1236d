/**
 * The end of INIT, in which Lambda grants a whole CPU. It does ahead what the first request would
 * have to wait for: it reads secrets, signs the JWT, reads one item, opens sockets, and then runs
 * the warm-up.
 */

import type { EarlyTask } from './dependencies.ts';

/** Longest time that INIT waits for other services, in milliseconds. */
const MAX_WAIT_MS = 1000;

/** Never rejects: the first request does what failed here. */
export async function initialize(
  early: readonly EarlyTask[],
  warmUp?: () => Promise<unknown>,
): Promise<void> {
  const done = Promise.allSettled(early.map((task) => task()))
    .then(warmUp)
    .catch((error: unknown) => console.warn('the warm-up failed', error));
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS).unref())]);
}
