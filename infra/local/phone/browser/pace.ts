/** How the phone goes on from one step to the next: slowly enough to watch, by hand, or at once. */

export type PaceName = 'watch' | 'step' | 'fast';

export interface Pace {
  readonly name: PaceName;
  /** Returns when the step may be taken; rejects when the signal is aborted. */
  step(what: string, signal: AbortSignal): Promise<void>;
}

/** The button of `step`: shown with what comes next, pressed, hidden again. */
export interface NextButton {
  ask(what: string): Promise<void>;
  hide(): void;
}

const WATCHABLE_MS = 420;

export function createPace(name: PaceName, button: NextButton): Pace {
  return {
    name,
    async step(what, signal) {
      signal.throwIfAborted();
      if (name === 'fast') return;
      if (name === 'watch') return pause(WATCHABLE_MS, signal);
      try {
        await orAborted(button.ask(what), signal);
      } finally {
        button.hide();
      }
    },
  };
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return orAborted(new Promise((resolve) => setTimeout(resolve, ms)), signal);
}

/** The promise, or the signal's reason as soon as it is aborted. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}
