/** The facts that a log holds, collected event by event before anything is judged. */

import { type Attempt, hasLiveAttempt, toAttempt, withCheck } from './attempts.ts';
import {
  type ChannelSkipped,
  type Ended,
  isNegative,
  type Started,
  type Summarized,
  type VerificationEvent,
} from './events.ts';
import { runningChannel } from './steps.ts';
import type { FinalStatus } from './verification.ts';
import { type Channel, deadlineMs, type NegativeOutcome } from './workflow.ts';

export interface Facts {
  readonly started: Started;
  /** The newest check_url that came while silent_auth was running. */
  readonly checkUrl?: string;
  /** The first negative end that Vonage reported of each channel. */
  readonly outcomes: ReadonlyMap<
    Channel,
    { readonly outcome: NegativeOutcome; readonly atMs: number }
  >;
  readonly attempts: readonly Attempt[];
  /** The first `channel_skipped` of each channel that counted and was not refused by Vonage. */
  readonly skipped: ReadonlyMap<Channel, ChannelSkipped>;
  readonly rejectionReportedAtMs?: number;
  /** The first summary that is not `completed`. */
  readonly summary?: Summarized;
  /** Vonage said completed while a code of ours was with it or accepted; the channel, if it was named. */
  readonly proof?: { readonly channel?: Channel };
  /** Our own end, and the channel that was running then. */
  readonly ended?: { readonly by: Ended['type']; readonly channel?: Channel };
  readonly final?: { readonly status: FinalStatus; readonly atMs: number };
  readonly verified: { readonly phoneNumber: boolean; readonly email: boolean };
  /** The time of the newest event. */
  readonly atMs: number;
}

export function noFacts(started: Started): Facts {
  return {
    started,
    outcomes: new Map(),
    attempts: [],
    skipped: new Map(),
    verified: { phoneNumber: false, email: false },
    atMs: started.atMs,
  };
}

/** Adds what `event` says. Facts are kept even after the end: they complete reason and workflow. */
export function collect(before: Facts, event: VerificationEvent): Facts {
  const facts: Facts = { ...before, atMs: event.atMs };
  switch (event.type) {
    case 'started':
      return event.checkUrl === undefined ? facts : { ...facts, checkUrl: event.checkUrl };
    case 'check_url_issued':
      return runs(facts, 'silent_auth') ? { ...facts, checkUrl: event.checkUrl } : facts;
    case 'channel_ended':
      return isNegative(event.outcome)
        ? withOutcome(facts, event.channel, event.outcome)
        : withProof(facts, event.channel);
    case 'summarized':
      return withSummary(facts, event);
    case 'code_submitted':
      return { ...facts, attempts: [...facts.attempts, toAttempt(facts, event)] };
    case 'code_checked':
      return { ...facts, attempts: withCheck(facts.attempts, event) };
    case 'rejection_reported':
      return runs(facts, 'silent_auth') && facts.rejectionReportedAtMs === undefined
        ? { ...facts, rejectionReportedAtMs: event.atMs }
        : facts;
    case 'channel_skipped':
      return runs(facts, event.channel) && canSkip(facts, event)
        ? { ...facts, skipped: new Map(facts.skipped).set(event.channel, event) }
        : facts;
    case 'skip_refused':
      return withoutSkip(facts, event.channel, event.attempt);
    case 'aborted':
      return runs(facts, 'silent_auth') ? withEnd(facts, event.type) : facts;
    case 'cancelled':
      return isInTime(facts) ? withEnd(facts, event.type) : facts;
    case 'deadline':
      return withEnd(facts, event.type);
    default:
      return facts;
  }
}

/** Whether leaving this channel leads anywhere: to the next one, or, after a handset error, to the end. */
function canSkip({ started }: Facts, { channel, error }: ChannelSkipped): boolean {
  return started.workflow.at(-1) !== channel || (channel === 'silent_auth' && error !== null);
}

function runs(facts: Facts, channel: Channel): boolean {
  return !facts.final && isInTime(facts) && runningChannel(facts, facts.atMs) === channel;
}

/** After the deadline nothing that a client does counts any more; only `deadline` is missing. */
export function isInTime({ started, atMs }: Pick<Facts, 'started' | 'atMs'>): boolean {
  return atMs < deadlineMs(started.atMs, started.workflow, started.channelTimeoutSeconds);
}

function withEnd(facts: Facts, by: Ended['type']): Facts {
  if (facts.final) return facts;
  const channel = runningChannel(facts, facts.atMs);
  return { ...facts, ended: { by, ...(channel && { channel }) } };
}

function withOutcome(facts: Facts, channel: Channel, outcome: NegativeOutcome): Facts {
  if (facts.outcomes.has(channel) || !facts.started.workflow.includes(channel)) return facts;
  return {
    ...facts,
    outcomes: new Map(facts.outcomes).set(channel, { outcome, atMs: facts.atMs }),
  };
}

/** Counts only while a code of the token's holder is with Vonage or was accepted: T1, S1. */
function withProof(facts: Facts, channel?: Channel): Facts {
  if (facts.proof?.channel !== undefined || !hasLiveAttempt(facts)) return facts;
  if (channel !== undefined && !facts.started.workflow.includes(channel)) return facts;
  return { ...facts, proof: channel === undefined ? (facts.proof ?? {}) : { channel } };
}

function withSummary(before: Facts, event: Summarized): Facts {
  const facts = event.outcomes.reduce(
    (known, { channel, outcome }) =>
      isNegative(outcome) ? withOutcome(known, channel, outcome) : known,
    before,
  );
  if (event.status === 'completed') {
    return withProof(facts, event.outcomes.find(({ outcome }) => outcome === 'completed')?.channel);
  }
  return facts.summary ? facts : { ...facts, summary: event };
}

function withoutSkip(facts: Facts, channel: Channel, attempt: number): Facts {
  if (facts.final || facts.skipped.get(channel)?.attempt !== attempt) return facts;
  const skipped = new Map(facts.skipped);
  skipped.delete(channel);
  return { ...facts, skipped };
}
