/** T3–T6, R14: forgeries are refused, Vonage itself is not. */

import type { Violation } from '../simulate.ts';
import type { World } from '../world.ts';

export function judgeWebhooks({ history }: World): readonly Violation[] {
  return history.facts.flatMap((fact): readonly Violation[] => {
    if (fact.kind !== 'webhook' || fact.status === 'lost') return [];
    const { status, forged, isInTolerance, body } = fact;
    const about = `${JSON.stringify(body)} was answered ${status}`;
    if (forged !== undefined && forged !== 'replay') {
      const isRefused = status === 401 || status >= 500;
      return isRefused ? [] : [{ invariant: 'T3', message: `forged (${forged}): ${about}` }];
    }
    const isAccepted = status === 204 || status >= 500 || !isInTolerance;
    return isAccepted ? [] : [{ invariant: 'R14', message: `genuine: ${about}` }];
  });
}
