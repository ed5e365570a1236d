import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { CancelAnswer } from '../../../../shared/domain/ports/vonage.ts';
import { runClock } from '../../../../shared/usecases/run-clock.ts';
import { BUDGET } from '../../../fixtures/answering-vonage.ts';
import { at, checked, ended, REQUEST_ID, started, submitted } from '../../../fixtures/histories.ts';
import { verificationWorld, type WorldAnswers } from '../../../fixtures/verification-world.ts';

/** silent_auth 60 s, sms and voice 120 s each, 30 s of grace. */
const START = started(['silent_auth', 'sms', 'voice']);
const DEADLINE = 330;
const NOTIFIED = at(9, { type: 'notified' });
/** Cancelled at 1 s, when Vonage refuses to cancel. */
const CANCELLED = [START, at(1, { type: 'cancelled' }), at(1, { type: 'let_go', n: 1 })];

function worldOf(events: readonly VerificationEvent[], answers: WorldAnswers = {}) {
  const { endNotifier, clockQueue, ...world } = verificationWorld(events, {
    connections: ['1#socket'],
    vonage: { cancel: 'cancelled' },
    ...answers,
  });
  const needs = { ...world.needs, endNotifier, clockQueue };
  /** Answers with what was done. */
  const run = async (seconds: number, step: number, found = needs) => {
    world.clock.seconds = seconds;
    const outcome = await runClock({ requestId: REQUEST_ID, step }, found, BUDGET);
    return [...world.calls.splice(0), outcome];
  };
  return { ...world, needs, run };
}

describe('runClock', () => {
  it('pushes each step that time alone has ended, at its time, and then the end', async () => {
    const { run, measured } = worldOf([START]);
    expect(await run(62, 0)).toEqual(['find', 'push action_pending sms 1', 'send 1 182', 'done']);
    expect(await run(182, 1)).toEqual([
      'find',
      'push action_pending voice 1',
      'send 2 332',
      'done',
    ]);
    expect(await run(332, 2)).toEqual([
      'find',
      'append deadline',
      'push expired voice 2',
      'notify expired',
      'append let_go',
      'append notified',
      'cancel at Vonage',
      'done',
    ]);
    expect(measured.filter((name) => !name.startsWith('Push'))).toEqual([
      'MovedOnByClock',
      'FallbackEntered',
      'MovedOnByClock',
      'FallbackEntered',
      'Ended',
      'EndedByClock',
      'ClockLag',
      'LateCancel taken',
    ]);
  });

  const LET_GO = ['append let_go', 'append notified', 'cancel at Vonage'];
  const OVER = [...CANCELLED, at(3, ended('voice', 'failed'))];
  const CHECKED_LATE = [START, at(20, submitted('a')), at(28, { type: 'cancelled' }), NOTIFIED];
  it.each<[string, number, readonly VerificationEvent[], readonly string[]]>([
    [
      'pushes nothing that a webhook has pushed',
      62,
      [START, at(4, ended('silent_auth', 'failed'))],
      ['send 1 126'],
    ],
    [
      'pushes what time had ended before a webhook about it came',
      62,
      [START, at(60.5, ended('silent_auth', 'expired'))],
      ['push action_pending sms 1', 'send 1 182'],
    ],
    [
      'pushes an end by the deadline that nobody has published',
      DEADLINE + 2,
      [START, at(DEADLINE, { type: 'deadline' })],
      ['push expired voice 2', 'notify expired', ...LET_GO],
    ],
    [
      'pushes no end by the deadline that was published',
      DEADLINE + 2,
      [START, at(DEADLINE, { type: 'deadline' }), NOTIFIED],
      ['append let_go', 'cancel at Vonage'],
    ],
    ['pushes nothing before a step has ended', 30, [START], ['send 0 62']],
    [
      'does nothing after a completion that was published',
      20,
      [START, submitted('a'), checked('a', 'accepted'), NOTIFIED],
      [],
    ],
    ['does nothing about a verification that nobody started', 62, [], []],
    [
      'cancels at Vonage at 31 s what was cancelled at 1 s',
      31,
      [...CANCELLED, NOTIFIED],
      ['append let_go', 'cancel at Vonage'],
    ],
    ['waits until Vonage can cancel', 20, [...CANCELLED, NOTIFIED], ['send 0 31']],
    ['waits for a code whose answer is lost', 31, CHECKED_LATE, ['send 0 46']],
    ['cancels after that wait', 46, CHECKED_LATE, ['append let_go', 'cancel at Vonage']],
    ['does not cancel what is over at Vonage', 31, [...OVER, NOTIFIED], []],
    ['publishes what was not published', 20, OVER, ['notify cancelled', 'append notified']],
  ])('%s', async (_rule, seconds, events, calls) => {
    const { run } = worldOf(events);
    expect(await run(seconds, 0)).toEqual(['find', ...calls, 'done']);
    const repeated = calls.filter((call) => /send|action_pending/.test(call));
    expect(await run(seconds, 0)).toEqual(['find', ...repeated, 'done']);
  });

  it('drops a message about a verification that is not there', async () => {
    const { run, needs, log } = worldOf([]);
    expect(await run(62, 0, { ...needs, log: { ...log, find: async () => undefined } })).toEqual([
      'done',
    ]);
  });

  it('pushes an end that another function has just made, which may push it too', async () => {
    const { run, needs, log, measured } = worldOf([START]);
    const before = log.entry();
    log.events.push(at(DEADLINE, { type: 'deadline' }));
    const calls = await run(DEADLINE + 2, 2, {
      ...needs,
      log: { ...log, find: async () => before },
    });
    expect(calls).toContain('notify expired');
    expect(calls).toContain('push expired voice 2');
    expect(measured.filter((name) => name.startsWith('Ended'))).toEqual([]);
  });

  it.each<[CancelAnswer, string]>([
    ['cancelled', 'taken'],
    ['refused', 'refused'],
    ['not_found', 'refused'],
    ['unknown', 'lost'],
  ])(
    'is done and counts it, once, when Vonage answers the late cancel with %s',
    async (cancel, outcome) => {
      const { run, measured } = worldOf(CANCELLED, { vonage: { cancel } });
      expect((await run(31, 0)).at(-1)).toBe('done');
      await run(31, 0);
      const late = measured.filter((name) => name.startsWith('LateCancel'));
      expect(late).toEqual([`LateCancel ${outcome}`, 'LateCancel not_needed']);
    },
  );

  it('wants the message again while the bus does not take the end', async () => {
    const { run, log } = worldOf([START], { bus: [false, false] });
    expect((await run(DEADLINE + 2, 2)).at(-1)).toBe('again');
    expect(log.events.map(({ type }) => type)).toEqual(['started', 'deadline', 'let_go']);
    expect(await run(DEADLINE + 90, 2)).toEqual([
      'find',
      'push expired voice 2',
      'notify expired',
      'again',
    ]);
  });

  it('wants the message again when it cannot send the next one', async () => {
    const { run, measured } = worldOf([START], { queueTakesMessages: false });
    expect((await run(62, 0)).at(-1)).toBe('again');
    expect(measured).toEqual(['PushDelivered', 'ClockMessageFailed']);
  });

  it('ends nothing twice when messages are late, repeated and out of order', async () => {
    const { run, log } = worldOf([START]);
    const calls = [await run(332, 2), await run(332, 0), await run(333, 1), await run(400, 2)];
    expect(calls.flat().filter((call) => /push|notify|cancel/.test(call))).toEqual([
      'push expired voice 2',
      'notify expired',
      'cancel at Vonage',
    ]);
    expect(log.events.filter(({ type }) => type === 'deadline')).toHaveLength(1);
  });
});
