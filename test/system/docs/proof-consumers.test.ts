/**
 * The consumers of docs/examples/proof, each in its own language, against the same good and bad
 * proofs.
 */

import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProofSigner } from '../../../shared/adapters/secrets/proof-signer.ts';
import type { ProofSigner } from '../../../shared/domain/ports/proof-signer.ts';
import { type DynaliteStore, startDynalite } from '../../fixtures/dynalite-store.ts';
import { closeServer, listenLocally } from '../../fixtures/listen.ts';
import { type Claims, findConsumers } from '../../fixtures/proof-consumers.ts';
import { AUDIENCE, NONCE, newProofKey, PHONE_NUMBER } from '../../fixtures/proofs.ts';
import { fakeSecrets } from '../../fixtures/secrets.ts';

/** As the document has it: plain JavaScript. */
const SPEND = '../../../docs/examples/proof/spend-proof.mjs';
const { spend }: { spend: (client: unknown, table: string, jti: string) => Promise<boolean> } =
  await import(SPEND);
const key = newProofKey();
const consumers = findConsumers();

let signer: ProofSigner;
let issuer = '';
const server = createServer(async (request, response) => {
  const isKeys = request.url === '/.well-known/jwks.json';
  response.writeHead(isKeys ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ keys: isKeys ? await signer.publicKeys() : [] }));
});

beforeAll(async () => {
  issuer = await listenLocally(server);
  const previous_public_key = newProofKey().publicKey;
  signer = signerFor(issuer, AUDIENCE, { private_key: key.privateKey, previous_public_key });
});

afterAll(() => {
  consumers.remove();
  return closeServer(server);
});

/** Longer than any consumer takes to begin on a busy machine. */
const LIFETIME_SECONDS = 3600;

function signerFor(iss: string, audience: string, secret: Record<string, string>): ProofSigner {
  return createProofSigner({
    secrets: fakeSecrets(secret),
    secretId: 'proof',
    issuer: iss,
    settings: { audience },
  });
}

function sign(by: ProofSigner = signer, ageSeconds = 0, nonce = NONCE) {
  const issuedAtSeconds = Math.floor(Date.now() / 1000) - ageSeconds;
  return by.sign({
    requestId: 'request-1',
    channel: 'silent_auth',
    issuedAtSeconds,
    expiresAtSeconds: issuedAtSeconds + LIFETIME_SECONDS,
    subject: 'a "quoted" \\ näme',
    phoneNumber: PHONE_NUMBER,
    ...(nonce !== '' && { nonce }),
  });
}

/** A proof with another header or other claims, signed with the right key. */
async function resign(header: Claims, claims: Claims = {}): Promise<string> {
  const proof = await sign();
  return new SignJWT({ ...decodeJwt(proof), ...claims })
    .setProtectedHeader({ ...decodeProtectedHeader(proof), alg: 'ES256', ...header })
    .sign(createPrivateKey(key.privateKey), { crit: { example: true } });
}

async function altered(): Promise<string> {
  const [header, payload = '', signature] = (await sign()).split('.');
  const claims = Buffer.from(payload, 'base64url').toString();
  const other = claims.replace(PHONE_NUMBER, '+447700900001');
  return [header, Buffer.from(other).toString('base64url'), signature].join('.');
}

async function zeroed(): Promise<string> {
  return (await sign()).replace(/\.[^.]+$/, `.${'A'.repeat(86)}`);
}

async function unsigned(): Promise<string> {
  const [, payload] = (await sign()).split('.');
  const header = { ...decodeProtectedHeader(await sign()), alg: 'none' };
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.`;
}

async function ofAnotherKey(): Promise<string> {
  const [{ kid } = { kid: '' }] = await signer.publicKeys();
  return sign(signerFor(issuer, AUDIENCE, { private_key: newProofKey().privateKey, kid }));
}

const current = { private_key: key.privateKey };
const BAD: readonly (readonly [string, () => Promise<string>])[] = [
  ['an altered one', altered],
  ['an unsigned one', unsigned],
  ['one whose signature is zeros', zeroed],
  ['one of another key under the same name', ofAnotherKey],
  ['one of an unknown key', () => resign({ kid: 'nobody' })],
  ['another kind of token', () => resign({ typ: 'JWT' })],
  ['one for another backend', () => sign(signerFor(issuer, 'another', current))],
  ['one of another deployment', () => sign(signerFor('https://a.example', AUDIENCE, current))],
  ['an expired one', () => sign(signer, LIFETIME_SECONDS + 1)],
  ['one of another sign-in', () => sign(signer, 0, 'nonce-of-another-sign-in')],
  ['one without a nonce', () => sign(signer, 0, '')],
  ['one with an empty nonce', () => resign({}, { nonce: '' })],
  ['one with a critical extension', () => resign({ crit: ['example'], example: 1 })],
  ...['iss', 'aud', 'iat', 'exp', 'jti', 'request_id'].map(
    (name) => [`one without ${name}`, () => resign({}, { [name]: undefined })] as const,
  ),
];

describe.each(consumers.all)('the consumer in $language', ({ missing, run, judge }) => {
  if (missing !== undefined) {
    it.skip(`is not run: this machine has no ${missing}`, () => {});
    return;
  }
  const expected = () => ({ issuer, audience: AUDIENCE, nonce: NONCE });
  let good = '';
  let ahead = '';
  /** The good proof is first and last: the others are not refused because of what came before. */
  let verdicts: readonly (Claims | undefined)[] = [];

  beforeAll(async () => {
    good = await sign();
    const bad = await Promise.all(BAD.map(([, make]) => make()));
    ahead = await sign(signer, -30);
    verdicts = await judge(expected(), [good, ...bad, ahead, good]);
  });

  it('accepts a proof and reads its claims', () => {
    expect(verdicts).toHaveLength(BAD.length + 3);
    expect([verdicts[0], verdicts.at(-1)]).toEqual([decodeJwt(good), decodeJwt(good)]);
  });

  it('accepts a proof of a clock that is half a minute ahead of its own', () => {
    expect(verdicts.at(-2)).toEqual(decodeJwt(ahead));
  });

  it.each(BAD.map(([what], index) => [what, index + 1] as const))('refuses %s', (_what, at) => {
    expect(verdicts[at]).toBeUndefined();
  });

  it('refuses a proof without a nonce also when it was given none to expect', async () => {
    const nameless = { ...expected(), nonce: '' };
    expect(await judge(nameless, [await sign(signer, 0, '')])).toEqual([undefined]);
  });

  it('is a command that prints the claims, or fails', async () => {
    const [claims, failure] = await Promise.all([
      run(expected(), good),
      altered().then((proof) => run(expected(), proof).catch((error) => error)),
    ]);
    expect(claims).toEqual(decodeJwt(good));
    expect(failure).toMatchObject({ code: 1 });
  });
});

describe('spending a proof', () => {
  let store: DynaliteStore;

  beforeAll(async () => {
    store = await startDynalite('jti');
  });

  afterAll(() => store.stop());

  it('succeeds once, at the same moment and later', async () => {
    const { jti = '' } = decodeJwt(await sign());
    const spendIt = (): Promise<boolean> => spend(store.client, store.table, jti);
    const verdicts = await Promise.all(Array.from({ length: 10 }, spendIt));
    expect(verdicts.filter(Boolean)).toHaveLength(1);
    expect(await spendIt()).toBe(false);
    expect(await spend(store.client, store.table, 'another')).toBe(true);
  });

  it('throws when the table cannot be written', async () => {
    await expect(spend(store.client, 'missing', 'jti')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('docs/proof.md', () => {
  it.each(['verify-proof.mjs', 'spend-proof.mjs'])('shows %s as it was tested', (name) => {
    const [, ...listing] = readFileSync(`docs/examples/proof/${name}`, 'utf8').split('\n');
    expect(readFileSync('docs/proof.md', 'utf8')).toContain(listing.join('\n'));
  });
});
