/** T3–T6, R14: forgeries are refused, Vonage itself is not. */

import type { World } from '../world.ts';
import type { Report } from './violation.ts';

export function checkWebhooks({ history }: World, report: Report): void {
  // An instance that could not read the new secret refuses what it signs; Vonage repeats it.
  const isBlind = history.facts.some(
    (fact) => fact.kind === 'fault' && /webhook-\d+ to secrets/.test(fact.what),
  );
  for (const fact of history.facts) {
    if (fact.kind !== 'webhook' || fact.status === 'lost') continue;
    const { status, forged = 'replay', isInTolerance, body } = fact;
    const about = `${JSON.stringify(body)} was answered ${status}`;
    if (forged !== 'replay') {
      if (status !== 401 && status < 500) report('T3', `forged (${forged}): ${about}`);
    } else if (status !== 204 && status < 500 && isInTolerance && !isBlind) {
      report('R14', `genuine: ${about}`);
    }
  }
}
