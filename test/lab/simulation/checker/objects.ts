/** The checker's own reading of the wire: what was asked and answered, and what somebody saw. */

import type { Fact, History, JsonObject, Of } from '../history.ts';

export interface Sighting {
  readonly atMs: number;
  readonly who: string;
  readonly via: Fact['kind'];
  readonly requestId: string;
  readonly seq: number;
  readonly status: string;
  readonly object: JsonObject;
}

/** A request, and what our function answered, if anything. */
export interface Exchange {
  readonly request: Of<'request'>;
  readonly answer: Of<'answer'> | undefined;
}

export const ENDS: ReadonlySet<string> = new Set([
  'completed',
  'failed',
  'user_rejected',
  'expired',
  'blocked',
  'cancelled',
  'aborted',
]);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function get(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return found;
}

export function isVerified(object: unknown, member: 'phone_number' | 'email'): boolean {
  return get(object, 'verified', member) === true;
}

/** Everything that anybody received about a verification; for pushes, when they left. */
export function sightings({ facts }: History): readonly Sighting[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'received' && fact.kind !== 'push' && fact.kind !== 'message') return [];
    const object = get(fact.body, 'verification');
    if (!isObject(object)) return [];
    const [requestId, status] = [String(object.request_id), String(object.status)];
    const { atMs, to: who, kind: via } = fact;
    return [{ atMs, who, via, requestId, seq: Number(object.seq), status, object }];
  });
}

export function exchanges({ facts }: History, route: string): readonly Exchange[] {
  const answers = facts.filter((fact) => fact.kind === 'answer');
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  return facts
    .filter((fact) => fact.kind === 'request')
    .filter((request) => request.route === route)
    .map((request) => ({ request, answer: byId.get(request.id) }));
}

export function callsTo({ facts }: History, operation: string): readonly Of<'call'>[] {
  return facts
    .filter((fact) => fact.kind === 'call')
    .filter((call) => call.operation === operation);
}

/** When Vonage completed it, if it did until then. */
export function completionOf(
  { facts }: History,
  requestId: string,
  untilMs: number,
): Of<'provider'> | undefined {
  return facts
    .filter((fact) => fact.kind === 'provider')
    .filter(({ status, atMs }) => status === 'completed' && atMs <= untilMs)
    .find((fact) => fact.requestId === requestId);
}
