import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { ClockMessage } from '../../../../shared/domain/ports/clock-queue.ts';
import type { Measurement } from '../../../../shared/domain/ports/telemetry.ts';
import type { CancelAnswer } from '../../../../shared/domain/ports/vonage.ts';
import { type RunClockNeeds, runClock } from '../../../../shared/usecases/run-clock.ts';
import { answeringVonage } from '../../../fixtures/answering-vonage.ts';
import {
  at,
  checked,
  ended,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
} from '../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };
/** silent_auth 60 s, sms and voice 120 s each, 30 s of grace. */
const WORKFLOW = started(['silent_auth', 'sms', 'voice']);
const DEADLINE = 330;

interface Answers {
  readonly takesEvents?: boolean;
  readonly takesMessages?: boolean;
  readonly cancel?: CancelAnswer;
}

function worldOf(events: readonly VerificationEvent[], answers: Answers = {}) {
  const { takesEvents = true, takesMessages = true, cancel = 'cancelled' } = answers;
  const calls: string[] = [];
  const measured: string[] = [];
  const clock = { seconds: 0, now: () => START_MS + clock.seconds * 1000 };
  const log = createMemoryLog(events, ['1#socket'], calls);
  const needs: RunClockNeeds = {
    log,
    clock,
    telemetry: {
      measure: (measurement: Measurement) => {
        const { outcome } = 'dimensions' in measurement ? (measurement.dimensions ?? {}) : {};
        measured.push(outcome ? `${measurement.name} ${outcome}` : measurement.name);
      },
    },
    pusher: {
      push: async (_connections, { status, channel, seq }) => {
        calls.push(`push ${status} ${channel} ${seq}`);
        return [];
      },
      close: async () => {},
    },
    endNotifier: {
      notify: async () => {
        calls.push('notify');
        return takesEvents;
      },
    },
    vonage: answeringVonage({ cancel }, calls),
    clockQueue: {
      send: async ({ step }, atMs) => {
        calls.push(`send ${step} ${(atMs - START_MS) / 1000}`);
        return takesMessages;
      },
    },
  };
  const run = (seconds: number, step: number, requestId = REQUEST_ID) => {
    clock.seconds = seconds;
    calls.length = 0;
    const message: ClockMessage = { requestId, step };
    return runClock(message, needs, BUDGET);
  };
  return { run, calls, measured, log, needs };
}

describe('runClock', () => {
  it('pushes each step that time alone has ended, at its time, and then the end', async () => {
    const { run, calls, measured } = worldOf([WORKFLOW]);
    expect(await run(62, 0)).toBe('done');
    expect(calls).toEqual(['find', 'push action_pending sms 1', 'send 1 182']);
    expect(await run(182, 1)).toBe('done');
    expect(calls).toEqual(['find', 'push action_pending voice 1', 'send 2 332']);
    expect(await run(332, 2)).toBe('done');
    expect(calls).toEqual([
      'find',
      'append deadline',
      'push expired voice 2',
      'notify',
      'append let_go',
      'append notified',
      'cancel at Vonage',
    ]);
    expect(measured.filter((name) => /Clock|Late|Ended/.test(name))).toEqual([
      'MovedOnByClock',
      'MovedOnByClock',
      'EndedByClock',
      'ClockLag',
      'Ended',
      'LateCancel taken',
    ]);
  });

  it('pushes no end that somebody else has just made', async () => {
    const { calls, needs, log } = worldOf([WORKFLOW]);
    const before = log.entry();
    log.events.push(at(DEADLINE, { type: 'deadline' }));
    const late = {
      ...needs,
      clock: { now: () => START_MS + (DEADLINE + 2) * 1000 },
      log: { ...log, find: async () => before },
    };
    expect(await runClock({ requestId: REQUEST_ID, step: 2 }, late, BUDGET)).toBe('done');
    expect(calls).toContain('notify');
    expect(calls.filter((call) => call.startsWith('push'))).toEqual([]);
  });

  it('appends nothing for a step, and pushes nothing that a webhook has pushed', async () => {
    const { run, calls, log } = worldOf([WORKFLOW, at(4, ended('silent_auth', 'failed'))]);
    expect(await run(62, 0)).toBe('done');
    expect(calls).toEqual(['find', 'send 1 126']);
    expect(log.events).toHaveLength(2);
  });

  it('pushes nothing before a step has ended: a message comes after at most 900 s', async () => {
    const { run, calls } = worldOf([WORKFLOW]);
    await run(30, 0);
    expect(calls).toEqual(['find', 'send 0 62']);
  });

  it('reads once and does nothing else after a completion that was published', async () => {
    const completed = [
      WORKFLOW,
      submitted('a'),
      checked('a', 'accepted'),
      at(9, { type: 'notified' }),
    ];
    const { run, calls } = worldOf(completed);
    for (const seconds of [20, 62]) {
      expect(await run(seconds, 0)).toBe('done');
      expect(calls).toEqual(['find']);
    }
  });

  it('drops a message about a verification that is not there, or that nobody started', async () => {
    const { run, calls, needs, log } = worldOf([]);
    expect(await run(62, 0)).toBe('done');
    expect(calls).toEqual(['find']);
    const unknown = { ...needs, log: { ...log, find: async () => undefined } };
    expect(await runClock({ requestId: 'gone', step: 0 }, unknown, BUDGET)).toBe('done');
  });

  it('lets go at 31 s of what was cancelled at 1 s, and does it once', async () => {
    const early = [at(1, { type: 'cancelled' }), letGo(1), at(2, { type: 'notified' })] as const;
    const { run, calls, measured } = worldOf([WORKFLOW, ...early]);
    expect(await run(31, 0)).toBe('done');
    expect(calls).toEqual(['find', 'append let_go', 'cancel at Vonage']);
    expect(await run(31, 0)).toBe('done');
    expect(calls).toEqual(['find']);
    expect(measured).toEqual(['LateCancel taken', 'LateCancel not_needed']);
  });

  it('comes back when it is too early to let go', async () => {
    const { run, calls } = worldOf([WORKFLOW, at(1, { type: 'cancelled' }), letGo(1)]);
    expect(await run(20, 0)).toBe('done');
    expect(calls).toEqual(['find', 'notify', 'send 0 31', 'append notified']);
  });

  it('lets go nothing that Vonage knows to be over', async () => {
    const over = [at(1, { type: 'cancelled' }), letGo(1), at(3, ended('voice', 'failed'))] as const;
    const { run, calls } = worldOf([WORKFLOW, ...over, at(4, { type: 'notified' })]);
    await run(31, 0);
    expect(calls).toEqual(['find']);
  });

  it.each<CancelAnswer>(['refused', 'not_found', 'unknown'])(
    'is done although Vonage answers the late cancel with %s',
    async (cancel) => {
      const { run } = worldOf([WORKFLOW, at(1, { type: 'cancelled' }), letGo(1)], { cancel });
      expect(await run(31, 0)).toBe('done');
    },
  );

  it('asks for the message again while the bus does not take the end', async () => {
    const { run, calls, log } = worldOf([WORKFLOW], { takesEvents: false });
    expect(await run(DEADLINE + 2, 2)).toBe('again');
    expect(log.events.map(({ type }) => type)).toEqual(['started', 'deadline', 'let_go']);
    expect(await run(DEADLINE + 90, 2)).toBe('again');
    expect(calls).toEqual(['find', 'notify']);
  });

  it('asks for the message again when it cannot send the next one', async () => {
    const { run, measured } = worldOf([WORKFLOW], { takesMessages: false });
    expect(await run(62, 0)).toBe('again');
    expect(measured).toContain('ClockMessageFailed');
  });

  it('ends nothing twice, whatever is delivered in whatever order', async () => {
    const { run, calls, log } = worldOf([WORKFLOW]);
    const told: string[] = [];
    for (const [seconds, step] of [
      [332, 2],
      [332, 0],
      [333, 1],
      [400, 2],
    ] as const) {
      await run(seconds, step);
      told.push(...calls.filter((call) => /push|notify|cancel/.test(call)));
    }
    expect(told).toEqual(['push expired voice 2', 'notify', 'cancel at Vonage']);
    expect(log.events.filter(({ type }) => type === 'deadline')).toHaveLength(1);
  });
});

function letGo(seconds: number): VerificationEvent {
  return { type: 'let_go', atMs: START_MS + seconds * 1000, n: 1 };
}
