/** What no answer may ever be: a bug, a surprise, or too late. */

import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Violation } from './violation.ts';

/** docs/architecture.md#paths: longer than this no function may work, or Lambda ends it. */
const MAX_WORK_MS = 25_000;

export function judgeAnswers({ history }: World): readonly Violation[] {
  return history.facts.flatMap((fact): readonly Violation[] => {
    if (fact.kind === 'answer') {
      if (fact.status === 500) return [violation('a bare 500', fact.body)];
      return fact.tookMs > MAX_WORK_MS + 1000 ? [violation('it took too long', fact.tookMs)] : [];
    }
    if (fact.kind === 'message' && get(fact.body, 'code') === 'internal') {
      return [violation('an internal error on a socket', fact.body)];
    }
    return fact.kind === 'fault' && fact.what.includes('out of time')
      ? [violation('a function ran out of its time', fact.what)]
      : [];
  });
}

function violation(what: string, seen: unknown): Violation {
  return { invariant: 'internal', message: `${what}: ${JSON.stringify(seen)}` };
}
