/** Which of two objects of a verification counts. */

import type { VerificationObject } from '../../../shared/contract/verification-object.ts';

export function isEnded({ ended_at: endedAt }: VerificationObject): boolean {
  return endedAt !== null;
}

export function isOlder(one: VerificationObject, other: VerificationObject): boolean {
  return one.seq === other.seq ? one.updated_at < other.updated_at : one.seq < other.seq;
}
