/**
 * T21, L3: a proof is given to the holder of the token once it is proven, and strangers learn
 * nothing.
 */

import type { World } from '../world.ts';
import { get, isObject, type Json, sightings } from './objects.ts';
import {
  type Asked,
  askedProofs,
  MAX_WORK_MS,
  type Of,
  startOf,
  WINDOW_MS,
} from './proof-facts.ts';
import type { Violation } from './violation.ts';

export function judgeProofRefusals(world: World): readonly Violation[] {
  return askedProofs(world.history.facts).flatMap((asked) => judgeRefusal(asked, world));
}

function judgeRefusal({ request, answer }: Asked, world: World): readonly Violation[] {
  const { status, body } = answer;
  const isHeld = world.holdings.some(
    ({ client, token }) => client.name === request.from && token === request.bearer,
  );
  const requestId = request.bearer?.split('.')[0] ?? '';
  const about = `a proof of ${requestId} was answered ${status} ${get(body, 'code')}`;
  if (!isHeld) {
    const isToldNothing = status === 401 || status === 503 || status === 'crashed';
    return isToldNothing ? [] : [{ invariant: 'T21', message: about, requestId }];
  }
  if (status === 'crashed' || status >= 500 || status === 200) return [];
  const isExpected = mustBeIssued(request, requestId, world);
  return isExpected ? [{ invariant: 'L3', message: about, requestId, atMs: answer.atMs }] : [];
}

function mustBeIssued(request: Of<'request'>, requestId: string, world: World): boolean {
  const { history, settings } = world;
  const seen = sightings(history).findLast(
    (one) =>
      one.requestId === requestId &&
      one.who === request.from &&
      one.status === 'completed' &&
      one.atMs <= request.atMs,
  );
  const endedAtMs = Date.parse(String(get(seen?.object, 'ended_at')));
  const isInTime = request.atMs + MAX_WORK_MS + settings.instanceSkewMs < endedAtMs + WINDOW_MS;
  const start = startOf(history.facts, requestId);
  const { phone_number: number, email } = isObject(request.body) ? request.body : {};
  const isNumberProven =
    number === undefined ||
    (number === get(start?.body, 'phone_number') && isVerified(seen?.object, 'phone_number'));
  const isEmailProven =
    email === undefined ||
    (email === get(start?.body, 'email') && isVerified(seen?.object, 'email'));
  return seen !== undefined && isInTime && isNumberProven && isEmailProven;
}

function isVerified(object: Json | undefined, member: 'phone_number' | 'email'): boolean {
  return get(object, 'verified', member) === true;
}
