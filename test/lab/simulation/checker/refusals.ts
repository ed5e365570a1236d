/**
 * T9, T26: a refused start tells the end of the caller's own limit, or that something concerns the
 * number, the mailbox or the block, but not what.
 */

import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Violation } from './violation.ts';

const NEUTRAL_SECONDS = 30;
/** From a request to its count, with what clocks are off. */
const MAX_WAIT_SECONDS = 6;

export function judgeRefusals({ history, settings }: World): readonly Violation[] {
  const { facts } = history;
  const starts = facts
    .filter((fact) => fact.kind === 'request')
    .filter(({ route }) => route === 'POST /start');
  const refused = starts.flatMap((request) => {
    const answer = facts
      .filter((fact) => fact.kind === 'answer')
      .find(({ id, status }) => id === request.id && status === 429);
    return answer ? [{ request, answer }] : [];
  });
  const isNeutral = ({ answer }: (typeof refused)[number]): boolean =>
    get(answer.body, 'retry_after') === NEUTRAL_SECONDS;
  const texts = new Set(refused.filter(isNeutral).map(({ answer }) => JSON.stringify(answer.body)));
  const { windowSeconds } = settings.stage.limits.address;
  const told = refused
    .filter((one) => !isNeutral(one))
    .filter(({ request, answer }) => {
      const seconds = Number(get(answer.body, 'retry_after'));
      return ![request.atMs, answer.atMs].some((atMs) => {
        const off = Math.abs(windowSeconds - ((atMs / 1000) % windowSeconds) - seconds);
        return Math.min(off, windowSeconds - off) <= MAX_WAIT_SECONDS;
      });
    })
    .map(({ request, answer }) => ({
      invariant: 'T26',
      message: `start ${request.id} of ${request.from} was told ${JSON.stringify(answer.body)}`,
      atMs: answer.atMs,
    }));
  return texts.size > 1
    ? [...told, { invariant: 'T26', message: `refusals differ: ${[...texts].join(' and ')}` }]
    : told;
}
