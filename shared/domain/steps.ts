/**
 * The steps of a workflow at a moment. A fact ends a step; when Vonage reports none, the clock
 * does.
 */

import { type ChannelEnd, endOf } from './channel-ends.ts';
import type { Facts } from './facts.ts';
import type { Reason } from './verification.ts';
import { type Channel, durationMs, type NegativeOutcome } from './workflow.ts';

/**
 * While the running step is younger than this, a request to skip that names no channel means the
 * step before it.
 */
const NEW_STEP_MS = 5_000;

/** A step that is over, running or still to come. */
export type StepAt =
  | {
      readonly state: 'over';
      readonly channel: Channel;
      readonly status: NegativeOutcome;
      readonly reason: Reason | null;
    }
  | { readonly state: 'running'; readonly channel: Channel; readonly endsAtMs: number }
  | { readonly state: 'unused'; readonly channel: Channel };

/**
 * The steps at `nowMs`, of which at most one runs. A step ends by a fact about it, by a fact about
 * a later one, or when its time is over; the clock never ends the last one.
 */
export function stepsAt(facts: Facts, nowMs: number): readonly StepAt[] {
  const { workflow, channelTimeoutSeconds, atMs } = facts.started;
  const lastHeardOf = workflow.findLastIndex(
    (channel) => facts.outcomes.has(channel) || facts.skipped.has(channel),
  );
  const result: StepAt[] = [];
  let startsAtMs = atMs;
  let running = false;
  for (const [index, channel] of workflow.entries()) {
    if (running) {
      result.push({ state: 'unused', channel });
      continue;
    }
    const endsAtMs = startsAtMs + durationMs(channel, channelTimeoutSeconds);
    const end = endOf(facts, channel) ?? (index < lastHeardOf ? passedOver(facts) : undefined);
    const isLast = index === workflow.length - 1;
    if (end) {
      result.push({ state: 'over', channel, status: end.status, reason: end.reason });
      startsAtMs = Math.max(startsAtMs, Math.min(end.atMs, endsAtMs));
    } else if (nowMs >= endsAtMs && !isLast) {
      result.push({ state: 'over', channel, status: 'expired', reason: 'channel_expired' });
      startsAtMs = endsAtMs;
    } else {
      result.push({ state: 'running', channel, endsAtMs });
      running = true;
    }
  }
  return result;
}

/** The channel that runs at `nowMs`; `undefined` when every step is over by a fact. */
export function runningChannel(facts: Facts, nowMs: number): Channel | undefined {
  return stepsAt(facts, nowMs).find(({ state }) => state === 'running')?.channel;
}

/**
 * The channel to skip when the app names none: the running one or, while that one is new, the one
 * before it, because a repeated or late request must not skip a second channel.
 */
export function channelToSkip(facts: Facts, nowMs: number): Channel | undefined {
  const steps = stepsAt(facts, nowMs);
  const index = steps.findIndex(({ state }) => state === 'running');
  const running = steps[index];
  if (running?.state !== 'running') return undefined;
  const { atMs, channelTimeoutSeconds } = facts.started;
  const startedAtMs = running.endsAtMs - durationMs(running.channel, channelTimeoutSeconds);
  const isNew = startedAtMs > atMs && nowMs < startedAtMs + NEW_STEP_MS;
  return isNew ? steps[index - 1]?.channel : running.channel;
}

/** The channel has no event of its own, but a later channel ran. */
function passedOver(facts: Facts): ChannelEnd {
  return { status: 'expired', reason: 'channel_expired', atMs: facts.atMs };
}
