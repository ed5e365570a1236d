/**
 * What each event adds to the facts, as a table: the event, when it counts, what it changes. Facts
 * are kept after the end too, because they complete reason and workflow. An event that does not
 * count changes nothing.
 */

import { hasLiveAttempt, toAttempt, withCheck } from './attempts.ts';
import {
  type ChannelEnded,
  type ChannelSkipped,
  type Ended,
  isNegative,
  type Summarized,
  type VerificationEvent,
} from './events.ts';
import { type Facts, isInTime } from './facts.ts';
import { runningChannel } from './steps.ts';
import type { Channel, NegativeOutcome } from './workflow.ts';

type EventType = VerificationEvent['type'];
type EventOf<T extends EventType> = Extract<VerificationEvent, { readonly type: T }>;
type Transition<E> = (facts: Facts, event: E) => Facts;

const TRANSITIONS: { readonly [T in EventType]: Transition<EventOf<T>> } = {
  started: withCheckUrl,
  check_url_issued: when(runsSilentAuth, withCheckUrl),
  channel_ended: withChannelEnd,
  summarized: withSummary,
  code_submitted: (facts, event) => ({
    ...facts,
    attempts: [...facts.attempts, toAttempt(facts, event)],
  }),
  code_checked: (facts, event) => ({ ...facts, attempts: withCheck(facts.attempts, event) }),
  rejection_reported: when(runsSilentAuth, (facts, { atMs }) => ({
    ...facts,
    rejectionReportedAtMs: facts.rejectionReportedAtMs ?? atMs,
  })),
  channel_skipped: when(canSkip, (facts, event) => ({
    ...facts,
    skipped: new Map(facts.skipped).set(event.channel, event),
  })),
  skip_refused: when(isOfTheSkip, (facts, { channel }) => ({
    ...facts,
    skipped: new Map([...facts.skipped].filter(([skipped]) => skipped !== channel)),
  })),
  aborted: when(runsSilentAuth, withEnd),
  cancelled: when(isInTime, withEnd),
  deadline: withEnd,
  let_go: (facts, { n, atMs }) => ({
    ...facts,
    letGoAtMs: new Map([[n, atMs], ...facts.letGoAtMs]),
  }),
  notified: (facts) => facts,
};

export function collect(before: Facts, event: VerificationEvent): Facts {
  // The row belongs to the event's own type, which TypeScript cannot follow through the table.
  const transition = TRANSITIONS[event.type] as Transition<VerificationEvent>;
  return transition({ ...before, atMs: event.atMs }, event);
}

function when<E>(
  counts: (facts: Facts, event: E) => boolean,
  transition: Transition<E>,
): Transition<E> {
  return (facts, event) => (counts(facts, event) ? transition(facts, event) : facts);
}

function runsSilentAuth(facts: Facts): boolean {
  return runs(facts, 'silent_auth');
}

function runs(facts: Facts, channel: Channel): boolean {
  return !facts.final && isInTime(facts) && runningChannel(facts, facts.atMs) === channel;
}

/**
 * The channel runs, and skipping it leads to the next one or, after a handset error, to the end.
 */
function canSkip(facts: Facts, { channel, error }: ChannelSkipped): boolean {
  const leadsOn =
    facts.started.workflow.at(-1) !== channel || (channel === 'silent_auth' && error !== null);
  return runs(facts, channel) && leadsOn;
}

/** Vonage refused this skip, not an earlier one. */
function isOfTheSkip(facts: Facts, refused: EventOf<'skip_refused'>): boolean {
  return !facts.final && facts.skipped.get(refused.channel)?.attempt === refused.attempt;
}

function withCheckUrl(facts: Facts, { checkUrl }: { readonly checkUrl?: string }): Facts {
  return checkUrl === undefined ? facts : { ...facts, checkUrl };
}

function withEnd(facts: Facts, { type: by }: Ended): Facts {
  if (facts.final) return facts;
  const channel = runningChannel(facts, facts.atMs);
  return { ...facts, ended: { by, ...(channel && { channel }) } };
}

function withChannelEnd(before: Facts, { channel, outcome }: ChannelEnded): Facts {
  const isLast = before.started.workflow.at(-1) === channel;
  const facts = isLast || !isNegative(outcome) ? { ...before, isOverAtVonage: true } : before;
  return isNegative(outcome) ? withOutcome(facts, channel, outcome) : withProof(facts, channel);
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
    { ...before, isOverAtVonage: true },
  );
  if (event.status === 'completed') {
    return withProof(facts, event.outcomes.find(({ outcome }) => outcome === 'completed')?.channel);
  }
  return facts.summary ? facts : { ...facts, summary: event };
}
