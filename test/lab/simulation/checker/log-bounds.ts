/**
 * R19, R25: what may be in one log. Each DELETE to Vonage has a `let_go` of its own, three at most;
 * client and Vonage keep to their places, and the end still fits.
 */

import type { Ending } from '../ending.ts';
import type { World } from '../world.ts';
import { callsTo } from './objects.ts';
import type { Report } from './violation.ts';

const PLACES = [
  { author: 'client', most: 20, types: ['code', 'reported', 'left'] },
  { author: 'Vonage', most: 24, types: ['check_url', 'channel', 'summary'] },
] as const;
const MAX_LET_GO = 3;

export function checkLogBounds({ history }: World, report: Report, { looks }: Ending): void {
  for (const { holding, item } of looks) {
    const { requestId } = holding;
    const stored = (item?.events?.L ?? []).map((event) => event.M?.type?.S ?? '');
    const count = (types: readonly string[]): number =>
      stored.filter((type) => types.includes(type)).length;
    for (const { author, most, types } of PLACES) {
      const taken = count(types);
      if (taken > most) report('R25', `${author} has ${taken} events`, { requestId });
    }
    const letGo = count(['let_go']);
    const cancels = callsTo(history, 'cancel').filter((call) => call.requestId === requestId);
    const cancelling = new Set(cancels.map(({ invocation }) => invocation)).size;
    if (letGo > MAX_LET_GO || cancelling > letGo) {
      const what = `${cancelling} functions sent a DELETE, with ${letGo} let_go in the log`;
      report('R19', what, { requestId });
    }
  }
}
