/** The facts that a log holds: everything that decisions and views are made from. */

import type {
  ChannelSkipped,
  CheckOutcome,
  CodeKind,
  Ended,
  LetGo,
  Started,
  Summarized,
} from './events.ts';
import type { FinalStatus } from './verification.ts';
import { type Channel, deadlineMs, type NegativeOutcome } from './workflow.ts';

/** A code that the app submitted, and its outcome at Vonage. */
export interface Attempt {
  readonly id: string;
  readonly kind: CodeKind;
  /** Whether the code may be sent to Vonage; decided once, at its place in the log. */
  readonly admitted: boolean;
  readonly submittedAtMs: number;
  readonly outcome: CheckOutcome | 'open';
  readonly checkedAtMs?: number;
}

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
  /**
   * Vonage said completed while a code of ours was with it or accepted; the channel, if it was
   * named.
   */
  readonly proof?: { readonly channel?: Channel };
  /** Our own end, and the channel that was running then. */
  readonly ended?: { readonly by: Ended['type']; readonly channel?: Channel };
  /** Vonage has said that it is over there: a summary, the end of the last channel, or completed. */
  readonly isOverAtVonage: boolean;
  /** When Vonage was asked to let go, by occasion. */
  readonly letGoAtMs: ReadonlyMap<LetGo['n'], number>;
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
    isOverAtVonage: false,
    letGoAtMs: new Map(),
    verified: { phoneNumber: false, email: false },
    atMs: started.atMs,
  };
}

export function expiresAtMs({ started }: Pick<Facts, 'started'>): number {
  return deadlineMs(started.atMs, started.workflow, started.channelTimeoutSeconds);
}

/** After the deadline no action of a client counts; only `deadline` is missing. */
export function isInTime(facts: Pick<Facts, 'started' | 'atMs'>): boolean {
  return facts.atMs < expiresAtMs(facts);
}

/** Unfinished although its time is over: the caller has to append `deadline`. */
export function isOverdue(facts: Facts, nowMs: number): boolean {
  return !facts.final && nowMs >= expiresAtMs(facts);
}
