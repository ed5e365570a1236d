/**
 * The server's clock as seen from a phone, whose time of day is not used. What the server stamps
 * lies in its past when it arrives, so the highest difference ever seen is the closest.
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
