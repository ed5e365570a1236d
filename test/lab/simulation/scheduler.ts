/**
 * Virtual time. One action happens at once, and everything that it sets free runs until it waits for
 * the scheduler again; only then the next action happens. So the order of actions decides everything.
 */

interface Planned {
  readonly atMs: number;
  readonly action: () => void;
}

/** More than any run needs: a loop that never ends fails instead of hanging. */
const MAX_STEPS = 60_000;
const WEB_CRYPTO = ['sign', 'verify', 'importKey', 'digest'] as const;

let running = 0;
countWebCrypto();

export type Scheduler = ReturnType<typeof createScheduler>;

export function createScheduler(startMs: number) {
  /** Soonest first; of two at the same time the one that was planned first. */
  const plan: Planned[] = [];
  let nowMs = startMs;
  let steps = 0;

  const after = (delayMs: number, action: () => void): void => {
    const atMs = nowMs + Math.max(0, delayMs);
    plan.splice(plan.findLastIndex((planned) => planned.atMs <= atMs) + 1, 0, { atMs, action });
  };

  return {
    /** Epoch milliseconds, with fractions. */
    now: () => nowMs,
    after,
    sleep: (delayMs: number) => new Promise<void>((resolve) => after(delayMs, resolve)),
    /** Runs until nothing is left to do, or until `isOver`. */
    run: async (isOver: () => boolean): Promise<void> => {
      await settled();
      while (!isOver()) {
        const next = plan.shift();
        if (!next) return;
        nowMs = next.atMs;
        steps += 1;
        if (steps > MAX_STEPS) throw new Error('the simulation does not come to an end');
        next.action();
        await settled();
      }
    },
  };
}

/** Waits until no promise and no thread of WebCrypto has anything left to do. */
async function settled(): Promise<void> {
  do await new Promise<void>((resolve) => setImmediate(resolve));
  while (running > 0);
}

/** WebCrypto works in threads of its own, which the queues of this thread do not show. */
function countWebCrypto(): void {
  for (const name of WEB_CRYPTO) {
    const original: unknown = Reflect.get(crypto.subtle, name);
    if (typeof original !== 'function') continue;
    const counted = async (...args: unknown[]): Promise<unknown> => {
      running += 1;
      try {
        return await Reflect.apply(original, crypto.subtle, args);
      } finally {
        running -= 1;
      }
    };
    Object.defineProperty(crypto.subtle, name, { value: counted, configurable: true });
  }
}
