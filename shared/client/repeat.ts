/** Repeats a call whose outcome is unknown, after checking the current state. */

import type { Environment } from './environment.ts';
import { isProblem, isUncertain } from './problem.ts';
import { backoffMs, wait } from './waiting.ts';

/** Longest wait before a repeat; for a longer one the call fails and the user decides. */
const LONGEST_WAIT_SECONDS = 35;

export interface Repeating<T> {
  readonly send: () => Promise<T>;
  /** Called before each repetition: a result makes the call unnecessary. */
  readonly settled?: () => Promise<T | undefined>;
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @throws ClientProblem at once if it is definite, otherwise the last one when all attempts have
 * failed
 */
export async function repeat<T>(
  { send, settled, attempts, signal }: Repeating<T>,
  environment: Environment,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      const known = failures > 0 ? await settled?.() : undefined;
      return known ?? (await send());
    } catch (error) {
      failures += 1;
      if (!isProblem(error) || !isUncertain(error)) throw error;
      const { retryAfter = 0 } = error;
      if (failures >= attempts || retryAfter > LONGEST_WAIT_SECONDS) throw error;
      await wait(Math.max(retryAfter * 1000, backoffMs(failures, environment)), signal);
    }
  }
}
