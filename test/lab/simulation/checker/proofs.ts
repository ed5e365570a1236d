/** T21, S7b: a proof says what is proven, to the holder of the token, and the same thing each time. */

import type { Ending } from '../ending.ts';
import type { World } from '../world.ts';
import { completionOf, get } from './objects.ts';
import {
  type Issued,
  isHolder,
  issuedProofs,
  MAX_WORK_MS,
  startBodyOf,
  WINDOW_MS,
} from './proof-facts.ts';
import { KEYS } from './proof-keys.ts';
import type { Report } from './violation.ts';

const LIFETIME_SECONDS = 120;

export function checkProofs(world: World, report: Report, ending: Ending): void {
  const issued = issuedProofs(world.history);
  for (const proof of issued) {
    const { request, answer, requestId } = proof;
    const broken = (invariant: string, what: string): void =>
      report(invariant, `proof of ${requestId} for ${request.from}: ${what}`, {
        requestId,
        atMs: answer.atMs,
      });
    // S7b, S8: only whoever holds the token gets it.
    if (!isHolder(proof, world) || request.bearer?.startsWith(`${requestId}.`) !== true) {
      broken('S7b', `given to ${request.from}, who does not hold its token`);
    }
    for (const what of wrongClaims(proof, world)) broken('T21', `the proof names ${what}`);
    for (const what of wrongTimes(proof, world, ending)) broken('T21', what);
    if (!hasOwnJti(proof, issued)) broken('T21', `has the jti ${proof.claims.jti}`);
  }
}

function wrongClaims(proof: Issued, { history }: World): readonly string[] {
  const { header, claims, requestId, answer } = proof;
  const completion = completionOf(history, requestId, answer.atMs);
  const channel = completion?.channel;
  const start = startBodyOf(history, requestId);
  const { phone_number: number, email, nonce, amr, sub } = claims;
  return [
    !completion && 'what Vonage has not completed',
    number !== undefined && number !== get(start, 'phone_number') && 'another number',
    number !== undefined && channel === 'email' && 'a number that only an e-mail code stands for',
    email !== undefined && email !== get(start, 'email') && 'another address',
    email !== undefined && channel !== 'email' && `an e-mail address by ${channel}`,
    nonce !== get(start, 'nonce') && 'another nonce',
    JSON.stringify(amr) !== '[]' && JSON.stringify(amr) !== `["${channel}"]` && 'another channel',
    sub !== undefined && 'a subject that nobody named',
    header.typ !== 'silent-auth-proof+jwt' && 'another type',
    header.alg !== 'ES256' && 'another algorithm',
    !KEYS.has(String(header.kid)) && 'an unknown key',
  ].filter((what) => what !== false);
}

/** Not before the end and not much later, and valid for two minutes. */
function wrongTimes(proof: Issued, { settings }: World, { looks }: Ending): readonly string[] {
  const { answer, claims, requestId } = proof;
  const skewMs = settings.instanceSkewMs;
  const issuedAtMs = Number(claims.iat) * 1000;
  const look = looks.find(({ holding }) => holding.requestId === requestId);
  const endedAt = String(get(look?.answers[0]?.body, 'verification', 'ended_at'));
  const isNow =
    issuedAtMs <= answer.atMs + skewMs && issuedAtMs >= answer.atMs - MAX_WORK_MS - skewMs;
  const isInTime = answer.atMs - answer.tookMs <= Date.parse(endedAt) + WINDOW_MS + 2 * skewMs;
  return [
    !isNow && `issued at ${claims.iat}`,
    !isInTime && `issued later than 10 minutes (${endedAt})`,
    Number(claims.exp) - Number(claims.iat) !== LIFETIME_SECONDS && `expires at ${claims.exp}`,
  ].filter((what) => what !== false);
}

/** One `jti` for each verification, and none for two. */
function hasOwnJti({ requestId, claims: { jti } }: Issued, issued: readonly Issued[]): boolean {
  const first = issued.find((other) => other.requestId === requestId);
  const isOthers = issued.some(
    ({ claims, ...it }) => it.requestId !== requestId && claims.jti === jti,
  );
  return typeof jti === 'string' && jti === first?.claims.jti && !isOthers;
}
