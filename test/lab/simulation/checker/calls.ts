/** S6, R19, R25: what reaches Vonage, and what one log holds. */

import { member } from '../../../fixtures/json.ts';
import type { FinalLook } from '../ending.ts';
import type { History, Of } from '../history.ts';
import type { World } from '../world.ts';
import { callsTo, type Report, submissions } from './objects.ts';

const MAX_PIN_CALLS = 3;
/** Vonage did not look at the code, or never saw it: the attempt is given back. */
const NOT_JUDGED: ReadonlySet<number> = new Set([0, 401, 402, 403, 422, 429]);
const PLACES = [
  { author: 'client', most: 20, types: ['code', 'reported', 'left'] },
  { author: 'Vonage', most: 24, types: ['check_url', 'channel', 'summary'] },
] as const;
const MAX_LET_GO = 3;

/** S6: how often a code may reach Vonage, and only for the request that the handset named. */
export function checkCalls({ history, provider }: World, report: Report): void {
  const checks = callsTo(history, 'check');
  for (const [requestId, calls] of Map.groupBy(checks, (call) => call.requestId ?? '')) {
    const judged = calls.filter(({ call }) => !wasGivenBack(call, history));
    const workflow = provider.find(requestId)?.workflow ?? [];
    const isSilentAlone = workflow.every(({ order }) => order.channel === 'silent_auth');
    const isPin = ({ code = '' }: Of<'call'>): boolean => /^\d+$/.test(code) && !isSilentAlone;
    const pins = judged.filter(isPin).length;
    const silent = judged.length - pins;
    if (silent > 1) report('S6', `${silent} codes of silent_auth for ${requestId}`, { requestId });
    if (pins > MAX_PIN_CALLS) report('S6', `${pins} PINs for ${requestId}`, { requestId });
  }
  for (const { requestId = '', code, invocation } of checks) {
    // A check call repeats, letter by letter, what the holder of that token submitted.
    const isCaused = submissions(history, requestId).some(
      ({ id, body }) => id === invocation && member(body, 'code') === code,
    );
    if (!isCaused) report('S6', `a check of ${requestId} nobody asked for`, { requestId });
  }
}

function wasGivenBack(call: number, history: History): boolean {
  const answers = history.of('vonage').filter((fact) => fact.call === call);
  return answers.length > 0 && answers.every(({ status }) => NOT_JUDGED.has(status));
}

/**
 * R19, R25: each DELETE to Vonage has a `let_go` of its own, three at most; client and Vonage keep
 * to their places, and the end still fits.
 */
export function checkLogBounds(
  { history }: World,
  report: Report,
  looks: readonly FinalLook[],
): void {
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
