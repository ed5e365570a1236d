/**
 * Skips a channel for the app: after an error of the handset, or because the user wants another
 * channel.
 */

import { Problem } from '../domain/errors.ts';
import type { ChannelSkipped } from '../domain/events.ts';
import type { Facts } from '../domain/facts.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import type { SkipRequest } from '../domain/skip-request.ts';
import { channelToSkip } from '../domain/steps.ts';
import { collect } from '../domain/transitions.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { type Channel, REJECTION_WAIT_MS, type SkipError } from '../domain/workflow.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { ownEntry } from './own-entry.ts';
import { publishChange } from './publish-change.ts';
import { type PublishEndNeeds, publishEnd } from './publish-end.ts';
import { type Recorded, record, toRecorded, type Written } from './recorded.ts';
import { providerUnavailable, tooManyEvents } from './refusals.ts';

export type SkipChannelNeeds = PublishEndNeeds & {
  readonly vonage: Pick<Vonage, 'next' | 'cancel'>;
};

/**
 * Skips `from` if it still runs. Safe to repeat: a channel that was skipped or no longer runs is
 * not skipped again, and Vonage is asked once. Only after Vonage has certainly refused can the
 * channel be skipped again.
 */
export async function skipChannel(
  token: ClientToken,
  request: SkipRequest,
  needs: SkipChannelNeeds,
  budget: Budget,
): Promise<Verification> {
  const channel = request.from ?? (await meantChannel(token, request.error, needs));
  if (request.error === 'check_url_rejected' && channel === 'silent_auth') {
    const waiting = await reportRejection(token, needs);
    if (waiting) return waiting;
  }
  const written = await recordSkip(token, { channel, error: request.error ?? null }, 1, needs);
  return written.skip
    ? moveOn(written, written.skip, needs, budget)
    : answerWithoutSkip(await expireIfOverdue(written, needs), channel);
}

/** Errors of the handset concern silent_auth only. */
async function meantChannel(
  token: ClientToken,
  error: SkipError | undefined,
  needs: SkipChannelNeeds,
): Promise<Channel> {
  const { folded, atMs } = toRecorded(await ownEntry(token, needs), needs.clock.now());
  const { facts, verification } = folded;
  const isOfHandset = error !== undefined && error !== 'user_choice' && error !== 'other';
  if (isOfHandset && facts.started.workflow.includes('silent_auth')) return 'silent_auth';
  return channelToSkip(facts, atMs) ?? verification.channel;
}

/**
 * The carrier answered, so Vonage knows the refusal and will report it by webhook. If no webhook
 * arrives within 5 s, a second report of the app skips the channel; until then the verification is
 * returned.
 */
async function reportRejection(
  { requestId, hash }: ClientToken,
  needs: SkipChannelNeeds,
): Promise<Verification | undefined> {
  const event = { type: 'rejection_reported', atMs: needs.clock.now() } as const;
  const reported = await record(needs, requestId, event, hash);
  if (reported.outcome === 'appended') {
    await publishChange(reported, needs);
    return (await expireIfOverdue(reported, needs)).folded.verification;
  }
  const { facts, verification } = reported.folded;
  const reportedAtMs = facts.rejectionReportedAtMs ?? Number.NEGATIVE_INFINITY;
  return reported.atMs < reportedAtMs + REJECTION_WAIT_MS ? verification : undefined;
}

/**
 * Writes that the channel is skipped. Without `skip` in the result this call has skipped nothing. A
 * second event is written only if it would count, so that repeats do not fill the log.
 */
async function recordSkip(
  token: ClientToken,
  wish: Pick<ChannelSkipped, 'channel' | 'error'>,
  attempt: number,
  needs: SkipChannelNeeds,
): Promise<Written & { readonly skip?: ChannelSkipped }> {
  const atMs = needs.clock.now();
  const skip: ChannelSkipped = { type: 'channel_skipped', atMs, ...wish, attempt };
  const written = await record(needs, token.requestId, skip, token.hash);
  const { facts } = written.folded;
  switch (written.outcome) {
    case 'appended':
      return isSkippedBy(facts, skip) ? { ...written, skip } : written;
    case 'repeated': {
      // The skip is in the log without effect: the channel did not run yet, or Vonage refused.
      const again: ChannelSkipped = { ...skip, attempt: attempt + 1 };
      return isSkippedBy(collect(facts, again), again)
        ? recordSkip(token, wish, again.attempt, needs)
        : written;
    }
    default: {
      const { folded } = await expireIfOverdue(written, needs);
      if (!isFinal(folded.verification)) throw tooManyEvents(folded.verification, atMs);
      return { ...written, folded };
    }
  }
}

function isSkippedBy({ skipped }: Facts, { channel, attempt }: ChannelSkipped): boolean {
  return skipped.get(channel)?.attempt === attempt;
}

/** The answer when nothing was skipped: the channel no longer runs, or it is the last one. */
function answerWithoutSkip({ folded: { verification } }: Recorded, channel: Channel): Verification {
  const isLast = verification.workflow.at(-1)?.channel === channel;
  if (!isFinal(verification) && isLast && verification.channel === channel) {
    throw new Problem('no_next_channel', 'the running channel is the last one', { verification });
  }
  return verification;
}

async function moveOn(
  skipped: Recorded,
  { channel, attempt }: ChannelSkipped,
  needs: SkipChannelNeeds,
  budget: Budget,
): Promise<Verification> {
  const { vonage, clock } = needs;
  const { requestId } = skipped.entry;
  const { facts, verification } = skipped.folded;
  if (facts.final) {
    await publishEnd(skipped, needs, budget);
    return verification;
  }
  if ((await vonage.next(requestId, budget)) !== 'refused') {
    await publishChange(skipped, needs);
    return verification;
  }
  const event = { type: 'skip_refused', atMs: clock.now(), channel, attempt } as const;
  const refused = await record(needs, requestId, event);
  await publishChange(refused, needs);
  throw providerUnavailable(refused.folded.verification);
}
