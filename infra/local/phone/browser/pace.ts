/** The pace of a story: slow enough to watch, by hand, or at full speed. */

import type { NextSteps } from './next-steps.ts';

export type PaceName = 'watch' | 'step' | 'fast';

export interface Pace {
  readonly name: PaceName;
  /** Resolves when the step may be taken; rejects when the signal is aborted. */
  step(what: string, signal: AbortSignal, watchMs?: number): Promise<void>;
}

/** Long enough to see one row of the diagram appear. */
const WATCHABLE_MS = 420;

/** @param scale multiplies the waits of `watch`; tests use a small one */
export function createPace(name: PaceName, steps: NextSteps, scale = 1): Pace {
  return {
    name,
    async step(what, signal, watchMs = WATCHABLE_MS) {
      signal.throwIfAborted();
      if (name === 'watch') await pause(watchMs * scale, signal);
      if (name === 'step') await steps.ask(what, signal);
    },
  };
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}
