/** The queue of steps that wait for the Next button: one at a time, first in, first out. */

export interface NextSteps {
  /**
   * Resolves when a person takes the step; rejects with the reason of the signal when it is
   * aborted.
   */
  ask(what: string, signal: AbortSignal): Promise<void>;
  /** Takes the step that is shown; nothing happens when there is none. */
  take(): void;
}

interface Question {
  readonly what: string;
  readonly answer: () => void;
}

/** @param show receives the step that can be taken now, or `undefined` when there is none */
export function createNextSteps(show: (what: string | undefined) => void): NextSteps {
  const waiting: Question[] = [];

  function remove(question: Question): void {
    const index = waiting.indexOf(question);
    if (index === -1) return;
    waiting.splice(index, 1);
    if (index === 0) show(waiting[0]?.what);
  }

  return {
    ask: (what, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const abort = (): void => {
          remove(question);
          reject(signal.reason);
        };
        const question = {
          what,
          answer: () => {
            signal.removeEventListener('abort', abort);
            remove(question);
            resolve();
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        waiting.push(question);
        if (waiting.length === 1) show(what);
      }),
    take: () => waiting[0]?.answer(),
  };
}
