/** Recognises a start that is recorded everywhere but in its idempotency record. */

import { fold } from '../../domain/fold.ts';
import type { IdempotencyClaim } from '../../domain/ports/idempotency-records.ts';
import { isOwnedBy } from '../../domain/ports/verification-log.ts';
import { scheduleWakeUp } from '../schedule-wake-up.ts';
import type { FirstLock } from './lock-phone-number.ts';
import type { StartNeeds } from './start-context.ts';

/**
 * Returns the missing record, after writing it, when a lost start meets the live verification of
 * its own earlier try. Only the token, which is derived from the idempotency key, proves that it is
 * its own (S7b). That try has not measured its start, and its message to the clock may be lost.
 */
export async function findOwnLive(
  { key, lock, start }: FirstLock,
  nowMs: number,
  needs: StartNeeds,
): Promise<IdempotencyClaim | undefined> {
  if (key.outcome !== 'takeover' || lock.outcome !== 'live') return undefined;
  const { requestId } = lock;
  const { idempotencyKey, tokenKeyId } = start;
  const [entry, { hash }] = await Promise.all([
    needs.log.find(requestId),
    needs.tokens.derive(requestId, idempotencyKey, tokenKeyId),
  ]);
  const folded = entry && fold(requestId, entry.events, nowMs);
  if (!folded || !isOwnedBy(entry, { requestId, hash })) return undefined;
  await Promise.all([
    needs.idempotencyRecords.record(start, requestId, nowMs),
    scheduleWakeUp(requestId, folded.facts, nowMs, needs),
  ]);
  needs.telemetry.measure({ name: 'Started' });
  return { outcome: 'started', requestId, tokenKeyId, recordedAtMs: nowMs };
}
