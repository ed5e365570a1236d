/** Which of two objects of a verification counts. */

import type { VerificationObject } from '../../../shared/contract/verification-object.ts';

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
