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
      /** Its time was over before a fact ended it. */
      readonly isByTime: boolean;
    }
  | { readonly state: 'running'; readonly channel: Channel; readonly endsAtMs: number }
  | { readonly state: 'unused'; readonly channel: Channel };

/**
 * The steps at `nowMs`, of which at most one runs. A step ends by a fact about it, by a fact about
 * a later one, or when its time is over; the clock never ends the last one.
 */
export function stepsAt(facts: Facts, nowMs: number): readonly StepAt[] {
  const { workflow, channelTimeoutSeconds, atMs } = facts.started;
  const result: StepAt[] = [];
  let startsAtMs = atMs;
  let running = false;
  for (const [index, channel] of workflow.entries()) {
    if (running) {
      result.push({ state: 'unused', channel });
      continue;
    }
    const endsAtMs = startsAtMs + durationMs(channel, channelTimeoutSeconds);
    const end = endOf(facts, channel) ?? passedOver(facts, workflow.slice(index + 1));
    const isLast = index === workflow.length - 1;
    if (end) {
      const isByTime = end.atMs >= endsAtMs;
      result.push({ state: 'over', channel, status: end.status, reason: end.reason, isByTime });
      startsAtMs = Math.max(startsAtMs, Math.min(end.atMs, endsAtMs));
    } else if (nowMs >= endsAtMs && !isLast) {
      const reason = 'channel_expired';
      result.push({ state: 'over', channel, status: 'expired', reason, isByTime: true });
      startsAtMs = endsAtMs;
    } else {
      result.push({ state: 'running', channel, endsAtMs });
      running = true;
    }
  }
  return result;
}

/**
 * The changes of the running step, from the end of the step `first` on, that time alone has made.
 * No function has published them, even if an event about that step came later.
 */
export function movedByTime(
  facts: Facts,
  first: number,
  nowMs: number,
): readonly { readonly to: Channel; readonly reason: Reason | null }[] {
  const steps = stepsAt(facts, nowMs);
  return steps.flatMap((step, index) => {
    const next = steps[index + 1];
    return index >= first && step.state === 'over' && step.isByTime && next
      ? [{ to: next.channel, reason: step.reason }]
      : [];
  });
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

/** The channel has no event of its own, but a later one has: it was over at the first of those. */
function passedOver(
  { outcomes, skipped }: Facts,
  later: readonly Channel[],
): ChannelEnd | undefined {
  const ends = later.flatMap((channel) => outcomes.get(channel) ?? skipped.get(channel) ?? []);
  if (ends.length === 0) return undefined;
  const atMs = Math.min(...ends.map((end) => end.atMs));
  return { status: 'expired', reason: 'channel_expired', atMs };
}
