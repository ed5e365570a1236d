/** The gateway's limit of a route: a token bucket with a rate per second and a burst. */
import type { Throttle } from '../template/apis.ts';

export interface TokenBucket {
  /** @returns false when the request is over the limit */
  take(): boolean;
}

/** @param now monotonic clock in milliseconds */
export function createTokenBucket({ rate, burst }: Throttle, now: () => number): TokenBucket {
  let tokens = burst;
  let filledAt = now();
  return {
    take() {
      const at = now();
      tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * rate);
      filledAt = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
