/**
 * The checker's own reading of the wire: what was asked and answered, and what somebody saw; and
 * what it reports.
 */

import { isJson, member } from '../../../fixtures/json.ts';
import type { Fact, History, JsonObject, Of } from '../history.ts';

/** An invariant of `docs/security.md` that one run broke. */
export interface Violation extends Where {
  readonly invariant: string;
  readonly message: string;
}

interface Where {
  /** The verification it is about, when it is about one. */
  readonly requestId?: string;
  /** A text that occurs in its facts, when it is not about one verification. */
  readonly about?: string;
  /** When it was broken, if that is known. */
  readonly atMs?: number;
}

export type Report = (invariant: string, message: string, where?: Where) => void;

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

export function isVerified(object: unknown, name: 'phone_number' | 'email'): boolean {
  return member(object, 'verified', name) === true;
}

/** Everything that anybody received about a verification; for pushes, when they left. */
export function sightings({ facts }: History): readonly Sighting[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'received' && fact.kind !== 'push' && fact.kind !== 'message') return [];
    const object = member(fact.body, 'verification');
    if (!isJson(object)) return [];
    const [requestId, status] = [String(object.request_id), String(object.status)];
    const { atMs, to: who, kind: via } = fact;
    return [{ atMs, who, via, requestId, seq: Number(object.seq), status, object }];
  });
}

export function exchanges(history: History, route: string): readonly Exchange[] {
  const answers = new Map(history.of('answer').map((answer) => [answer.id, answer]));
  return history
    .of('request')
    .filter((request) => request.route === route)
    .map((request) => ({ request, answer: answers.get(request.id) }));
}

/** Each check-code by the holder of the token, for this very request. */
export function submissions(history: History, requestId: string): readonly Of<'request'>[] {
  return history
    .of('request')
    .filter(
      ({ route, bearer, body }) =>
        route === 'POST /check-code' &&
        bearer?.startsWith(`${requestId}.`) === true &&
        member(body, 'request_id') === requestId,
    );
}

export function callsTo(history: History, operation: string): readonly Of<'call'>[] {
  return history.of('call').filter((call) => call.operation === operation);
}

/** When Vonage completed it, if it did until then. */
export function completionOf(
  history: History,
  requestId: string,
  untilMs: number,
): Of<'provider'> | undefined {
  return history
    .of('provider')
    .filter(({ status, atMs }) => status === 'completed' && atMs <= untilMs)
    .find((fact) => fact.requestId === requestId);
}
