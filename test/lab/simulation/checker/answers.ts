/** What no answer may ever be: a bug, a surprise, or too late. */

import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Report } from './violation.ts';

/** docs/architecture.md#paths: longer than this no function may work, or Lambda ends it. */
const MAX_WORK_MS = 25_000;

export function checkAnswers({ history }: World, report: Report): void {
  const internal = (what: string, seen: unknown): void =>
    report('internal', `${what}: ${JSON.stringify(seen)}`);
  for (const fact of history.facts) {
    if (fact.kind === 'answer') {
      if (fact.status === 500) internal('a bare 500', fact.body);
      else if (fact.tookMs > MAX_WORK_MS + 1000) internal('it took too long', fact.tookMs);
    } else if (fact.kind === 'message' && get(fact.body, 'code') === 'internal') {
      internal('an internal error on a socket', fact.body);
    } else if (fact.kind === 'fault' && fact.what.includes('out of time')) {
      internal('a function ran out of its time', fact.what);
    }
  }
}
