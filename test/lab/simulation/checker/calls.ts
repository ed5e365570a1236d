/** S6: how often a code may reach Vonage, and only for the request that the handset named. */

import type { Recorded } from '../history.ts';
import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Violation } from './violation.ts';

type Of<Kind extends Recorded['kind']> = Extract<Recorded, { kind: Kind }>;

const MAX_PIN_CALLS = 3;
/** Vonage did not look at the code, or never saw it: the try is given back. */
const NOT_JUDGED: ReadonlySet<number> = new Set([0, 401, 402, 403, 422, 429]);

export function judgeCalls(world: World): readonly Violation[] {
  const { facts } = world.history;
  const checks = facts
    .filter((fact) => fact.kind === 'call')
    .filter(({ operation }) => operation === 'check');
  const byRequest = Map.groupBy(checks, ({ requestId }) => requestId ?? '');
  return [
    ...[...byRequest].flatMap(([requestId, calls]) => judgeCount(requestId, calls, world)),
    ...checks.flatMap((call) => judgeCause(call, facts)),
  ];
}

function judgeCount(
  requestId: string,
  calls: readonly Of<'call'>[],
  { history, provider }: World,
): readonly Violation[] {
  const judged = calls.filter(({ call }) => !wasGivenBack(call, history.facts));
  const steps = provider.find(requestId)?.steps ?? [];
  const isSilentAlone = steps.every(({ channel }) => channel === 'silent_auth');
  const isPin = ({ code = '' }: Of<'call'>): boolean => /^\d+$/.test(code) && !isSilentAlone;
  const silent = judged.filter((call) => !isPin(call)).length;
  const pins = judged.filter(isPin).length;
  const found: Violation[] = [];
  if (silent > 1) found.push(tooMany(requestId, `${silent} codes of silent_auth`));
  if (pins > MAX_PIN_CALLS) found.push(tooMany(requestId, `${pins} PINs`));
  return found;
}

function tooMany(requestId: string, what: string): Violation {
  return { invariant: 'S6', message: `${what} were sent for ${requestId}`, requestId };
}

function wasGivenBack(call: number, facts: readonly Recorded[]): boolean {
  const answers = facts
    .filter((fact) => fact.kind === 'vonage')
    .filter((fact) => fact.call === call);
  return answers.length > 0 && answers.every(({ status }) => NOT_JUDGED.has(status));
}

/** A check call repeats, letter by letter, what the holder of that token submitted. */
function judgeCause(call: Of<'call'>, facts: readonly Recorded[]): readonly Violation[] {
  const { requestId = '', code, invocation } = call;
  const cause = facts.filter((fact) => fact.kind === 'request').find(({ id }) => id === invocation);
  const isCaused =
    cause?.route === 'POST /check-code' &&
    cause.bearer?.startsWith(`${requestId}.`) === true &&
    get(cause.body, 'request_id') === requestId &&
    get(cause.body, 'code') === code;
  return isCaused
    ? []
    : [{ invariant: 'S6', message: `a check of ${requestId} nobody asked for`, requestId }];
}
