/** Reads the current verification for a client. */

import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { Verification } from '../domain/verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { notifyOfEndAgain } from './notify-of-end.ts';
import { ownEntry } from './own-entry.ts';
import type { PublishNeeds } from './publish-change.ts';
import { toRecorded } from './recorded.ts';

/**
 * Reads once, and expires the verification if it is overdue. Unknown, foreign and malformed tokens
 * are refused alike.
 */
export async function readStatus(token: ClientToken, needs: PublishNeeds): Promise<Verification> {
  const read = toRecorded(await ownEntry(token, needs), needs.clock.now());
  const current = await expireIfOverdue(read, needs);
  await notifyOfEndAgain(current, needs);
  return current.folded.verification;
}
