/** T21, S7b: a proof says what is proven, to the holder of the token, and the same thing each time. */

import type { Ending } from '../ending.ts';
import type { World } from '../world.ts';
import { get } from './objects.ts';
import {
  askedProofs,
  completionOf,
  type Issued,
  MAX_WORK_MS,
  startOf,
  toIssued,
  WINDOW_MS,
} from './proof-facts.ts';
import { KEYS } from './proof-keys.ts';
import type { Violation } from './violation.ts';

const LIFETIME_SECONDS = 120;

export function judgeProofs(world: World, ending: Ending): readonly Violation[] {
  const issued = askedProofs(world.history.facts).flatMap(toIssued);
  return [
    ...issued.flatMap((proof) => [
      ...judgeHolder(proof, world),
      ...judgeClaims(proof, world),
      ...judgeTime(proof, world, ending),
    ]),
    ...judgeJti(issued),
  ];
}

/** S7b, S8, S1: only to who holds the token, and only once Vonage has completed it. */
function judgeHolder(proof: Issued, { holdings, history }: World): readonly Violation[] {
  const { request, answer, requestId } = proof;
  const isHeld = holdings.some(
    ({ client, token }) => client.name === request.from && token === request.bearer,
  );
  const found: Violation[] = [];
  if (!isHeld || request.bearer?.startsWith(`${requestId}.`) !== true) {
    found.push(violation('S7b', proof, `given to ${request.from}, who does not hold its token`));
  }
  if (!completionOf(history.facts, requestId, answer.atMs)) {
    found.push(violation('T21', proof, 'Vonage has not completed it'));
  }
  return found;
}

function judgeClaims(proof: Issued, { history }: World): readonly Violation[] {
  const { header, claims, requestId, answer } = proof;
  const channel = completionOf(history.facts, requestId, answer.atMs)?.channel;
  const start = startOf(history.facts, requestId);
  const { phone_number: number, email, nonce, amr, sub } = claims;
  const wrong = [
    number !== undefined && number !== get(start?.body, 'phone_number') && 'another number',
    number !== undefined && channel === 'email' && 'a number that only an e-mail code stands for',
    email !== undefined && email !== get(start?.body, 'email') && 'another address',
    email !== undefined && channel !== 'email' && `an e-mail address by ${channel}`,
    nonce !== get(start?.body, 'nonce') && 'another nonce',
    JSON.stringify(amr) !== '[]' && JSON.stringify(amr) !== `["${channel}"]` && 'another channel',
    sub !== undefined && 'a subject that nobody named',
    header.typ !== 'silent-auth-proof+jwt' && 'another type',
    header.alg !== 'ES256' && 'another algorithm',
    !KEYS.has(String(header.kid)) && 'an unknown key',
  ].filter((what) => what !== false);
  return wrong.map((what) => violation('T21', proof, `the proof names ${what}`));
}

/** Not before the end and not much later, and good for two minutes. */
function judgeTime(proof: Issued, { settings }: World, { looks }: Ending): readonly Violation[] {
  const { answer, claims, requestId } = proof;
  const skewMs = settings.instanceSkewMs;
  const issuedAtMs = Number(claims.iat) * 1000;
  const look = looks.find(({ holding }) => holding.requestId === requestId);
  const completedAt = get(look?.answers[0]?.body, 'verification', 'ended_at');
  const endedAtMs = Date.parse(String(completedAt));
  const isNow =
    issuedAtMs <= answer.atMs + skewMs && issuedAtMs >= answer.atMs - MAX_WORK_MS - skewMs;
  const isInTime = answer.atMs - answer.tookMs <= endedAtMs + WINDOW_MS + 2 * skewMs;
  return [
    ...(isNow ? [] : [violation('T21', proof, `issued at ${claims.iat}`)]),
    ...(isInTime ? [] : [violation('T21', proof, `issued later than 10 minutes (${completedAt})`)]),
    ...(Number(claims.exp) - Number(claims.iat) === LIFETIME_SECONDS
      ? []
      : [violation('T21', proof, `expires at ${claims.exp}`)]),
  ];
}

/** One `jti` for each verification, and none for two. */
function judgeJti(issued: readonly Issued[]): readonly Violation[] {
  const ids = new Map<string, unknown>();
  return issued.flatMap((proof) => {
    const { requestId, claims } = proof;
    const isOthers = [...ids].some(([other, id]) => other !== requestId && id === claims.jti);
    const known = ids.get(requestId) ?? claims.jti;
    ids.set(requestId, known);
    return known === claims.jti && typeof known === 'string' && !isOthers
      ? []
      : [violation('T21', proof, `has the jti ${claims.jti}`)];
  });
}

function violation(invariant: string, proof: Issued, what: string): Violation {
  const { requestId, request, answer } = proof;
  return {
    invariant,
    message: `proof of ${requestId} for ${request.from}: ${what}`,
    requestId,
    atMs: answer.atMs,
  };
}
