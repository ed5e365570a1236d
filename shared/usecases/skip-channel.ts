/** The app wants the next channel: after an error of the handset, or because its user asks for it. */

import { Problem } from '../domain/errors.ts';
import type { ChannelSkipped } from '../domain/events.ts';
import { fold } from '../domain/fold.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken, Entry } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import { channelToSkip } from '../domain/steps.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { type Channel, REJECTION_WAIT_MS, type SkipError } from '../domain/workflow.ts';
import { announce, foldNow, type PublishNeeds, settle } from './announce.ts';
import { ownEntry } from './read-status.ts';
import { providerUnavailable, tooManyEvents, unauthorized } from './refusals.ts';

export interface SkipRequest {
  /** The channel to leave; absent: the one that runs now, unless it has just begun. */
  readonly from?: Channel;
  readonly error?: SkipError;
}

export type SkipChannelNeeds = PublishNeeds & { readonly vonage: Pick<Vonage, 'next' | 'cancel'> };

/**
 * Leaves `from` if it still runs. Safe to repeat: a channel that was left, or lost a race, is not
 * left again, and Vonage is asked once. Only when Vonage certainly refused may it be left anew.
 */
export async function skipChannel(
  token: ClientToken,
  request: SkipRequest,
  ports: SkipChannelNeeds,
  budget: Budget,
): Promise<Verification> {
  const channel = request.from ?? (await meantChannel(token, request.error, ports));
  if (request.error === 'check_url_rejected' && channel === 'silent_auth') {
    const waiting = await reportRejection(token, ports);
    if (waiting) return waiting;
  }
  const left = await append(token, channel, request.error ?? null, 1, ports);
  if (!left.event) return answerWithout(await settle(left.entry, ports), channel, ports);
  return moveOn(left.entry, left.event, ports, budget);
}

/** Errors of the handset can only be about silent_auth. */
async function meantChannel(
  token: ClientToken,
  error: SkipError | undefined,
  ports: SkipChannelNeeds,
): Promise<Channel> {
  const { facts, verification } = foldNow(await ownEntry(token, ports), ports.clock);
  const isOfHandset = error !== undefined && error !== 'user_choice' && error !== 'other';
  if (isOfHandset && facts.started.workflow.includes('silent_auth')) return 'silent_auth';
  return channelToSkip(facts, ports.clock.now()) ?? verification.channel;
}

/**
 * The carrier answered, so Vonage knows and will report it itself. Only when it has not after 5 s may
 * a second report move on; until then the verification is the answer.
 */
async function reportRejection(
  token: ClientToken,
  ports: SkipChannelNeeds,
): Promise<Verification | undefined> {
  const { log, clock } = ports;
  const event = { type: 'rejection_reported', atMs: clock.now() } as const;
  const appended = await log.append(token.requestId, event, token.hash);
  if (appended.outcome === 'unauthorized') throw unauthorized();
  if (appended.outcome === 'appended') {
    await announce(appended.entry, ports);
    return foldNow(await settle(appended.entry, ports), clock).verification;
  }
  const { facts, verification } = foldNow(appended.entry, clock);
  const reportedAtMs = facts.rejectionReportedAtMs ?? Number.NEGATIVE_INFINITY;
  return clock.now() < reportedAtMs + REJECTION_WAIT_MS ? verification : undefined;
}

/**
 * Writes that the channel is left. Without an `event` in the answer nothing was left by it. Only what
 * would count is written once more, so that repeats do not fill the log.
 */
async function append(
  token: ClientToken,
  channel: Channel,
  error: SkipError | null,
  attempt: number,
  ports: SkipChannelNeeds,
): Promise<{ readonly entry: Entry; readonly event?: ChannelSkipped }> {
  const { log, clock } = ports;
  const event: ChannelSkipped = {
    type: 'channel_skipped',
    atMs: clock.now(),
    channel,
    error,
    attempt,
  };
  const appended = await log.append(token.requestId, event, token.hash);
  if (appended.outcome === 'unauthorized') throw unauthorized();
  const { entry } = appended;
  if (appended.outcome === 'full') {
    const { verification } = foldNow(await settle(entry, ports), clock);
    if (!isFinal(verification)) throw tooManyEvents(verification, clock.now());
    return { entry };
  }
  if (appended.outcome === 'appended') return counts(entry, event) ? { entry, event } : { entry };
  // It was said before: without effect, because the channel did not run yet, or Vonage refused.
  const again: ChannelSkipped = { ...event, attempt: attempt + 1 };
  return counts({ ...entry, events: [...entry.events, again] }, again)
    ? append(token, channel, error, again.attempt, ports)
    : { entry };
}

/** Whether the channel is left by the last event of the log. */
function counts({ requestId, events }: Entry, { channel, attempt, atMs }: ChannelSkipped): boolean {
  return fold(requestId, events, atMs)?.facts.skipped.get(channel)?.attempt === attempt;
}

/** Nothing was left: the channel does not run any more, or there is nowhere to go. */
function answerWithout(entry: Entry, channel: Channel, { clock }: SkipChannelNeeds): Verification {
  const { verification } = foldNow(entry, clock);
  const isLast = verification.workflow.at(-1)?.channel === channel;
  if (!isFinal(verification) && isLast && verification.channel === channel) {
    throw new Problem('no_next_channel', 'the running channel is the last one', { verification });
  }
  return verification;
}

async function moveOn(
  entry: Entry,
  { channel, attempt }: ChannelSkipped,
  ports: SkipChannelNeeds,
  budget: Budget,
): Promise<Verification> {
  const { log, vonage, clock } = ports;
  const { requestId } = entry;
  if (fold(requestId, entry.events, clock.now())?.facts.final) {
    const [verification] = await Promise.all([
      announce(entry, ports),
      vonage.cancel(requestId, budget),
    ]);
    return verification;
  }
  if ((await vonage.next(requestId, budget)) !== 'refused') return announce(entry, ports);
  const refused = await log.append(requestId, {
    type: 'skip_refused',
    atMs: clock.now(),
    channel,
    attempt,
  });
  const verification = await announce(
    refused.outcome === 'unauthorized' ? entry : refused.entry,
    ports,
  );
  throw providerUnavailable(verification);
}
