/** S6: how often a code may reach Vonage, and only for the request that the handset named. */

import type { Fact, Of } from '../history.ts';
import type { World } from '../world.ts';
import { callsTo, get } from './objects.ts';
import type { Report } from './violation.ts';

const MAX_PIN_CALLS = 3;
/** Vonage did not look at the code, or never saw it: the attempt is given back. */
const NOT_JUDGED: ReadonlySet<number> = new Set([0, 401, 402, 403, 422, 429]);

export function checkCalls({ history, provider }: World, report: Report): void {
  const checks = callsTo(history, 'check');
  for (const [requestId, calls] of Map.groupBy(checks, (call) => call.requestId ?? '')) {
    const judged = calls.filter(({ call }) => !wasGivenBack(call, history.facts));
    const steps = provider.find(requestId)?.steps ?? [];
    const isSilentAlone = steps.every(({ channel }) => channel === 'silent_auth');
    const isPin = ({ code = '' }: Of<'call'>): boolean => /^\d+$/.test(code) && !isSilentAlone;
    const pins = judged.filter(isPin).length;
    const silent = judged.length - pins;
    if (silent > 1) report('S6', `${silent} codes of silent_auth for ${requestId}`, { requestId });
    if (pins > MAX_PIN_CALLS) report('S6', `${pins} PINs for ${requestId}`, { requestId });
  }
  for (const call of checks) {
    const { requestId = '' } = call;
    if (isCaused(call, history.facts)) continue;
    report('S6', `a check of ${requestId} nobody asked for`, { requestId });
  }
}

function wasGivenBack(call: number, facts: readonly Fact[]): boolean {
  const answers = facts
    .filter((fact) => fact.kind === 'vonage')
    .filter((fact) => fact.call === call);
  return answers.length > 0 && answers.every(({ status }) => NOT_JUDGED.has(status));
}

/** A check call repeats, letter by letter, what the holder of that token submitted. */
function isCaused(
  { requestId = '', code, invocation }: Of<'call'>,
  facts: readonly Fact[],
): boolean {
  const cause = facts.filter((fact) => fact.kind === 'request').find(({ id }) => id === invocation);
  return (
    cause?.route === 'POST /check-code' &&
    cause.bearer?.startsWith(`${requestId}.`) === true &&
    get(cause.body, 'request_id') === requestId &&
    get(cause.body, 'code') === code
  );
}
