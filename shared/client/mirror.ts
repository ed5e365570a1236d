/** The newest known verification: ignores stale objects and passes the others to listeners. */

import { toVerification, type VerificationObject } from './contract.ts';
import { onAbort } from './waiting.ts';

export type Listener = (verification: VerificationObject) => void;

export interface Mirror {
  readonly current: VerificationObject;
  /** Applies a received object, unless it is stale or belongs to another request. */
  apply(value: unknown): void;
  /** Returns a function that unsubscribes. */
  onChange(listener: Listener): () => void;
  /** Ends every iteration, with an error if there is one. */
  end(error?: Error): void;
  /** The current object, then every newer one, until the end or until the signal is aborted. */
  updates(signal?: AbortSignal): AsyncGenerator<VerificationObject, void, undefined>;
}

/** @param onApplied called with every applied object, changed or not */
export function createMirror(first: VerificationObject, onApplied: Listener): Mirror {
  const listeners = new Set<Listener>();
  const enders = new Set<() => void>();
  let current = first;
  let ended: { readonly error: Error | undefined } | undefined;

  const onChange = (listener: Listener): (() => void) => {
    const own: Listener = (verification) => listener(verification);
    listeners.add(own);
    return () => void listeners.delete(own);
  };

  return {
    get current() {
      return current;
    },
    apply(value) {
      const taken = toVerification(value);
      if (taken?.request_id !== current.request_id || isStale(taken, current)) return;
      if (JSON.stringify(taken) !== JSON.stringify(current)) {
        current = taken;
        for (const listener of listeners) tell(listener, taken);
      }
      onApplied(taken);
    },
    onChange,
    end(error) {
      ended ??= { error };
      for (const ender of enders) ender();
    },
    updates(signal) {
      const queue = [current];
      let wake = (): void => undefined;
      const unlisten = onChange((verification) => {
        queue.push(verification);
        wake();
      });
      const wakeUp = (): void => wake();
      enders.add(wakeUp);
      const release = onAbort(signal, wakeUp);

      async function* generate(): AsyncGenerator<VerificationObject, void, undefined> {
        try {
          while (!signal?.aborted) {
            const next = queue.shift();
            if (next) yield next;
            else if (ended) break;
            else await new Promise<void>((resolve) => (wake = resolve));
          }
          if (ended?.error && !signal?.aborted) throw ended.error;
        } finally {
          unlisten();
          enders.delete(wakeUp);
          release();
        }
      }
      return generate();
    },
  };
}

/**
 * Reports a listener's exception as `EventTarget` does: other listeners still run, and the error is
 * not swallowed.
 */
function tell(listener: Listener, verification: VerificationObject): void {
  try {
    listener(verification);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

/**
 * Stale: (`seq`, `updated_at`) is lower, or equal with a channel that is earlier in the workflow.
 * The clock moves a verification on without increasing `seq`, and answers may overtake each other.
 */
function isStale(taken: VerificationObject, current: VerificationObject): boolean {
  if (taken.seq !== current.seq) return taken.seq < current.seq;
  const elapsedMs = Date.parse(taken.updated_at) - Date.parse(current.updated_at);
  return elapsedMs === 0 ? place(taken) < place(current) : elapsedMs < 0;
}

function place({ workflow, channel }: VerificationObject): number {
  return workflow.findIndex((step) => step.channel === channel);
}
