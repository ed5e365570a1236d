/** What an app knows of one verification: the newest object, and a bell for every change. */

import type { VerificationObject } from '../../../../shared/contract/verification-object.ts';
import { get, isObject } from '../checker/objects.ts';
import type { Scheduler } from '../scheduler.ts';

export interface Handset {
  /** Takes an object from an answer, a push or a snapshot; older ones are dropped. */
  readonly take: (body: unknown) => void;
  readonly seen: () => VerificationObject | undefined;
  readonly hasEnded: () => boolean;
  /** Until something changed, at most that long. */
  readonly wait: (delayMs: number) => Promise<void>;
}

export function createHandset(scheduler: Scheduler): Handset {
  let newest: VerificationObject | undefined;
  let ring = (): void => {};
  return {
    seen: () => newest,
    hasEnded: () => typeof newest?.ended_at === 'string',
    take: (body) => {
      const object = get(body, 'verification');
      if (!isVerification(object) || (newest && isOlder(object, newest))) return;
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

function isVerification(value: unknown): value is VerificationObject {
  return isObject(value) && 'seq' in value;
}

function isOlder(object: VerificationObject, newest: VerificationObject): boolean {
  if (object.request_id !== newest.request_id) return true;
  if (object.seq !== newest.seq) return object.seq < newest.seq;
  return object.updated_at < newest.updated_at;
}
