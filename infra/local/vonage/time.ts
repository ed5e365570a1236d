/**
 * The simulator's clock: real time for time stamps, scaled time for every duration of the protocol.
 */

export interface Time {
  /** Epoch milliseconds. */
  now(): number;
  /** Real milliseconds that a duration of the protocol takes here. */
  scaledMs(seconds: number): number;
  /** Runs `task` once after `delayMs` real milliseconds; the result cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Cancels all tasks that are still waiting. */
  stop(): void;
}

/** @param scale 1 is real time, 0.01 a hundred times faster */
export function createTime(scale: number): Time {
  const timers = new Set<NodeJS.Timeout>();
  return {
    now: Date.now,
    scaledMs: (seconds) => seconds * 1000 * scale,
    after(delayMs, task) {
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          task();
        },
        Math.max(0, delayMs),
      );
      timers.add(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(timer);
      };
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
