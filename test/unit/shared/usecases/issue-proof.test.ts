import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { isSameHash } from '../../../../shared/domain/same-hash.ts';
import { issueProof, type ProofRequest } from '../../../../shared/usecases/issue-proof.ts';
import { at, checked, ended, skipped, submitted } from '../../../fixtures/histories.ts';
import {
  COMPLETED_AT_MS,
  completedBy,
  completedSilently,
  EMAIL,
  logOf,
  NONCE,
  PHONE_NUMBER,
  SUBJECT,
  TOKEN,
  type World,
  worldOf,
} from '../../../fixtures/proofs.ts';

const WINDOW_MS = 10 * 60_000;
const PHONE: ProofRequest = { phoneNumber: PHONE_NUMBER };
const REFUSED = { code: 'proof_refused', members: {} };
/** A PIN that Vonage accepted. */
const BY_PIN = [
  at(10, submitted('attempt1', 'digits')),
  at(20, checked('attempt1', 'accepted')),
] as const;

async function claimsOf(world: World, request: ProofRequest): Promise<Record<string, unknown>> {
  return decodeJwt((await issueProof(TOKEN, request, world)).proof);
}

/** A verification whose start lacks a member. */
async function startedWithout(
  member: 'nonce' | 'subject' | 'emailHash',
  log: Promise<readonly VerificationEvent[]>,
): Promise<World> {
  const [start, ...rest] = await log;
  if (start?.type !== 'started') throw new Error('the log does not begin with its start');
  const { [member]: _, ...without } = start;
  return worldOf([without, ...rest]);
}

describe('issueProof', () => {
  it('states who proved what, to whom, and for how long', async () => {
    const world = worldOf(await completedSilently());
    const iat = Math.floor(world.nowMs / 1000);
    const { proof, expiresAtMs } = await issueProof(TOKEN, PHONE, world);
    expect(expiresAtMs).toBe((iat + 120) * 1000);
    expect(decodeJwt(proof)).toEqual({
      iss: 'https://verify.example.com',
      aud: 'the-company',
      iat,
      exp: iat + 120,
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      request_id: TOKEN.requestId,
      amr: ['silent_auth'],
      nonce: NONCE,
      sub: SUBJECT,
      phone_number: PHONE_NUMBER,
    });
    expect(world.measured).toEqual([{ name: 'ProofIssued' }]);
  });

  it('names no address that the app does not repeat', async () => {
    const claims = await claimsOf(worldOf(await completedSilently()), {});
    expect(claims).not.toHaveProperty('phone_number');
    expect(claims).not.toHaveProperty('email');
  });

  it.each([
    ['nonce', 'nonce'],
    ['sub', 'subject'],
  ] as const)('leaves out %s where the start had none', async (claim, member) => {
    const world = await startedWithout(member, completedSilently());
    expect(await claimsOf(world, PHONE)).not.toHaveProperty(claim);
  });

  it.each(['sms', 'voice', 'whatsapp', 'rcs'] as const)(
    'proves the number by %s',
    async (channel) => {
      const claims = await claimsOf(worldOf(await completedBy(channel)), PHONE);
      expect(claims).toMatchObject({ amr: [channel], phone_number: PHONE_NUMBER });
    },
  );

  it('proves an address by e-mail, and never a number', async () => {
    const world = worldOf(await completedBy('email'));
    const claims = await claimsOf(world, { email: EMAIL });
    expect(claims).toMatchObject({ amr: ['email'], email: EMAIL });
    expect(claims).not.toHaveProperty('phone_number');
    for (const request of [PHONE, { ...PHONE, email: EMAIL }]) {
      await expect(issueProof(TOKEN, request, world)).rejects.toMatchObject(REFUSED);
    }
  });

  it('names no method while the code may have come by e-mail or to the phone', async () => {
    const ambiguous = await logOf(['email', 'sms'], ...BY_PIN);
    expect(await claimsOf(worldOf(ambiguous), {})).toMatchObject({ amr: [] });
    await expect(issueProof(TOKEN, PHONE, worldOf(ambiguous))).rejects.toMatchObject(REFUSED);
    const named = [...ambiguous, at(21, ended('sms', 'completed'))];
    expect(await claimsOf(worldOf(named), PHONE)).toMatchObject({ amr: ['sms'] });
  });

  it('proves the number without a method while either of two channels may have reached it', async () => {
    const skip = at(5, skipped('sms', 'user_choice'));
    const ambiguous = await logOf(['sms', 'voice'], skip, ...BY_PIN);
    const proven = { amr: [], phone_number: PHONE_NUMBER };
    expect(await claimsOf(worldOf(ambiguous), PHONE)).toMatchObject(proven);
    const named = [...ambiguous, at(21, ended('sms', 'completed'))];
    expect(await claimsOf(worldOf(named), PHONE)).toMatchObject({ ...proven, amr: ['sms'] });
  });

  it.each<[string, ProofRequest]>([
    ['another number', { phoneNumber: '+447700900001' }],
    ['a longer number', { phoneNumber: `${PHONE_NUMBER}0` }],
    ['another address', { email: 'bob@example.com' }],
    ['the address, which the phone did not prove', { email: EMAIL }],
    ['the number as an address', { email: PHONE_NUMBER }],
    ['the right number and a wrong address', { ...PHONE, email: 'bob@example.com' }],
  ])('refuses %s', async (_what, request) => {
    const world = worldOf(await completedSilently());
    await expect(issueProof(TOKEN, request, world)).rejects.toMatchObject(REFUSED);
    expect(world.measured).toEqual([]);
  });

  it('refuses an address of a start that had none', async () => {
    const world = await startedWithout('emailHash', completedBy('email'));
    await expect(issueProof(TOKEN, { email: EMAIL }, world)).rejects.toMatchObject(REFUSED);
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['running', []],
    ['checking', [at(10, submitted('attempt1'))]],
    ['completed by a webhook alone', [at(10, ended('silent_auth', 'completed'))]],
    ['failed', [at(10, ended('email', 'failed'))]],
    ['cancelled', [at(1, { type: 'cancelled' })]],
    ['aborted', [at(1, { type: 'aborted' })]],
    ['expired', [at(20, { type: 'deadline' })]],
  ])('refuses a verification that is %s, at any time', async (_what, events) => {
    const world = worldOf(await logOf(['silent_auth', 'email'], ...events));
    for (const later of [0, 2 * WINDOW_MS]) {
      world.nowMs += later;
      await expect(issueProof(TOKEN, {}, world)).rejects.toMatchObject(REFUSED);
    }
  });

  it('repeats for ten minutes with the same jti, then is closed', async () => {
    const world = worldOf(await completedSilently());
    const first = await claimsOf(world, PHONE);
    world.nowMs = COMPLETED_AT_MS + WINDOW_MS;
    const last = await claimsOf(world, PHONE);
    expect(last).toEqual({ ...first, iat: world.nowMs / 1000, exp: world.nowMs / 1000 + 120 });
    world.nowMs += 1;
    await expect(issueProof(TOKEN, PHONE, world)).rejects.toMatchObject({
      code: 'verification_closed',
      members: { verification: { status: 'completed' } },
    });
  });

  it.each([
    ['the token of another', { ...TOKEN, hash: TOKEN.hash.map((byte) => byte ^ 1) }],
    ['an unknown verification', { ...TOKEN, requestId: 'another' }],
  ])('refuses %s', async (_what, token) => {
    const world = worldOf(await completedSilently());
    await expect(issueProof(token, {}, world)).rejects.toMatchObject({
      code: 'client_token_invalid',
    });
  });
});

describe('isSameHash', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'ab', false],
    ['ab', 'abc', false],
    ['abc', '', false],
    ['', 'abc', false],
    ['ab\u0000', 'ab', false],
  ])('%j and %j: %s', (one, other, same) => {
    expect(isSameHash(one, other)).toBe(same);
  });
});
