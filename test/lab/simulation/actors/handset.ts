/** What an app knows of one verification: the newest object, and a bell for every change. */

import type { VerificationObject } from '../../../../shared/contract/verification-object.ts';
import type { Scheduler } from '../scheduler.ts';

export interface Handset {
  /** Takes an object from an answer, a push or a snapshot; older ones are dropped. */
  readonly take: (body: unknown) => void;
  readonly seen: () => VerificationObject | undefined;
  /** Until something changed, at most that long. */
  readonly wait: (delayMs: number) => Promise<void>;
}

const FINAL = new Set([
  'completed',
  'failed',
  'user_rejected',
  'expired',
  'blocked',
  'cancelled',
  'aborted',
]);

export function createHandset(scheduler: Scheduler): Handset {
  let newest: VerificationObject | undefined;
  let ring = (): void => {};
  return {
    seen: () => newest,
    take: (body) => {
      const object = objectIn(body);
      if (!object || (newest && isOlder(object, newest))) return;
      newest = object;
      ring();
    },
    wait: (delayMs) =>
      new Promise((resolve) => {
        ring = resolve;
        scheduler.after(delayMs, resolve);
      }),
  };
}

export function isEnd(object: VerificationObject | undefined): boolean {
  return object !== undefined && FINAL.has(object.status);
}

/** The verification in an answer, a problem or a message. */
export function objectIn(body: unknown): VerificationObject | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const object: unknown = Reflect.get(body, 'verification');
  return typeof object === 'object' && object !== null && 'seq' in object
    ? (object as VerificationObject)
    : undefined;
}

function isOlder(object: VerificationObject, newest: VerificationObject): boolean {
  if (object.request_id !== newest.request_id) return true;
  if (object.seq !== newest.seq) return object.seq < newest.seq;
  return object.updated_at < newest.updated_at;
}
