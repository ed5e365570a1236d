import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { isSameHash } from '../../../../shared/domain/same-hash.ts';
import { issueProof, type ProofRequest } from '../../../../shared/usecases/issue-proof.ts';
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
const MAIL: ProofRequest = { email: EMAIL };
const REFUSED = { code: 'proof_refused', members: {} };

async function claimsOf(world: World, request: ProofRequest): Promise<Record<string, unknown>> {
  return decodeJwt((await issueProof(TOKEN, request, world)).proof);
}

/** The log, with a start that lacks a member. */
function without(member: 'nonce' | 'subject' | 'emailHash', log: readonly VerificationEvent[]) {
  return log.map((event) => {
    if (event.type !== 'started') return event;
    const { [member]: _, ...others } = event;
    return others;
  });
}

describe('issueProof', () => {
  it('states who proved what, to whom, and for how long', async () => {
    const world = worldOf(completedSilently());
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

  it.each<[claim: string, log: readonly VerificationEvent[], request: ProofRequest]>([
    ['phone_number', completedSilently(), {}],
    ['email', completedBy('email'), {}],
    ['phone_number', completedBy('email'), MAIL],
    ['nonce', without('nonce', completedSilently()), PHONE],
    ['sub', without('subject', completedSilently()), PHONE],
  ])('names no %s that the start or the request does not', async (claim, log, request) => {
    expect(await claimsOf(worldOf(log), request)).not.toHaveProperty(claim);
  });

  const BY_PIN = 'pin a @10, a accepted @20';
  /** The code may have come by e-mail or to the phone. */
  const OF_EITHER = `started email sms, ${BY_PIN}`;
  /** Both channels reach the phone. */
  const OF_THE_PHONE = `started sms voice, skip sms user_choice @5, ${BY_PIN}`;
  it.each<
    [what: string, log: readonly VerificationEvent[], request: ProofRequest, amr: readonly string[]]
  >([
    ['the number by SMS', completedBy('sms'), PHONE, ['sms']],
    ['the number by voice', completedBy('voice'), PHONE, ['voice']],
    ['the number by WhatsApp', completedBy('whatsapp'), PHONE, ['whatsapp']],
    ['the number by RCS', completedBy('rcs'), PHONE, ['rcs']],
    ['the address by e-mail', completedBy('email'), MAIL, ['email']],
    ['nothing by one of two channels', logOf(OF_EITHER), {}, []],
    ['the number by SMS', logOf(`${OF_EITHER}, sms completed @21`), PHONE, ['sms']],
    ['the number by one of two channels', logOf(OF_THE_PHONE), PHONE, []],
    ['the number by SMS', logOf(`${OF_THE_PHONE}, sms completed @21`), PHONE, ['sms']],
  ])('proves %s', async (_what, log, request, amr) => {
    const { phoneNumber: phone_number, email } = request;
    const proven = { amr, ...(phone_number && { phone_number }), ...(email && { email }) };
    expect(await claimsOf(worldOf(log), request)).toMatchObject(proven);
  });

  it.each<[what: string, log: readonly VerificationEvent[], request: ProofRequest]>([
    ['another number', completedSilently(), { phoneNumber: '+447700900001' }],
    ['a longer number', completedSilently(), { phoneNumber: `${PHONE_NUMBER}0` }],
    ['another address', completedBy('email'), { email: 'bob@example.com' }],
    ['an address that the phone did not prove', completedSilently(), MAIL],
    ['a number that the mailbox did not prove', completedBy('email'), PHONE],
    ['both where one is proven', completedBy('email'), { ...PHONE, ...MAIL }],
    ['the number as an address', completedSilently(), { email: PHONE_NUMBER }],
    ['a wrong address', completedSilently(), { ...PHONE, email: 'bob@example.com' }],
    ['an address of a start without', without('emailHash', completedBy('email')), MAIL],
    ['a number that may not have got the code', logOf(OF_EITHER), PHONE],
  ])('refuses %s', async (_what, log, request) => {
    const world = worldOf(log);
    await expect(issueProof(TOKEN, request, world)).rejects.toMatchObject(REFUSED);
    expect(world.measured).toEqual([]);
  });

  it.each([
    ['running', 'started'],
    ['checking', 'started, code a @10'],
    ['completed by a webhook alone', 'started, silent_auth completed @10'],
    ['failed', 'started, email failed @10'],
    ['cancelled', 'started, cancelled @1'],
    ['aborted', 'started, aborted @1'],
    ['expired', 'started, deadline @20'],
  ])('refuses a verification that is %s, at any time', async (_what, log) => {
    const world = worldOf(logOf(log));
    for (const later of [0, 2 * WINDOW_MS]) {
      world.nowMs += later;
      await expect(issueProof(TOKEN, {}, world)).rejects.toMatchObject(REFUSED);
    }
  });

  it('repeats for ten minutes with the same jti, then is closed', async () => {
    const world = worldOf(completedSilently());
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

  it('refuses the token of another', async () => {
    const token = { ...TOKEN, hash: TOKEN.hash.map((byte) => byte ^ 1) };
    const refused = issueProof(token, {}, worldOf(completedSilently()));
    await expect(refused).rejects.toMatchObject({ code: 'client_token_invalid' });
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
  ])('compares %j with %j: %s', (one, other, same) => {
    expect(isSameHash(one, other)).toBe(same);
  });
});
