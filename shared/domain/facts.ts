/** The facts of a log: the input of decisions and views. */

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
  /** The newest check_url that arrived while silent_auth was running. */
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
   * Vonage reported `completed` while it was checking a submitted code or had accepted one; with
   * the channel, if Vonage named it.
   */
  readonly proof?: { readonly channel?: Channel };
  /** Our own end, and the channel that was running at that moment. */
  readonly ended?: { readonly by: Ended['type']; readonly channel?: Channel };
  /** Vonage has reported the end: a summary, the end of the last channel, or `completed`. */
  readonly isOverAtVonage: boolean;
  /** Times of the DELETE calls at Vonage, by occasion. */
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

/** After the deadline a client's actions no longer count, even before `deadline` is appended. */
export function isInTime(facts: Pick<Facts, 'started' | 'atMs'>): boolean {
  return facts.atMs < expiresAtMs(facts);
}

/** Past the deadline and not final: the caller must append `deadline`. */
export function isOverdue(facts: Facts, nowMs: number): boolean {
  return !facts.final && nowMs >= expiresAtMs(facts);
}
