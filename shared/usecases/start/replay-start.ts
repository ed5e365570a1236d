/** The answer to a repeat of a recorded start. */

import { Problem } from '../../domain/errors.ts';
import { isOverdue } from '../../domain/facts.ts';
import { fold } from '../../domain/fold.ts';
import { type Entry, isOwnedBy } from '../../domain/ports/verification-log.ts';
import { isFinal } from '../../domain/verification.ts';
import { appendDeadline } from '../append-deadline.ts';
import { measureStart } from '../measure-change.ts';
import { providerUnavailable, startInProgress } from '../refusals.ts';
import type { Replay } from './claim-start.ts';
import type { StartContext } from './start-context.ts';
import {
  type StartedVerification,
  toStarted,
  verificationOf,
  wakeUpAfterStart,
} from './started-verification.ts';

/** Upper bound for all writes of one start, with retries, in milliseconds. */
const WRITTEN_WITHIN_MS = 10_000;

/**
 * Answers a repeat with the same request_id and token and the current verification, without a call
 * to Vonage. After the end of the verification a repeat is refused, so that a stolen key yields no
 * token (T20).
 */
export async function replayStart(
  { requestId, tokenKeyId, recordedAtMs }: Replay,
  context: StartContext,
): Promise<StartedVerification> {
  const { log, tokens, clock } = context.needs;
  const nowMs = clock.now();
  const key = context.request.idempotencyKey ?? '';
  const { token, hash } = await tokens.derive(requestId, key, tokenKeyId);
  let entry = await log.find(requestId);
  if (!entry?.events.some(({ type }) => type === 'started')) {
    if (nowMs < recordedAtMs + WRITTEN_WITHIN_MS) throw startInProgress(nowMs, nowMs);
    entry = await appendLostStart({ requestId, hash }, context);
  }
  // Another start may have adopted it while this one was writing: no part of it is revealed (S7b).
  if (!isOwnedBy(entry, { requestId, hash })) throw providerUnavailable();
  const facts = fold(requestId, entry.events, nowMs)?.facts;
  if (facts && isOverdue(facts, nowMs)) {
    ({ entry } = await appendDeadline({ entry, atMs: nowMs }, context.needs));
  }
  const verification = verificationOf(entry, nowMs);
  if (isFinal(verification)) {
    throw new Problem('verification_closed', 'the verification of this start has ended');
  }
  return { clientToken: token, verification };
}

/**
 * The idempotency record names the verification, but `started` was never stored. It is built again
 * from the same body.
 */
async function appendLostStart(
  { requestId, hash }: { readonly requestId: string; readonly hash: Uint8Array },
  context: StartContext,
): Promise<Entry> {
  const started = await toStarted({ silentAuthSkipped: false, isAdopted: true }, context);
  const appended = await context.needs.log.append(requestId, started, hash);
  if (appended.outcome === 'unauthorized' || appended.outcome === 'full') {
    throw providerUnavailable();
  }
  if (appended.outcome === 'appended') {
    measureStart(verificationOf(appended.entry, started.atMs), context.needs.telemetry);
    await wakeUpAfterStart(requestId, started, context);
  }
  return appended.entry;
}
