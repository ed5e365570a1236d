/**
 * The end of INIT, where Lambda gives a whole CPU: what the first request would wait for is done
 * ahead. Secrets are read, the JWT is signed, one item is read, sockets are opened, and then the
 * warm-up runs.
 */

import type { EarlyTask } from './dependencies.ts';

/** Longest wait of INIT for its peers, in milliseconds. */
const MAX_WAIT_MS = 1000;

/** Never rejects: the first request repeats what failed here. */
export async function initialize(
  early: readonly EarlyTask[],
  warmUp?: () => Promise<unknown>,
): Promise<void> {
  const done = Promise.allSettled(early.map((task) => task()))
    .then(warmUp)
    .catch((error: unknown) => console.warn('the warm-up failed', error));
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS).unref())]);
}
