/**
 * T9, T26: a refused start tells the end of the caller's own limit, or that something concerns the
 * number, the mailbox or the block, but not what.
 */

import type { World } from '../world.ts';
import { exchanges, get } from './objects.ts';
import type { Report } from './violation.ts';

const NEUTRAL_SECONDS = 30;
/** From a request to its count, with what clocks are off. */
const MAX_WAIT_SECONDS = 6;

export function checkRefusals({ history, settings }: World, report: Report): void {
  const { windowSeconds } = settings.stage.limits.address;
  const neutral = new Set<string>();
  for (const { request, answer } of exchanges(history, 'POST /start')) {
    if (answer?.status !== 429) continue;
    const seconds = Number(get(answer.body, 'retry_after'));
    const told = JSON.stringify(answer.body);
    if (seconds === NEUTRAL_SECONDS) neutral.add(told);
    const isEndOfWindow = [request.atMs, answer.atMs].some((atMs) => {
      const off = Math.abs(windowSeconds - ((atMs / 1000) % windowSeconds) - seconds);
      return Math.min(off, windowSeconds - off) <= MAX_WAIT_SECONDS;
    });
    if (seconds !== NEUTRAL_SECONDS && !isEndOfWindow) {
      const what = `start ${request.id} of ${request.from} was told ${told}`;
      report('T26', what, { atMs: answer.atMs });
    }
  }
  if (neutral.size > 1) report('T26', `refusals differ: ${[...neutral].join(' and ')}`);
}
