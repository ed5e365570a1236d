/** T21, S7b, L3, R14: who is given a proof, what it says, and what your backend makes of it. */

import { member } from '../../../fixtures/json.ts';
import type { FinalLook } from '../ending.ts';
import type { History, JsonObject, Of } from '../history.ts';
import { PROOF_KEYS, SECOND_PROOF_KEY } from '../secrets.ts';
import type { World } from '../world.ts';
import { completionOf, exchanges, isVerified, type Report, sightings } from './objects.ts';

interface Issued {
  readonly request: Of<'request'>;
  readonly answer: Of<'answer'>;
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly requestId: string;
}

/** From a request to what it reads, at most. */
const MAX_WORK_MS = 26_000;
/** For this long after the end a proof is issued. */
const WINDOW_MS = 600_000;
const LIFETIME_SECONDS = 120;
const KEYS_ROUTE = 'GET /.well-known/jwks.json';
const PUBLIC_MEMBERS = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
/** Ours, by name. */
const KEYS: ReadonlyMap<unknown, string | undefined> = new Map(
  PROOF_KEYS.map(({ kid, x }) => [kid, x]),
);

/** A proof says what is proven, to the holder of the token, and the same thing each time. */
export function checkProofs(world: World, report: Report, looks: readonly FinalLook[]): void {
  const issued = issuedProofs(world.history);
  for (const proof of issued) {
    const { request, answer, requestId } = proof;
    const broken = (invariant: string, what: string): void =>
      report(invariant, `proof of ${requestId} for ${request.from}: ${what}`, {
        requestId,
        atMs: answer.atMs,
      });
    // S7b, S8: only whoever holds the token gets it.
    if (!isHolder(request, world) || request.bearer?.startsWith(`${requestId}.`) !== true) {
      broken('S7b', `given to ${request.from}, who does not hold its token`);
    }
    for (const what of wrongClaims(proof, world)) broken('T21', `the proof names ${what}`);
    for (const what of wrongTimes(proof, world, looks)) broken('T21', what);
    if (!hasOwnJti(proof, issued)) broken('T21', `has the jti ${proof.claims.jti}`);
  }
}

export function issuedProofs(history: History): readonly Issued[] {
  return exchanges(history, 'POST /proof').flatMap(({ request, answer }) => {
    const proof = member(answer?.body, 'proof');
    if (answer?.status !== 200 || typeof proof !== 'string') return [];
    const [header = {}, claims = {}] = proof
      .split('.')
      .map((part): JsonObject => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return [{ request, answer, header, claims, requestId: String(claims.request_id) }];
  });
}

function wrongClaims(proof: Issued, { history }: World): readonly string[] {
  const { header, claims, requestId, answer } = proof;
  const completion = completionOf(history, requestId, answer.atMs);
  const channel = completion?.channel;
  const start = startBodyOf(history, requestId);
  const { phone_number: number, email, nonce, amr, sub } = claims;
  return [
    !completion && 'what Vonage has not completed',
    number !== undefined && number !== member(start, 'phone_number') && 'another number',
    number !== undefined && channel === 'email' && 'a number that only an e-mail code stands for',
    email !== undefined && email !== member(start, 'email') && 'another address',
    email !== undefined && channel !== 'email' && `an e-mail address by ${channel}`,
    nonce !== member(start, 'nonce') && 'another nonce',
    JSON.stringify(amr) !== '[]' && JSON.stringify(amr) !== `["${channel}"]` && 'another channel',
    sub !== undefined && 'a subject that nobody named',
    header.typ !== 'silent-auth-proof+jwt' && 'another type',
    header.alg !== 'ES256' && 'another algorithm',
    !KEYS.has(header.kid) && 'an unknown key',
  ].filter((what) => what !== false);
}

/** Not before the end and not much later, and valid for two minutes. */
function wrongTimes(
  proof: Issued,
  { settings }: World,
  looks: readonly FinalLook[],
): readonly string[] {
  const { answer, claims, requestId } = proof;
  const skewMs = settings.instanceSkewMs;
  const issuedAtMs = Number(claims.iat) * 1000;
  const look = looks.find(({ holding }) => holding.requestId === requestId);
  const endedAt = String(member(look?.answers[0]?.body, 'verification', 'ended_at'));
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

/** The holder of the token gets a proof once it is proven; strangers learn nothing. */
export function checkProofRefusals(world: World, report: Report): void {
  for (const { request, answer } of exchanges(world.history, 'POST /proof')) {
    if (!answer || answer.status === 'crashed') continue;
    const { status, body, atMs } = answer;
    const requestId = request.bearer?.split('.')[0] ?? '';
    const what = `a proof of ${requestId} was answered ${status} ${member(body, 'code')}`;
    if (!isHolder(request, world)) {
      if (status !== 401 && status !== 503) report('T21', what, { requestId });
    } else if (status < 500 && status !== 200 && mustBeIssued(request, requestId, world)) {
      report('L3', what, { requestId, atMs });
    }
  }
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
  if (!seen) return false;
  const endedAtMs = Date.parse(String(seen.object.ended_at));
  const isInTime = request.atMs + MAX_WORK_MS + settings.instanceSkewMs < endedAtMs + WINDOW_MS;
  const start = startBodyOf(history, requestId);
  const mayName = (name: 'phone_number' | 'email'): boolean => {
    const named = member(request.body, name);
    const isTheirs = named === member(start, name) && isVerified(seen.object, name);
    return named === undefined || isTheirs;
  };
  return isInTime && mayName('phone_number') && mayName('email');
}

/** The body of the start that was answered with it: all its attempts have the same one. */
function startBodyOf(history: History, requestId: string): unknown {
  const start = exchanges(history, 'POST /start').find(
    ({ answer }) => answer?.status === 202 && member(answer.body, 'request_id') === requestId,
  );
  return start?.request.body;
}

/** Whether the caller was given the token that it sends. */
function isHolder({ from, bearer }: Of<'request'>, { holdings }: World): boolean {
  return holdings.some(({ client, token }) => client.name === from && token === bearer);
}

/**
 * Everybody gets public members of at most two keys, all of them ours. Your backend accepts every
 * proof once, and nothing that was altered. An instance that has not read a new key cannot publish
 * it; all publish the one before.
 */
export function checkProofKeys({ history }: World, report: Report): void {
  const published = history.of('received').filter(({ route }) => route === KEYS_ROUTE);
  for (const { status, body, atMs } of published) {
    const isGood = status >= 500 || arePublicKeys(member(body, 'keys'));
    if (!isGood) report('T21', `keys: ${JSON.stringify(body)}`, { atMs });
  }
  const seenAtMs = published.find(({ status }) => status === 200)?.atMs ?? Number.POSITIVE_INFINITY;
  for (const { from, altered, kid, verdict, atMs } of history.of('proof')) {
    const mayBeUnknown = kid === SECOND_PROOF_KEY.kid || atMs < seenAtMs;
    const isRight = altered
      ? ['refused', 'unknown_key', 'expired'].includes(verdict)
      : verdict !== 'refused' && (verdict !== 'unknown_key' || mayBeUnknown);
    const what = altered ? 'an altered proof' : 'a proof';
    if (!isRight) report('T21', `${what} of ${from} was ${verdict} by your backend`, { atMs });
  }
}

function arePublicKeys(keys: unknown): boolean {
  return (
    Array.isArray(keys) &&
    keys.length >= 1 &&
    keys.length <= KEYS.size &&
    keys.every((key) => Object.keys(key).toSorted().join() === PUBLIC_MEMBERS.join()) &&
    keys.every(({ kid, x }) => KEYS.get(kid) === x)
  );
}
