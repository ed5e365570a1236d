/** Your backend: it knows only the public keys and accepts each proof once. */

import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Prng } from '../../../fixtures/prng.ts';
import type { Client, Gateway, Received } from '../gateway.ts';
import type { JsonObject, Verdict } from '../history.ts';
import { PROOF } from '../lambda/needs.ts';
import type { Surroundings } from '../wire.ts';

const COMPANY: Client = { name: 'company', address: '203.0.113.77' };
/** As `cache-control` of the keys allows. */
const KEYS_MS = 300_000;

export type Company = ReturnType<typeof createCompany>;

export function createCompany(needs: Surroundings & { readonly gateway: Gateway }) {
  const { scheduler, prng, history, gateway } = needs;
  const spent = new Set<unknown>();
  let known: { readonly keys: JSONWebKeySet; readonly atMs: number } | undefined;

  const fetchKeys = async (): Promise<void> => {
    const answer = await gateway.request(COMPANY, 'GET /.well-known/jwks.json');
    if (answer?.status === 200) {
      known = { keys: answer.body as JSONWebKeySet, atMs: scheduler.now() };
    }
  };

  const verify = async (proof: string): Promise<Verdict> => {
    const isNewInstance = prng.chance(0.3);
    if (!known || isNewInstance || scheduler.now() > known.atMs + KEYS_MS) await fetchKeys();
    const first = await judge(proof);
    if (first !== 'unknown_key') return first;
    await fetchKeys();
    return judge(proof);
  };

  const judge = async (proof: string): Promise<Verdict> => {
    if (!known) return 'unknown_key';
    try {
      const { payload } = await jwtVerify(proof, createLocalJWKSet(known.keys), {
        algorithms: ['ES256'],
        typ: 'silent-auth-proof+jwt',
        issuer: PROOF.issuer,
        audience: PROOF.audience,
        requiredClaims: ['iat', 'exp', 'jti', 'request_id'],
        currentDate: new Date(scheduler.now()),
      });
      if (spent.has(payload.jti)) return 'spent';
      spent.add(payload.jti);
      return 'accepted';
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key';
      if (error instanceof errors.JWTExpired) return 'expired';
      if (error instanceof errors.JOSEError) return 'refused';
      throw error;
    }
  };

  return {
    /** Takes the proof that somebody hands over, if the answer holds one. */
    take: async ({ name: from }: Client, answer: Received | undefined): Promise<void> => {
      const { proof } = Object(answer?.body);
      if (typeof proof !== 'string') return;
      const { kid } = decode(proof.split('.')[0] ?? '');
      const made = await verify(alter(proof, prng));
      history.record({ kind: 'proof', from, kid, altered: true, verdict: made });
      await scheduler.sleep(prng.between(10, prng.pick([200, 20_000, 200_000])));
      const verdict = await verify(proof);
      history.record({ kind: 'proof', from, kid, altered: false, verdict });
    },
  };
}

/** Forged and stolen proofs. */
function alter(proof: string, prng: Prng): string {
  const [header = '', payload = '', signature = ''] = proof.split('.');
  const claims = decode(payload);
  const other = encode({ ...claims, phone_number: '+4915117777777', jti: prng.text('abc', 10) });
  return prng.pick([
    [header, other, signature].join('.'),
    [encode({ ...decode(header), alg: 'none' }), payload, ''].join('.'),
    [encode({ ...decode(header), kid: 'third' }), payload, signature].join('.'),
    [header, payload, signature.split('').toReversed().join('')].join('.'),
  ]);
}

function decode(part: string): JsonObject {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
