/**
 * R19, R25: what may be in one log. Each DELETE to Vonage has a `let_go` of its own, three at most;
 * client and Vonage keep to their places, and the end still fits.
 */

import type { Ending, FinalLook } from '../ending.ts';
import type { World } from '../world.ts';
import type { Violation } from './violation.ts';

const PLACES = {
  client: { most: 20, types: ['code', 'reported', 'left'] },
  Vonage: { most: 24, types: ['check_url', 'channel', 'summary'] },
} as const;
const MAX_LET_GO = 3;

export function judgeLogBounds(world: World, { looks }: Ending): readonly Violation[] {
  return looks.flatMap((look) => judgeLook(look, world));
}

function judgeLook({ holding, item }: FinalLook, { history }: World): readonly Violation[] {
  const { requestId } = holding;
  const types = (item?.events?.L ?? []).map((event) => event.M?.type?.S ?? '');
  const count = (names: readonly string[]): number =>
    types.filter((type) => names.includes(type)).length;
  const found: Violation[] = [];
  for (const [author, { most, types: names }] of Object.entries(PLACES)) {
    const taken = count(names);
    if (taken > most) {
      found.push({ invariant: 'R25', message: `${author} has ${taken} events`, requestId });
    }
  }
  const letGo = count(['let_go']);
  const cancelling = new Set(
    history.facts
      .filter((fact) => fact.kind === 'call')
      .filter((call) => call.operation === 'cancel' && call.requestId === requestId)
      .map(({ invocation }) => invocation),
  );
  if (letGo > MAX_LET_GO || cancelling.size > letGo) {
    const message = `${cancelling.size} functions sent a DELETE, with ${letGo} let_go in the log`;
    found.push({ invariant: 'R19', message, requestId });
  }
  return found;
}
