/** Sign-ins in Cognito's order: three triggers, real proofs, keys over HTTP, a real table. */

import type { CreateAuthChallengeTriggerEvent, DefineAuthChallengeTriggerEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createProofVerifier } from '../../../docs/examples/cognito/proof-verifier.ts';
import { createSpend } from '../../../docs/examples/cognito/spent-proofs.ts';
import { createTrigger, type TriggerEvent } from '../../../docs/examples/cognito/trigger.ts';
import { type DynaliteStore, startDynalite } from '../../fixtures/dynalite-store.ts';
import { startProofIssuer } from '../../fixtures/proof-issuer.ts';
import { AUDIENCE, newProofKey, PHONE_NUMBER } from '../../fixtures/proofs.ts';
import { until } from '../../fixtures/until.ts';

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
const SRP = { challengeName: 'SRP_A', challengeResult: true } as const;
const RIGHT: Session[number] = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true };
const WRONG: Session[number] = { ...RIGHT, challengeResult: false };

const { issuer, sign, resign, close } = await startProofIssuer();
const verifyProof = createProofVerifier({ issuer, audience: AUDIENCE });
let store: DynaliteStore;
let sequence = 0;

beforeAll(async () => {
  store = await startDynalite('jti');
  // The example gives up on the keys after 2 s; once read, they are cached.
  await until(async () => verifyProof(await sign()).catch(() => undefined));
});

afterAll(async () => {
  await close();
  await store.stop();
});

function newTrigger(): Trigger {
  const spend = createSpend(store);
  return createTrigger({
    verifyProof,
    spend: (jti) => spend(jti, Date.now()),
    nonce: () => `nonce-of-sign-in-${++sequence}`,
  });
}

type Trigger = ReturnType<typeof createTrigger>;
/** Makes the app's answer to a nonce. */
type Answer = (nonce: string) => Promise<string>;
interface User {
  readonly userAttributes: Record<string, string>;
  readonly userNotFound?: boolean;
}

/** What Cognito does for one `InitiateAuth` and one `RespondToAuthChallenge`. */
async function signIn(answer: Answer, user: User = { userAttributes: USER }) {
  const trigger = newTrigger();
  expect(await define(trigger, [], user)).toEqual(ASKED);
  const asked = { ...user, challengeName: 'CUSTOM_CHALLENGE', session: [] };
  const created = await fire(trigger, 'CreateAuthChallenge', asked);
  const { publicChallengeParameters, privateChallengeParameters } = created;
  const challengeAnswer = await answer(publicChallengeParameters.nonce ?? '');
  const challenge = { ...user, privateChallengeParameters, challengeAnswer };
  const challengeResult = await verify(trigger, challenge);
  return define(trigger, [{ ...RIGHT, challengeResult }], user);
}

/** What the trigger responds to an event of this kind. */
async function fire(trigger: Trigger, kind: string, request: object) {
  const triggerSource = `${kind}_Authentication`;
  const event: unknown = { ...SHARED, triggerSource, request, response: {} };
  const { response } = await trigger(event as TriggerEvent);
  return response as CreateAuthChallengeTriggerEvent['response'];
}

function define(trigger: Trigger, session: Session, user: User = { userAttributes: USER }) {
  return fire(trigger, 'DefineAuthChallenge', { ...user, session });
}

async function verify(trigger: Trigger, request: object): Promise<boolean> {
  const response: object = await fire(trigger, 'VerifyAuthChallengeResponse', request);
  return 'answerCorrect' in response && response.answerCorrect === true;
}

const ASKED = {
  challengeName: 'CUSTOM_CHALLENGE',
  issueTokens: false,
  failAuthentication: false,
};
const SIGNED_IN = { issueTokens: true, failAuthentication: false };
const REFUSED = { issueTokens: false, failAuthentication: true };
const anotherKey = { private_key: newProofKey().privateKey };

describe('Cognito sign-in', () => {
  it('issues tokens for a proof of the user’s number with the nonce of this sign-in', async () => {
    expect(await signIn((nonce) => sign({ nonce }))).toEqual(SIGNED_IN);
  });

  it.each<[string, Answer]>([
    ['no JWT', async () => 'yes'],
    ['a proof of another sign-in', () => sign({ nonce: 'nonce-of-another-sign-in' })],
    ['a proof of another number', (nonce) => sign({ nonce, phoneNumber: '+447700900001' })],
    ['a proof for another backend', (nonce) => sign({ nonce }, { audience: 'b' })],
    ['a proof of another key', (nonce) => sign({ nonce }, anotherKey)],
    ['an expired proof', (nonce) => sign({ nonce, ageSeconds: 86_400 })],
    ['another kind of token', (nonce) => resign({ typ: 'JWT' }, { nonce })],
    ['a critical extension', (nonce) => resign({ crit: ['example'], example: 1 }, { nonce })],
    ['an empty nonce', () => sign({ nonce: '' })],
    ...['iss', 'aud', 'iat', 'exp', 'jti', 'nonce'].map((claim): [string, Answer] => [
      `a proof without ${claim}`,
      (nonce) => resign({}, { nonce, [claim]: undefined }),
    ]),
  ])('is refused with %s', async (_what, answer) => {
    expect(await signIn(answer)).toEqual(REFUSED);
  });

  it('is refused with an e-mail proof, which names no number', async () => {
    const claims = { phone_number: undefined, email: 'a@example.com' };
    const answer: Answer = (nonce) => resign({}, { nonce, ...claims });
    expect(await signIn(answer)).toEqual(REFUSED);
    expect(await signIn(answer, { userAttributes: {} })).toEqual(REFUSED);
  });

  it.each<[string, User]>([
    [
      'whose number is not verified',
      { userAttributes: { ...USER, phone_number_verified: 'false' } },
    ],
    ['whom Cognito does not know', { userAttributes: USER, userNotFound: true }],
  ])('asks a user %s like any other, and is refused', async (_who, user) => {
    expect(await signIn((nonce) => sign({ nonce }), user)).toEqual(REFUSED);
  });

  it('spends a jti once, even when the same proof comes many times at once', async () => {
    const trigger = newTrigger();
    const nonce = 'nonce-of-one-sign-in';
    const verdicts = await Promise.all(
      Array.from({ length: 5 }, async () =>
        verify(trigger, {
          userAttributes: USER,
          privateChallengeParameters: { nonce },
          challengeAnswer: await sign({ nonce, requestId: 'one-verification' }),
        }),
      ),
    );
    expect(verdicts.filter(Boolean)).toHaveLength(1);
  });

  it('accepts a proof of a clock that is half a minute ahead', async () => {
    expect(await signIn((nonce) => sign({ nonce, ageSeconds: -30 }))).toEqual(SIGNED_IN);
  });

  it('spends nothing for a proof that it refuses', async () => {
    const requestId = 'refused-first';
    const nonceOfAnother = 'nonce-of-another-sign-in';
    expect(await signIn(() => sign({ requestId, nonce: nonceOfAnother }))).toEqual(REFUSED);
    expect(await signIn((nonce) => sign({ requestId, nonce }))).toEqual(SIGNED_IN);
  });

  it.each<[what: string, session: Session, outcome: object]>([
    ['SRP_A, which Amplify sends first by default', [SRP], ASKED],
    ['a right answer after SRP_A', [SRP, RIGHT], SIGNED_IN],
    ['a second answer', [WRONG, RIGHT], REFUSED],
    ['a wrong answer after SRP_A', [SRP, WRONG], REFUSED],
    ['SRP_A after the answer', [RIGHT, SRP], REFUSED],
    ['SRP_A twice', [SRP, SRP], REFUSED],
    ['a password alone', [{ ...SRP, challengeName: 'PASSWORD_VERIFIER' }], REFUSED],
  ])('decides after %s', async (_what, session, outcome) => {
    expect(await define(newTrigger(), session)).toEqual(outcome);
  });

  it('throws, and refuses nobody, while the public keys cannot be read', async () => {
    const unreachable = createProofVerifier({ issuer: 'http://127.0.0.1:1', audience: AUDIENCE });
    await expect(unreachable(await sign())).rejects.toThrow();
  });

  it('throws, and refuses nobody, while the table cannot be written', async () => {
    const spend = createSpend({ client: store.client, table: 'missing' });
    await expect(spend('jti', Date.now())).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
