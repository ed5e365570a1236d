/** Stores a created verification: the log first, then lock and idempotency record. */

import type { Started } from '../../domain/events.ts';
import { deadlineMs } from '../../domain/workflow.ts';
import { measureStart } from '../measure-change.ts';
import { providerUnavailable } from '../refusals.ts';
import { type Created, isOfNumber, requestedFrom } from './ask-vonage.ts';
import type { Claimed } from './claimed.ts';
import { leaveUnresolved } from './give-back.ts';
import type { StartContext } from './start-context.ts';
import {
  type StartedVerification,
  toStarted,
  verificationOf,
  wakeUpAfterStart,
} from './started-verification.ts';

/**
 * After Vonage's answer only our own stores can fail, and a repeat of the start repairs that. An
 * adopted verification may belong to another start. So its log is written first: the result decides
 * whether lock and idempotency record may name it, and whether the clock needs a message for it.
 */
export async function recordStart(
  created: Created,
  claimed: Claimed,
  context: StartContext,
): Promise<StartedVerification> {
  const { log, tokens, clock, telemetry } = context.needs;
  const { requestId, isAdopted } = created;
  const { idempotencyKey, tokenKeyId } = claimed.start;
  const { token, hash } = await tokens.derive(requestId, idempotencyKey, tokenKeyId);
  const started = await toStarted(created, context);
  const nowMs = clock.now();
  const recordNow = () => recordProtection({ created, started }, claimed, context);
  const wakeUp = () => wakeUpAfterStart(requestId, started, context);
  const writes = isAdopted ? [] : [recordNow(), wakeUp()];
  const [appended] = await Promise.all([log.append(requestId, started, hash), ...writes]);
  if (appended.outcome === 'unauthorized' || appended.outcome === 'full') {
    // Another start owns this verification: no part of it may be revealed (S7b).
    await leaveUnresolved(claimed, context);
    throw providerUnavailable();
  }
  if (isAdopted) {
    const isUnknown = appended.outcome === 'appended';
    await Promise.all([recordNow(), ...(isUnknown ? [wakeUp()] : [])]);
  }
  const verification = verificationOf(appended.entry, nowMs);
  measureStart(verification, telemetry);
  const { country } = context.plan;
  return { clientToken: token, verification, ...(country !== undefined && { country }) };
}

interface Recorded {
  readonly created: Created;
  readonly started: Started;
}

async function recordProtection(
  { created: { requestId, silentAuthSkipped }, started }: Recorded,
  { start }: Claimed,
  { request, plan, needs }: StartContext,
): Promise<void> {
  const { locks, idempotencyRecords, clock } = needs;
  const { phoneNumber, idempotencyKey } = request;
  const { atMs, workflow, channelTimeoutSeconds } = started;
  const liveUntilMs = deadlineMs(atMs, workflow, channelTimeoutSeconds);
  // Vonage has one request in flight for a number, but others may have begun with an e-mail.
  const isAlone = isOfNumber(requestedFrom(plan, silentAuthSkipped));
  const live = { requestId, liveUntilMs, isAlone };
  const writes = [locks.record({ phoneNumber, owner: start.owner }, live)];
  if (idempotencyKey !== undefined) {
    writes.push(idempotencyRecords.record(start, requestId, clock.now()));
  }
  await Promise.all(writes);
}
