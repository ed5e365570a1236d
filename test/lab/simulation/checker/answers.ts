/** What no answer may ever be, and T3–T6, R14: what webhooks are answered. */

import { member } from '../../../fixtures/json.ts';
import type { World } from '../world.ts';
import type { Report } from './objects.ts';

/** docs/architecture.md#paths: longer than this no function may work, or Lambda ends it. */
const MAX_WORK_MS = 25_000;

/** No bug, no surprise, nothing too late. */
export function checkAnswers({ history }: World, report: Report): void {
  const internal = (what: string, seen: unknown): void =>
    report('internal', `${what}: ${JSON.stringify(seen)}`);
  for (const { status, body, tookMs } of history.of('answer')) {
    if (status === 500) internal('a bare 500', body);
    else if (tookMs > MAX_WORK_MS + 1000) internal('it took too long', tookMs);
  }
  for (const { body } of history.of('message')) {
    if (member(body, 'code') === 'internal') internal('an internal error on a socket', body);
  }
  for (const { what } of history.of('fault')) {
    if (what.includes('out of time')) internal('a function ran out of its time', what);
  }
}

/** Forgeries are refused, Vonage itself is not. */
export function checkWebhooks({ history }: World, report: Report): void {
  // An instance that could not read the new secret refuses what it signs; Vonage repeats it.
  const isBlind = history.of('fault').some(({ what }) => /webhook-\d+ to secrets/.test(what));
  for (const { status, forged = 'replay', isInTolerance, body } of history.of('webhook')) {
    if (status === 'lost') continue;
    const about = `${JSON.stringify(body)} was answered ${status}`;
    if (forged !== 'replay') {
      if (status !== 401 && status < 500) report('T3', `forged (${forged}): ${about}`);
    } else if (status !== 204 && status < 500 && isInTolerance && !isBlind) {
      report('R14', `genuine: ${about}`);
    }
  }
}
