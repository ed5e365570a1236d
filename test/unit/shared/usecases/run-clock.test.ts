import { describe, expect, it, vi } from 'vitest';
import type { CancelAnswer } from '../../../../shared/domain/ports/vonage.ts';
import { history } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

/** silent_auth 60 s, sms and voice 120 s each, 30 s of grace: 330 s. */
const START = 'started silent_auth sms voice';
/** When Vonage refuses to cancel. */
const CANCELLED = `${START}, cancelled @1, let_go 1 @1`;

function worldOf(...given: Parameters<typeof verificationWorld>) {
  const world = verificationWorld(...given);
  /** Answers with what was done. */
  const run = async (seconds: number, step = 0): Promise<readonly string[]> => {
    world.clock.seconds = seconds;
    const outcome = await world.runClock(step);
    return [...world.calls.splice(0), outcome];
  };
  return { ...world, run };
}

describe('runClock', () => {
  it('pushes each step that time alone has ended, at its time, and then the end', async () => {
    const { run, measured } = worldOf(START);
    expect(await run(62, 0)).toEqual(['find', 'push action_pending sms 1', 'send 1 182', 'done']);
    const second = ['find', 'push action_pending voice 1', 'send 2 332', 'done'];
    expect(await run(182, 1)).toEqual(second);
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

  const DEADLINE = `${START}, deadline @330`;
  const LET_GO = ['append let_go', 'cancel at Vonage'];
  const PUBLISHED = ['notify expired', 'append let_go', 'append notified', 'cancel at Vonage'];
  const CHECKED_LATE = `${START}, code a @20, cancelled @28, notified @28`;
  const OVER = `${CANCELLED}, voice failed @3`;
  it.each([
    ['nothing that a webhook has pushed', 62, `${START}, silent_auth failed @4`, ['send 1 126']],
    [
      'nothing that a webhook about a later step has pushed, after another event',
      62,
      `${START}, sms failed @20, pin a @61`,
      ['send 2 332'],
    ],
    [
      'nothing that a skip has pushed before Vonage refused a code',
      62,
      `${START}, code a @57, skip silent_auth - @58, a rejected @61`,
      ['send 1 180'],
    ],
    [
      'a push of what time had ended before a webhook about it came',
      62,
      `${START}, silent_auth expired @60.5`,
      ['push action_pending sms 1', 'send 1 182'],
    ],
    [
      'a push of an end by the deadline that nobody has published',
      332,
      DEADLINE,
      ['push expired voice 2', ...PUBLISHED],
    ],
    ['no push of one that was published', 332, `${DEADLINE}, notified @331`, LET_GO],
    ['nothing before a step has ended', 30, START, ['send 0 62']],
    ['nothing after a published completion', 20, `${START}, code a, a accepted, notified @9`, []],
    ['nothing about a verification that nobody started', 62, '', []],
    ['a cancel at 31 s of what was cancelled at 1 s', 31, `${CANCELLED}, notified @2`, LET_GO],
    ['a wait until Vonage can cancel', 20, `${CANCELLED}, notified @2`, ['send 0 31']],
    ['a wait for a code whose answer is lost', 31, CHECKED_LATE, ['send 0 46']],
    ['a cancel after that wait', 46, CHECKED_LATE, LET_GO],
    ['no cancel of what is over at Vonage', 31, `${OVER}, notified @9`, []],
    ['the end that was not published', 20, OVER, ['notify cancelled', 'append notified']],
  ])('does what is due, once: %s', async (_what, seconds, events, calls) => {
    const { run } = worldOf(events);
    expect(await run(seconds)).toEqual(['find', ...calls, 'done']);
    const repeated = calls.filter((call) => /send|action_pending/.test(call));
    expect(await run(seconds)).toEqual(['find', ...repeated, 'done']);
  });

  it('drops a message about a verification that is not there', async () => {
    const { run, log } = worldOf('');
    vi.spyOn(log, 'find').mockResolvedValue(undefined);
    expect(await run(62)).toEqual(['done']);
  });

  it('pushes an end that another function has just made, which may push it too', async () => {
    const { run, log, measured } = worldOf(START);
    vi.spyOn(log, 'find').mockResolvedValue(log.entry());
    log.events.push(...history('deadline @330'));
    const calls = await run(332, 2);
    expect(calls).toContain('notify expired');
    expect(calls).toContain('push expired voice 2');
    expect(measured.filter((name) => name.startsWith('Ended'))).toEqual([]);
  });

  it.each<[CancelAnswer, string]>([
    ['cancelled', 'taken'],
    ['refused', 'refused'],
    ['not_found', 'refused'],
    ['unknown', 'lost'],
  ])('counts once that Vonage answers the late cancel with %s', async (cancel, outcome) => {
    const { run, measured } = worldOf(CANCELLED, { vonage: { cancel } });
    expect((await run(31)).at(-1)).toBe('done');
    await run(31);
    const late = measured.filter((name) => name.startsWith('LateCancel'));
    expect(late).toEqual([`LateCancel ${outcome}`, 'LateCancel not_needed']);
  });

  it('wants the message again while the bus does not take the end', async () => {
    const { run, log } = worldOf(START, { bus: [false, false] });
    expect((await run(332, 2)).at(-1)).toBe('again');
    expect(log.events.map(({ type }) => type)).toEqual(['started', 'deadline', 'let_go']);
    const again = ['find', 'push expired voice 2', 'notify expired', 'again'];
    expect(await run(420, 2)).toEqual(again);
  });

  it('wants the message again when it cannot send the next one', async () => {
    const { run, measured } = worldOf(START, { queueTakesMessages: false });
    expect((await run(62)).at(-1)).toBe('again');
    expect(measured).toEqual(['PushDelivered', 'ClockMessageFailed']);
  });

  it('ends nothing twice when messages are late, repeated and out of order', async () => {
    const { run, log } = worldOf(START);
    const calls = [await run(332, 2), await run(332, 0), await run(333, 1), await run(400, 2)];
    expect(calls.flat().filter((call) => /push|notify|cancel/.test(call))).toEqual([
      'push expired voice 2',
      'notify expired',
      'cancel at Vonage',
    ]);
    expect(log.events.filter(({ type }) => type === 'deadline')).toHaveLength(1);
  });
});
