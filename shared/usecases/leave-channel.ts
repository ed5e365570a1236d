/** The app wants the next channel: after an error of the handset, or because its user asks for it. */

import { Problem } from '../domain/errors.ts';
import type { ChannelLeft } from '../domain/events.ts';
import type { Budget, ClientToken, Entry, Vonage } from '../domain/ports.ts';
import { channelToLeave } from '../domain/steps.ts';
import { fold, isFinal, type Verification } from '../domain/verification.ts';
import { type Channel, type LeaveError, REJECTION_WAIT_MS } from '../domain/workflow.ts';
import { type AnnouncePorts, announce, foldNow, settle } from './announce.ts';
import { ownEntry } from './read-status.ts';
import { providerUnavailable, tooManyEvents, unauthorized } from './refusals.ts';

export interface LeaveRequest {
  /** The channel to leave; absent: the one that runs now, unless it has just begun. */
  readonly from?: Channel;
  readonly error?: LeaveError;
}

export type LeavePorts = AnnouncePorts & { readonly vonage: Pick<Vonage, 'next' | 'cancel'> };

/**
 * Leaves `from` if it still runs. Safe to repeat: a channel that was left, or lost a race, is not
 * left again, and Vonage is asked once. Only when Vonage certainly refused may it be left anew.
 */
export async function leaveChannel(
  token: ClientToken,
  request: LeaveRequest,
  ports: LeavePorts,
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
  error: LeaveError | undefined,
  ports: LeavePorts,
): Promise<Channel> {
  const { facts, verification } = foldNow(await ownEntry(token, ports), ports.clock);
  const isOfHandset = error !== undefined && error !== 'user_choice' && error !== 'other';
  if (isOfHandset && facts.started.workflow.includes('silent_auth')) return 'silent_auth';
  return channelToLeave(facts, ports.clock.now()) ?? verification.channel;
}

/**
 * The carrier answered, so Vonage knows and will report it itself. Only when it has not after 5 s may
 * a second report move on; until then the verification is the answer.
 */
async function reportRejection(
  token: ClientToken,
  ports: LeavePorts,
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
  error: LeaveError | null,
  attempt: number,
  ports: LeavePorts,
): Promise<{ readonly entry: Entry; readonly event?: ChannelLeft }> {
  const { log, clock } = ports;
  const event: ChannelLeft = { type: 'channel_left', atMs: clock.now(), channel, error, attempt };
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
  const again: ChannelLeft = { ...event, attempt: attempt + 1 };
  return counts({ ...entry, events: [...entry.events, again] }, again)
    ? append(token, channel, error, again.attempt, ports)
    : { entry };
}

/** Whether the channel is left by the last event of the log. */
function counts({ requestId, events }: Entry, { channel, attempt, atMs }: ChannelLeft): boolean {
  return fold(requestId, events, atMs)?.facts.left.get(channel)?.attempt === attempt;
}

/** Nothing was left: the channel does not run any more, or there is nowhere to go. */
function answerWithout(entry: Entry, channel: Channel, { clock }: LeavePorts): Verification {
  const { verification } = foldNow(entry, clock);
  const isLast = verification.workflow.at(-1)?.channel === channel;
  if (!isFinal(verification) && isLast && verification.channel === channel) {
    throw new Problem('no_next_channel', 'the running channel is the last one', { verification });
  }
  return verification;
}

async function moveOn(
  entry: Entry,
  { channel, attempt }: ChannelLeft,
  ports: LeavePorts,
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
    type: 'leave_refused',
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
