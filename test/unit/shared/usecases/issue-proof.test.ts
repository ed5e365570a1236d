import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { isSameHash } from '../../../../shared/domain/same-hash.ts';
import { issueProof, type ProofRequest } from '../../../../shared/usecases/issue-proof.ts';
import { at, checked, ended, START_MS, submitted } from '../../../fixtures/histories.ts';
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

async function claimsOf(world: World, request: ProofRequest): Promise<Record<string, unknown>> {
  return decodeJwt((await issueProof(TOKEN, request, world)).proof);
}

describe('issueProof', () => {
  it('states who proved what, to whom, and for how long', async () => {
    const world = worldOf(await completedSilently());
    const claims = await claimsOf(world, PHONE);
    const iat = Math.floor(world.nowMs / 1000);
    expect(claims).toEqual({
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

  it('leaves out nonce and sub where the start had none', async () => {
    const [start, ...rest] = await completedSilently();
    if (start?.type !== 'started') throw new Error('the log does not begin with its start');
    const { nonce: _nonce, subject: _subject, ...anonymous } = start;
    const claims = await claimsOf(worldOf([anonymous, ...rest]), PHONE);
    expect(claims).not.toHaveProperty('nonce');
    expect(claims).not.toHaveProperty('sub');
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
      await expect(issueProof(TOKEN, request, world)).rejects.toMatchObject({
        code: 'proof_refused',
      });
    }
  });

  it('names no method while the code may have come by e-mail or to the phone', async () => {
    const ambiguous = await logOf(
      ['email', 'sms'],
      at(10, submitted('attempt1', 'digits')),
      at(20, checked('attempt1', 'accepted')),
    );
    expect(await claimsOf(worldOf(ambiguous), {})).toMatchObject({ amr: [] });
    await expect(issueProof(TOKEN, PHONE, worldOf(ambiguous))).rejects.toMatchObject({
      code: 'proof_refused',
    });
    const named = [...ambiguous, at(21, ended('sms', 'completed'))];
    expect(await claimsOf(worldOf(named), PHONE)).toMatchObject({ amr: ['sms'] });
  });

  it('proves the number, and names no method, while either of two may have reached it', async () => {
    const ambiguous = await logOf(
      ['sms', 'voice'],
      {
        type: 'channel_skipped',
        atMs: START_MS + 5000,
        channel: 'sms',
        error: 'user_choice',
        attempt: 1,
      },
      at(10, submitted('attempt1', 'digits')),
      at(20, checked('attempt1', 'accepted')),
    );
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
    await expect(issueProof(TOKEN, request, world)).rejects.toMatchObject({
      code: 'proof_refused',
      members: {},
    });
    expect(world.measured).toEqual([]);
  });

  it('refuses an address of a start that had none', async () => {
    const [start, ...rest] = await completedBy('email');
    if (start?.type !== 'started') throw new Error('the log does not begin with its start');
    const { emailHash: _hash, ...withoutEmail } = start;
    const world = worldOf([withoutEmail, ...rest]);
    await expect(issueProof(TOKEN, { email: EMAIL }, world)).rejects.toMatchObject({
      code: 'proof_refused',
    });
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['running', []],
    ['checking', [at(10, submitted('attempt1'))]],
    ['completed by the word of a webhook alone', [at(10, ended('silent_auth', 'completed'))]],
    ['failed', [at(10, ended('email', 'failed'))]],
    ['cancelled', [{ type: 'cancelled', atMs: START_MS + 1000 }]],
    ['aborted', [{ type: 'aborted', atMs: START_MS + 1000 }]],
    ['over by its deadline', [{ type: 'deadline', atMs: COMPLETED_AT_MS }]],
  ])('refuses a verification that is %s, at any time', async (_what, events) => {
    const world = worldOf(await logOf(['silent_auth', 'email'], ...events));
    for (const later of [0, 2 * WINDOW_MS]) {
      world.nowMs += later;
      await expect(issueProof(TOKEN, {}, world)).rejects.toMatchObject({
        code: 'proof_refused',
        members: {},
      });
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

  it('answers when the proof expires', async () => {
    const world = worldOf(await completedSilently());
    const { proof, expiresAtMs } = await issueProof(TOKEN, {}, world);
    expect(decodeJwt(proof).exp).toBe(expiresAtMs / 1000);
  });

  it('refuses a token that is not the verification’s, and an unknown verification', async () => {
    const world = worldOf(await completedSilently());
    const foreign = { ...TOKEN, hash: TOKEN.hash.map((byte) => byte ^ 1) };
    for (const token of [foreign, { ...TOKEN, requestId: 'another' }]) {
      await expect(issueProof(token, {}, world)).rejects.toMatchObject({
        code: 'client_token_invalid',
      });
    }
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
