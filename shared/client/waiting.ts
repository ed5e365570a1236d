/** Waits that can be aborted, and the wait after a failure. */

import type { Environment } from './environment.ts';

/** Throws the reason of the signal when it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal);
}

/** React Native's signals have no reason. */
export function abortReason({ reason }: AbortSignal): unknown {
  return reason ?? Object.assign(new Error('the call was aborted'), { name: 'AbortError' });
}

export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      release();
      resolve();
    }, ms);
    const release = onAbort(signal, () => {
      clearTimeout(timer);
      if (signal) reject(abortReason(signal));
    });
  });
}

/** The promise, or the signal's reason as soon as it is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(abortReason(signal)));
    promise.then(resolve, reject).finally(release);
  });
}

/**
 * Calls `task` when the signal is, or already was, aborted; returns a function that unsubscribes.
 */
export function onAbort(signal: AbortSignal | undefined, task: () => void): () => void {
  if (signal?.aborted) task();
  signal?.addEventListener('abort', task);
  return () => signal?.removeEventListener('abort', task);
}

/**
 * Milliseconds to wait: doubles with every failure. The upper half is random, so that phones do not
 * retry at the same moment.
 */
export function backoffMs(failures: number, { timing }: Environment): number {
  const whole = Math.min(timing.maxBackoffMs, timing.backoffMs * 2 ** Math.max(0, failures - 1));
  return whole / 2 + (whole / 2) * Math.random();
}
