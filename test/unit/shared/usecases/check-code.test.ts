import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { CheckAnswer } from '../../../../shared/domain/ports/vonage.ts';
import type { Channel } from '../../../../shared/domain/workflow.ts';
import { checkCode } from '../../../../shared/usecases/check-code.ts';
import { BUDGET } from '../../../fixtures/answering-vonage.ts';
import { at, checked, ended, REQUEST_ID, started, submitted } from '../../../fixtures/histories.ts';
import { TOKEN } from '../../../fixtures/memory-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const START = started(['silent_auth', 'sms', 'voice']);
const SMS = started(['sms']);
const CODE = { requestId: REQUEST_ID, code: 'aBcDeF' };
const PIN = { ...CODE, code: '123456' };
const FOREIGN = { ...CODE, requestId: `${REQUEST_ID}0` };

/** `check` is what Vonage answers. */
function worldOf(check: CheckAnswer, events: readonly VerificationEvent[] = [START], seconds = 10) {
  const world = verificationWorld(events, { seconds, connections: ['1#a'], vonage: { check } });
  const submit = (code = CODE, needs = world.needs) => checkCode(TOKEN, code, needs, BUDGET);
  const atVonage = () => world.calls.filter((call) => !/^(push|append)/.test(call));
  return { ...world, submit, atVonage };
}

describe('checkCode, when Vonage refuses the code of silent_auth', () => {
  it.each<[string, number, readonly Channel[], readonly string[]]>([
    ['asks for the next channel if it is still needed', 10, START.workflow, ['find', 'next']],
    ['asks at once where no second channel could be skipped', 10, ['silent_auth', 'sms'], ['next']],
    ['does not ask once time has moved on', 61, START.workflow, []],
    ['does not ask where there is no next channel', 10, ['silent_auth'], ['cancel at Vonage']],
  ])('%s', async (_rule, seconds, workflow, calls) => {
    const { submit, atVonage } = worldOf('rejected', [started(workflow)], seconds);
    await expect(submit()).rejects.toMatchObject({ code: 'code_invalid' });
    expect(atVonage()).toEqual(['check', ...calls]);
  });

  it('does not ask when a webhook has ended the channel meanwhile', async () => {
    const { submit, needs, log, atVonage } = worldOf('rejected');
    const next: typeof needs.vonage.next = (...call) => {
      log.events.push(at(10, ended('silent_auth', 'failed')));
      return needs.vonage.next(...call);
    };
    const waiting = submit(CODE, { ...needs, vonage: { ...needs.vonage, next } });
    await expect(waiting).rejects.toMatchObject({ code: 'code_invalid' });
    expect(atVonage()).toEqual(['check', 'find']);
  });

  it('asks when the log cannot be read again', async () => {
    const { submit, needs, atVonage } = worldOf('rejected');
    const find = () => Promise.reject(new Error('down'));
    await submit(CODE, { ...needs, log: { ...needs.log, find } }).catch(() => {});
    expect(atVonage()).toEqual(['check', 'next']);
  });
});

describe('checkCode', () => {
  it('counts the attempt before it asks Vonage, and writes the answer', async () => {
    const { submit, calls } = worldOf('accepted');
    expect((await submit()).status).toBe('completed');
    expect(calls.filter((call) => !call.startsWith('push'))).toEqual([
      'append code_submitted',
      'check',
      'append code_checked',
    ]);
  });

  it.each([
    ['123456', 'digits'],
    ['1bCdEf', 'letters'],
    ['a23456', 'letters'],
    ['12345f', 'letters'],
  ])('takes %s for a code of %s', async (code, kind) => {
    const { submit, log } = worldOf('accepted');
    await submit({ ...CODE, code });
    expect(log.events[1]).toMatchObject({ type: 'code_submitted', kind });
  });

  it('aborts and counts a code with the request_id of another, without asking Vonage', async () => {
    const { submit, calls, measured } = worldOf('accepted');
    await expect(submit(FOREIGN)).rejects.toMatchObject({
      code: 'request_id_mismatch',
      members: { verification: { status: 'aborted' } },
    });
    expect(calls).not.toContain('check');
    expect(calls).toContain('append aborted');
    expect(calls).toContain('cancel at Vonage');
    expect(measured).toContain('RequestIdMismatch');
  });

  it('lets go of what it aborted when a crash after the write has left that undone', async () => {
    const { submit, calls } = worldOf('accepted', [START, at(5, { type: 'aborted' })]);
    await expect(submit(FOREIGN)).rejects.toMatchObject({ code: 'request_id_mismatch' });
    expect(calls).toEqual([
      'append aborted',
      'push aborted silent_auth 2',
      'append let_go',
      'cancel at Vonage',
    ]);
  });

  it.each([
    ['none of silent_auth', CODE, 0],
    ['two of a PIN', PIN, 2],
  ])('leaves these tries after a refused code: %s', async (_what, code, attemptsRemaining) => {
    const { submit } = worldOf('rejected', [started(['silent_auth', 'sms'])]);
    const refusal = { code: 'code_invalid', members: { attemptsRemaining } };
    await expect(submit(code)).rejects.toMatchObject(refusal);
  });

  it('pushes and answers `checking` when the answer was lost, and does not ask again', async () => {
    const { submit, calls } = worldOf('unknown');
    expect((await submit()).status).toBe('checking');
    expect(calls).toEqual(['append code_submitted', 'check', 'push checking silent_auth 2']);
  });

  it('answers `checking` when an earlier code may be why Vonage does not know the request', async () => {
    const { submit } = worldOf('not_found', [SMS, submitted('earlier', 'digits')]);
    expect((await submit(PIN)).status).toBe('checking');
  });

  it('is closed when Vonage does not know the request and no other code can be why', async () => {
    const { submit } = worldOf('not_found', [SMS]);
    await expect(submit(PIN)).rejects.toMatchObject({ code: 'verification_closed' });
  });

  it.each<[string, readonly VerificationEvent[], string]>([
    ['while the first code of silent_auth is there', [submitted('first')], 'code_not_expected'],
    ['after any end but completed', [at(5, { type: 'cancelled' })], 'verification_closed'],
  ])('does not ask Vonage %s', async (_when, events, code) => {
    const { submit, atVonage } = worldOf('accepted', [START, ...events]);
    await expect(submit()).rejects.toMatchObject({ code });
    expect(atVonage()).toEqual([]);
  });

  it('answers without asking Vonage after completed', async () => {
    const completed = [START, submitted('earlier'), checked('earlier', 'accepted')];
    const { submit, atVonage } = worldOf('accepted', completed);
    expect((await submit()).status).toBe('completed');
    expect(atVonage()).toEqual([]);
  });
});
