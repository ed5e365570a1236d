/** The channels that may have delivered the right code, and what they prove. */

import { acceptedAttempt, isForSilentAuth, openAttempts } from './attempts.ts';
import { isSilentAuthRefused } from './channel-ends.ts';
import type { Attempt, Facts } from './facts.ts';
import { runningChannel } from './steps.ts';
import { type Channel, reachesPhoneNumber } from './workflow.ts';

/**
 * The channels that may have delivered the accepted code: one when Vonage named it or the code had
 * a letter, else all that are possible. While several codes are with Vonage, each may have been the
 * right one. Where channels share a code, all code channels are candidates, whichever Vonage names.
 */
export function provenChannels(facts: Facts): readonly Channel[] {
  const accepted = acceptedAttempt(facts);
  const candidates = accepted ? [accepted] : openAttempts(facts);
  const named = facts.proof?.channel;
  const isShared = named !== undefined && mayBeAnyOther(facts, candidates, named);
  if (named !== undefined && !isShared) return [named];
  return facts.started.workflow.filter(
    (channel) =>
      (isShared && channel !== 'silent_auth') ||
      candidates.some((attempt) => mayHaveCome(facts, attempt, channel)),
  );
}

/**
 * The channel to show while several are possible: the one that Vonage names, or the running one.
 */
export function completedChannel(facts: Facts): Channel | undefined {
  const proven = provenChannels(facts);
  const shown = facts.proof?.channel ?? (facts.final && runningChannel(facts, facts.final.atMs));
  return proven.find((channel) => channel === shown) ?? proven.at(-1);
}

/** What the completion proves for certain; members change from false to true only. */
export function verifiedBy(facts: Facts): Facts['verified'] {
  const proven = provenChannels(facts);
  return {
    phoneNumber:
      facts.verified.phoneNumber || (proven.length > 0 && proven.every(reachesPhoneNumber)),
    email:
      facts.verified.email || (proven.length > 0 && proven.every((channel) => channel === 'email')),
  };
}

/**
 * silent_auth has a code of its own, so only a code of digits can have come through several
 * channels.
 */
function mayBeAnyOther(facts: Facts, candidates: readonly Attempt[], named: Channel): boolean {
  if (!facts.started.sharesCode) return false;
  const isDigits = ({ kind }: Attempt): boolean => !isForSilentAuth(facts, kind);
  return named !== 'silent_auth' || (candidates.length > 0 && candidates.every(isDigits));
}

/** A skip rules nothing out, because Vonage may have accepted the code before it was told. */
function mayHaveCome(facts: Facts, { kind }: Attempt, channel: Channel): boolean {
  if (isForSilentAuth(facts, kind)) return channel === 'silent_auth';
  if (facts.started.sharesCode && channel !== 'silent_auth') return true;
  if (channel === 'silent_auth' && isSilentAuthRefused(facts)) return false;
  return !facts.outcomes.has(channel);
}
