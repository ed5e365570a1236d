/**
 * Estimates the server's clock without the phone's time of day. A time stamp of the server is
 * already in the past when it arrives, so the greatest difference seen is the best estimate.
 */

export interface ServerClock {
  /** Records the server's time stamp (epoch milliseconds) of an answer that just arrived. */
  learn(stampMs: number): void;
  /** Milliseconds until the server's clock shows this time; negative afterwards. */
  until(time: string): number;
}

export function createServerClock(now: () => number): ServerClock {
  let aheadMs: number | undefined;
  return {
    learn(stampMs) {
      if (Number.isNaN(stampMs)) return;
      aheadMs = Math.max(aheadMs ?? Number.NEGATIVE_INFINITY, stampMs - now());
    },
    until: (time) => Date.parse(time) - now() - (aheadMs ?? 0),
  };
}
