import { describe, expect, it, vi } from 'vitest';
import type { CheckAnswer } from '../../../../shared/domain/ports/vonage.ts';
import { at, REQUEST_ID } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const START = 'started silent_auth sms voice';
const CODE = { requestId: REQUEST_ID, code: 'aBcDeF' };
const PIN = { ...CODE, code: '123456' };
const FOREIGN = { ...CODE, requestId: `${REQUEST_ID}0` };

/** `check` is what Vonage answers. */
function worldOf(check: CheckAnswer, events = START, seconds = 10) {
  const world = verificationWorld(events, { seconds, vonage: { check } });
  const atVonage = () => world.calls.filter((call) => !/^(push|append|notify|send)/.test(call));
  return { ...world, atVonage };
}

describe('checkCode, when Vonage refuses the code of silent_auth', () => {
  it.each([
    ['asks for the next channel if it is still needed', 10, START, ['find', 'next']],
    ['asks at once where no second channel could be skipped', 10, 'started', ['next']],
    ['does not ask once time has moved on', 61, START, []],
    [
      'does not ask for a next channel without one',
      10,
      'started silent_auth',
      ['cancel at Vonage'],
    ],
  ])('%s', async (_rule, seconds, start, calls) => {
    const { check, atVonage } = worldOf('rejected', start, seconds);
    await expect(check(CODE)).rejects.toMatchObject({ code: 'code_invalid' });
    expect(atVonage()).toEqual(['check', ...calls]);
  });

  it('does not ask when a webhook has ended the channel meanwhile', async () => {
    const { check, needs, log, atVonage } = worldOf('rejected');
    const { next } = needs.vonage;
    vi.spyOn(needs.vonage, 'next').mockImplementation((...call) => {
      log.events.push(at(10, { type: 'channel_ended', channel: 'silent_auth', outcome: 'failed' }));
      return next(...call);
    });
    await expect(check(CODE)).rejects.toMatchObject({ code: 'code_invalid' });
    expect(atVonage()).toEqual(['check', 'find']);
  });

  it('asks when the log cannot be read again', async () => {
    const { check, log, atVonage } = worldOf('rejected');
    vi.spyOn(log, 'find').mockRejectedValue(new Error('down'));
    await expect(check(CODE)).rejects.toMatchObject({ code: 'code_invalid' });
    expect(atVonage()).toEqual(['check', 'next']);
  });
});

describe('checkCode', () => {
  it('counts the attempt before it asks Vonage, once, and writes the answer', async () => {
    const { check, calls, atVonage } = worldOf('accepted');
    expect((await check(CODE)).status).toBe('completed');
    expect(calls.slice(0, 3)).toEqual(['append code_submitted', 'check', 'append code_checked']);
    expect(atVonage()).toEqual(['check']);
  });

  it.each([
    ['123456', 'digits'],
    ['1bCdEf', 'letters'],
    ['a23456', 'letters'],
    ['12345f', 'letters'],
  ])('takes %s for a code of %s', async (code, kind) => {
    const { check, log } = worldOf('accepted');
    await check({ ...CODE, code });
    expect(log.events[1]).toMatchObject({ type: 'code_submitted', kind });
  });

  it('aborts and counts a code with the request_id of another, without asking Vonage', async () => {
    const { check, atVonage, measured } = worldOf('accepted');
    await expect(check(FOREIGN)).rejects.toMatchObject({
      code: 'request_id_mismatch',
      members: { verification: { status: 'aborted' } },
    });
    expect(atVonage()).toEqual(['cancel at Vonage']);
    expect(measured).toContain('RequestIdMismatch');
  });

  it('lets go of what it aborted when a crash after the write has left that undone', async () => {
    const { check, calls } = worldOf('accepted', `${START}, aborted @5`);
    await expect(check(FOREIGN)).rejects.toMatchObject({ code: 'request_id_mismatch' });
    for (const call of ['push aborted silent_auth 2', 'append let_go', 'cancel at Vonage']) {
      expect(calls).toContain(call);
    }
  });

  it.each([
    ['none of silent_auth', CODE, 0],
    ['two of a PIN', PIN, 2],
  ])('leaves these tries after a refused code: %s', async (_what, code, attemptsRemaining) => {
    const { check } = worldOf('rejected', 'started');
    const refusal = { code: 'code_invalid', members: { attemptsRemaining } };
    await expect(check(code)).rejects.toMatchObject(refusal);
  });

  it('pushes and answers `checking` when the answer was lost, and does not ask again', async () => {
    const { check, calls } = worldOf('unknown');
    expect((await check(CODE)).status).toBe('checking');
    expect(calls).toEqual(['append code_submitted', 'check', 'push checking silent_auth 2']);
  });

  it('answers `checking` when an earlier code may be why Vonage does not know the request', async () => {
    const { check } = worldOf('not_found', 'started sms, pin earlier');
    expect((await check(PIN)).status).toBe('checking');
  });

  it('is closed when Vonage does not know the request and no other code can be why', async () => {
    const { check } = worldOf('not_found', 'started sms');
    await expect(check(PIN)).rejects.toMatchObject({ code: 'verification_closed' });
  });

  it.each([
    ['while the first code of silent_auth is there', 'code first', 'code_not_expected'],
    ['after any end but completed', 'cancelled @5', 'verification_closed'],
  ])('does not ask Vonage %s', async (_when, events, code) => {
    const { check, atVonage } = worldOf('accepted', `${START}, ${events}`);
    await expect(check(CODE)).rejects.toMatchObject({ code });
    expect(atVonage()).toEqual([]);
  });

  it('answers without asking Vonage after completed', async () => {
    const { check, atVonage } = worldOf('accepted', `${START}, code earlier, earlier accepted`);
    expect((await check(CODE)).status).toBe('completed');
    expect(atVonage()).toEqual([]);
  });
});
