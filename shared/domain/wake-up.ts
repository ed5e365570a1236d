/** When the clock must check a verification next, in case no event arrives before. */

import { expiresAtMs, type Facts } from './facts.ts';
import { isHeldAtVonage, letGoFromMs } from './letting-go.ts';
import { stepsAt } from './steps.ts';

/** Time that Vonage's own webhook about a step gets before the clock checks. */
const MARGIN_MS = 2_000;
/** A repeated DELETE waits this long after Vonage should accept it, because clocks differ. */
const CANCEL_MARGIN_MS = 1_000;

export interface WakeUp {
  /** Index of the running step; of the last one when none runs. */
  readonly step: number;
  readonly atMs: number;
}

/**
 * The end of the running step, or the deadline. After an end of our own: the moment at which we
 * may send a DELETE that Vonage accepts, unless it has passed. `undefined` when nothing is left to
 * do.
 */
export function nextWakeUp(facts: Facts, nowMs: number): WakeUp | undefined {
  const steps = stepsAt(facts, nowMs);
  const running = steps.find((each) => each.state === 'running');
  const step = running ? steps.indexOf(running) : steps.length - 1;
  if (facts.final) {
    const atMs = letGoFromMs(facts) + CANCEL_MARGIN_MS;
    return isHeldAtVonage(facts) && nowMs < atMs ? { step, atMs } : undefined;
  }
  const isLast = step === steps.length - 1;
  const endsAtMs = running && !isLast ? running.endsAtMs : expiresAtMs(facts);
  return { step, atMs: endsAtMs + MARGIN_MS };
}

/** When the clock should append the deadline. */
export function dueAtMs(facts: Facts): number {
  return expiresAtMs(facts) + MARGIN_MS;
}
