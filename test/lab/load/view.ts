/** What one phone knows of its verification, from answers, snapshots and pushes alike. */

import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import type { Tally } from './tally.ts';

export interface View {
  readonly current: () => VerificationObject | undefined;
  /** Keeps the object unless a newer one is known. */
  readonly offer: (offered: VerificationObject) => void;
  /** Settles at the next change, or after `timeoutMs`. */
  readonly change: (timeoutMs: number) => Promise<void>;
}

export function createView(tally: Tally): View {
  let current: VerificationObject | undefined;
  let waiting: (() => void)[] = [];
  return {
    current: () => current,
    offer(offered) {
      if (current && isEnded(current) && isEnded(offered) && offered.status !== current.status) {
        tally.violate(`${current.status} became ${offered.status}`);
      }
      if (current && isOlder(offered, current)) return;
      current = offered;
      for (const settle of waiting) settle();
      waiting = [];
    },
    change: (timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

export function isEnded({ ended_at: completedAt, status }: VerificationObject): boolean {
  return completedAt !== null || ENDS.has(status);
}

const ENDS: ReadonlySet<string> = new Set([
  'completed',
  'failed',
  'user_rejected',
  'expired',
  'blocked',
  'cancelled',
  'aborted',
] satisfies VerificationObject['status'][]);

export function isOlder(one: VerificationObject, other: VerificationObject): boolean {
  return one.seq === other.seq ? one.updated_at < other.updated_at : one.seq < other.seq;
}
