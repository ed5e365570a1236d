/** T3–T6, R14: forgeries are refused, Vonage itself is not. */

import type { World } from '../world.ts';
import type { Violation } from './violation.ts';

export function judgeWebhooks({ history }: World): readonly Violation[] {
  // Who could not read the new secret in time refuses what it signs; Vonage sends it again.
  const isBlind = history.facts.some(
    (fact) => fact.kind === 'fault' && /webhook-\d+ to secrets/.test(fact.what),
  );
  return history.facts.flatMap((fact): readonly Violation[] => {
    if (fact.kind !== 'webhook' || fact.status === 'lost') return [];
    const { status, forged, isInTolerance, body } = fact;
    const about = `${JSON.stringify(body)} was answered ${status}`;
    if (forged !== undefined && forged !== 'replay') {
      const isRefused = status === 401 || status >= 500;
      return isRefused ? [] : [{ invariant: 'T3', message: `forged (${forged}): ${about}` }];
    }
    const isAccepted = status === 204 || status >= 500 || !isInTolerance || isBlind;
    return isAccepted ? [] : [{ invariant: 'R14', message: `genuine: ${about}` }];
  });
}
