/** Sign-ins as Cognito plays them: three triggers in turn, real proofs, keys over HTTP, a real table. */

import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  CreateAuthChallengeTriggerEvent,
  DefineAuthChallengeTriggerEvent,
  VerifyAuthChallengeResponseTriggerEvent,
} from 'aws-lambda';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createProofVerifier,
  type VerifyProof,
} from '../../../docs/examples/cognito/proof-verifier.ts';
import { createSpend } from '../../../docs/examples/cognito/spent-proofs.ts';
import { createTrigger, type TriggerPorts } from '../../../docs/examples/cognito/trigger.ts';
import { createProofSigner } from '../../../shared/adapters/secrets/proof-signer.ts';
import type { ProofSigner } from '../../../shared/domain/ports/proof-signer.ts';
import type { ProofClaims } from '../../../shared/domain/proof.ts';
import { type DynaliteStore, startDynalite } from '../../fixtures/dynalite-store.ts';
import { AUDIENCE, newProofKey, PHONE_NUMBER } from '../../fixtures/proofs.ts';
import { fakeSecrets } from '../../fixtures/secrets.ts';

/** The handler for Lambda is built when the module is loaded. */
vi.hoisted(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('PROOF_ISSUER', 'https://verify.example.com');
});

const USER = { phone_number: PHONE_NUMBER, phone_number_verified: 'true' };
const SHARED = {
  version: '1',
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_pool',
  userName: 'ann',
  callerContext: { awsSdkVersion: '3', clientId: 'client' },
};

type Session = DefineAuthChallengeTriggerEvent['request']['session'];
const SRP: Session[number] = { challengeName: 'SRP_A', challengeResult: true };

const key = newProofKey();

let store: DynaliteStore;
let signer: ProofSigner;
let issuer = '';
let verifyProof: VerifyProof;
let sequence = 0;
const server = createServer(async (_request, response) => {
  response.end(JSON.stringify({ keys: await signer.publicKeys() }));
});

beforeAll(async () => {
  store = await startDynalite('jti');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  signer = signerOf(key.privateKey);
  verifyProof = createProofVerifier({ issuer, audience: AUDIENCE });
});

afterAll(async () => {
  server.close();
  await store.stop();
});

function signerOf(privateKey: string, audience = AUDIENCE): ProofSigner {
  return createProofSigner({
    secrets: fakeSecrets({ private_key: privateKey, kid: 'key-1' }),
    secretId: 'proof',
    issuer,
    settings: { audience },
  });
}

/** A proof of a verification of its own, unless the claims name one. */
function proofFor(nonce: string, claims: Partial<ProofClaims> = {}, by = signer): Promise<string> {
  const issuedAtSeconds = Math.floor(Date.now() / 1000);
  return by.sign({
    requestId: `request-${++sequence}`,
    channel: 'silent_auth',
    issuedAtSeconds,
    expiresAtSeconds: issuedAtSeconds + 120,
    nonce,
    phoneNumber: PHONE_NUMBER,
    ...claims,
  });
}

/** A proof for this nonce, changed and signed with the right key. */
async function resign(
  nonce: string,
  header: Record<string, unknown>,
  change: (claims: JWTPayload) => JWTPayload = (claims) => claims,
): Promise<string> {
  const proof = await proofFor(nonce);
  return new SignJWT(change(decodeJwt(proof)))
    .setProtectedHeader({ ...decodeProtectedHeader(proof), alg: 'ES256', ...header })
    .sign(createPrivateKey(key.privateKey), { crit: { example: true } });
}

function ports(): TriggerPorts {
  const spend = createSpend(store);
  return {
    verifyProof,
    spend: (jti) => spend(jti, Date.now()),
    nonce: () => `nonce-of-sign-in-${++sequence}`,
  };
}

interface SignIn {
  readonly userAttributes?: Record<string, string>;
  readonly userNotFound?: boolean;
  /** Made by the app when it knows the nonce. */
  readonly answer: (nonce: string) => Promise<string>;
}

/** What Cognito does for one `InitiateAuth` and one `RespondToAuthChallenge`. */
async function signIn({ userAttributes = USER, userNotFound, answer }: SignIn) {
  const trigger = createTrigger(ports());
  const about = { userAttributes, ...(userNotFound !== undefined && { userNotFound }) };
  const first = await define(trigger, about, []);
  expect(first).toEqual({
    challengeName: 'CUSTOM_CHALLENGE',
    issueTokens: false,
    failAuthentication: false,
  });
  const { publicChallengeParameters, privateChallengeParameters } = await create(trigger, about);
  const challengeAnswer = await answer(publicChallengeParameters.nonce ?? '');
  const challengeResult = await verify(trigger, {
    ...about,
    privateChallengeParameters,
    challengeAnswer,
  });
  return define(trigger, about, [{ challengeName: 'CUSTOM_CHALLENGE', challengeResult }]);
}

type Trigger = ReturnType<typeof createTrigger>;
type About = Pick<SignIn, 'userNotFound'> & { readonly userAttributes: Record<string, string> };

async function define(trigger: Trigger, about: About, session: Session) {
  const event: DefineAuthChallengeTriggerEvent = {
    ...SHARED,
    triggerSource: 'DefineAuthChallenge_Authentication',
    request: { ...about, session },
    response: { issueTokens: false, failAuthentication: false },
  };
  return (await trigger(event)).response;
}

async function create(trigger: Trigger, about: About) {
  const event: CreateAuthChallengeTriggerEvent = {
    ...SHARED,
    triggerSource: 'CreateAuthChallenge_Authentication',
    request: { ...about, challengeName: 'CUSTOM_CHALLENGE', session: [] },
    response: {
      publicChallengeParameters: {},
      privateChallengeParameters: {},
      challengeMetadata: '',
    },
  };
  const { response } = await trigger(event);
  if (!('publicChallengeParameters' in response)) throw new Error('no challenge');
  return response;
}

async function verify(
  trigger: Trigger,
  request: VerifyAuthChallengeResponseTriggerEvent['request'],
): Promise<boolean> {
  const event: VerifyAuthChallengeResponseTriggerEvent = {
    ...SHARED,
    triggerSource: 'VerifyAuthChallengeResponse_Authentication',
    request,
    response: { answerCorrect: false },
  };
  const { response } = await trigger(event);
  if (!('answerCorrect' in response)) throw new Error('no verdict');
  return response.answerCorrect;
}

const SIGNED_IN = { issueTokens: true, failAuthentication: false };
const REFUSED = { issueTokens: false, failAuthentication: true };

describe('Cognito sign-in', () => {
  it('issues tokens for a proof of the user’s number with the nonce of this sign-in', async () => {
    expect(await signIn({ answer: (nonce) => proofFor(nonce) })).toEqual(SIGNED_IN);
  });

  it.each<[string, (nonce: string) => Promise<string>]>([
    ['no JWT', async () => 'yes'],
    ['a proof of another sign-in', () => proofFor('nonce-of-another-sign-in')],
    ['a proof of another number', (nonce) => proofFor(nonce, { phoneNumber: '+447700900001' })],
    [
      'a proof for another backend',
      (nonce) => proofFor(nonce, {}, signerOf(newProofKey().privateKey, 'another')),
    ],
    ['a proof of another key', (nonce) => proofFor(nonce, {}, signerOf(newProofKey().privateKey))],
    ['an expired proof', (nonce) => proofFor(nonce, { issuedAtSeconds: 1, expiresAtSeconds: 121 })],
    ['another kind of token', (nonce) => resign(nonce, { typ: 'JWT' })],
    ['a critical extension', (nonce) => resign(nonce, { crit: ['example'], example: 1 })],
    ['an empty nonce', () => proofFor('')],
    ...['iss', 'aud', 'iat', 'exp', 'jti', 'nonce'].map(
      (claim): [string, (nonce: string) => Promise<string>] => [
        `a proof without ${claim}`,
        (nonce) => resign(nonce, {}, ({ [claim]: _missing, ...claims }) => claims),
      ],
    ),
  ])('ends for %s', async (_what, answer) => {
    expect(await signIn({ answer })).toEqual(REFUSED);
  });

  it('ends for an e-mail proof: it names no number', async () => {
    const answer = async (nonce: string): Promise<string> => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      return signer.sign({
        requestId: 'by-e-mail',
        channel: 'email',
        email: 'ann@example.com',
        nonce,
        issuedAtSeconds: nowSeconds,
        expiresAtSeconds: nowSeconds + 120,
      });
    };
    expect(await signIn({ answer })).toEqual(REFUSED);
    expect(await signIn({ answer, userAttributes: {} })).toEqual(REFUSED);
  });

  it('ends for a user whose number nobody has verified', async () => {
    const userAttributes = { ...USER, phone_number_verified: 'false' };
    expect(await signIn({ userAttributes, answer: (nonce) => proofFor(nonce) })).toEqual(REFUSED);
  });

  it('asks an unknown user like any other, and ends', async () => {
    const result = await signIn({ userNotFound: true, answer: (nonce) => proofFor(nonce) });
    expect(result).toEqual(REFUSED);
  });

  it('spends a jti once, even when the same proof comes many times at once', async () => {
    const trigger = createTrigger(ports());
    const nonce = 'nonce-of-one-sign-in';
    const proofs = await Promise.all(
      Array.from({ length: 5 }, () => proofFor(nonce, { requestId: 'one-verification' })),
    );
    const verdicts = await Promise.all(
      proofs.map((challengeAnswer) =>
        verify(trigger, {
          userAttributes: USER,
          privateChallengeParameters: { nonce },
          challengeAnswer,
        }),
      ),
    );
    expect(verdicts.filter(Boolean)).toHaveLength(1);
  });

  it('signs in with a proof of a clock that is half a minute ahead of its own', async () => {
    const issuedAtSeconds = Math.floor(Date.now() / 1000) + 30;
    const claims = { issuedAtSeconds, expiresAtSeconds: issuedAtSeconds + 120 };
    const requestId = 'from-the-future';
    expect(await signIn({ answer: (nonce) => proofFor(nonce, { requestId, ...claims }) })).toEqual(
      SIGNED_IN,
    );
  });

  it('spends nothing for a proof that it refuses', async () => {
    const requestId = 'refused-first';
    expect(
      await signIn({ answer: () => proofFor('nonce-of-another-sign-in', { requestId }) }),
    ).toEqual(REFUSED);
    expect(await signIn({ answer: (nonce) => proofFor(nonce, { requestId }) })).toEqual(SIGNED_IN);
  });

  it('skips a leading SRP_A, with which Amplify begins by default', async () => {
    const trigger = createTrigger(ports());
    const asked = await define(trigger, { userAttributes: USER }, [SRP]);
    expect(asked).toEqual(await define(trigger, { userAttributes: USER }, []));
    expect(await define(trigger, { userAttributes: USER }, [SRP, right()])).toEqual(SIGNED_IN);
  });

  it.each<[string, Session]>([
    ['a second answer', [wrong(), right()]],
    ['a wrong answer after SRP_A', [SRP, wrong()]],
    ['SRP_A after the answer', [right(), SRP]],
    ['SRP_A twice', [SRP, SRP]],
    ['a password alone', [{ challengeName: 'PASSWORD_VERIFIER', challengeResult: true }]],
  ])('ends for %s', async (_what, session) => {
    const trigger = createTrigger(ports());
    expect(await define(trigger, { userAttributes: USER }, session)).toEqual(REFUSED);
  });

  it('fails, and refuses nobody, while the public keys cannot be read', async () => {
    const unreachable = createProofVerifier({ issuer: 'http://127.0.0.1:1', audience: AUDIENCE });
    await expect(unreachable(await proofFor('nonce'))).rejects.toThrow();
  });

  it('fails, and refuses nobody, while the table cannot be written', async () => {
    const spend = createSpend({ client: store.client, table: 'missing' });
    await expect(spend('jti', Date.now())).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

function right(): Session[number] {
  return { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true };
}

function wrong(): Session[number] {
  return { challengeName: 'CUSTOM_CHALLENGE', challengeResult: false };
}
