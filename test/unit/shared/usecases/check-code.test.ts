import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { Pusher } from '../../../../shared/domain/ports/pusher.ts';
import type { Measurement } from '../../../../shared/domain/ports/telemetry.ts';
import type { Appended, Entry } from '../../../../shared/domain/ports/verification-log.ts';
import type { CheckAnswer, NextAnswer } from '../../../../shared/domain/ports/vonage.ts';
import { type CheckCodeNeeds, checkCode } from '../../../../shared/usecases/check-code.ts';
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

const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
const TOKEN = { requestId: REQUEST_ID, hash: new Uint8Array(32) };
const CODE = { requestId: REQUEST_ID, code: 'aBcDeF' };
const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };

/** A log of one verification and a Vonage that refuses the code; `seconds` have passed since the start. */
function worldOf(seconds: number, ...events: readonly VerificationEvent[]) {
  const stored = [...events];
  const entry = (): Entry => ({ requestId: REQUEST_ID, events: [...stored], connections: [] });
  const fail = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  const next = vi.fn(
    async (_id: string, _budget: unknown, isStillNeeded?: () => Promise<boolean>) =>
      ((await isStillNeeded?.()) === false ? 'none_left' : 'moved') as NextAnswer,
  );
  const ports: CheckCodeNeeds = {
    log: {
      find: async () => entry(),
      append: async (_requestId, event): Promise<Appended> => {
        stored.push(event);
        return { outcome: 'appended', entry: entry() };
      },
      subscribe: fail,
      forget: fail,
    },
    clock: { now: () => START_MS + seconds * 1000 },
    random: { attemptId: () => 'attempt1' },
    pusher: { push: async () => [], close: async () => {} },
    telemetry: { measure: () => {} },
    vonage: {
      check: async (): Promise<CheckAnswer> => 'rejected',
      cancel: async () => 'refused',
      next,
    },
  };
  return { ports, stored, next };
}

/** What the asking for the next channel came to, if it was asked for. */
async function askedAfter(world: ReturnType<typeof worldOf>): Promise<string | undefined> {
  const refused = await checkCode(TOKEN, CODE, world.ports, BUDGET).catch((error) => error);
  expect(refused).toBeInstanceOf(Problem);
  expect(refused.code).toBe('code_invalid');
  return world.next.mock.results[0]?.value;
}

describe('checkCode, when Vonage refuses the code of silent_auth', () => {
  it('asks for the next channel', async () => {
    expect(await askedAfter(worldOf(10, started(WORKFLOW)))).toBe('moved');
  });

  it('asks at once where no second channel could be skipped', async () => {
    const world = worldOf(10, started(['silent_auth', 'sms']));
    await askedAfter(world);
    expect(world.next.mock.calls[0]?.[2]).toBeUndefined();
  });

  it('does not ask when Vonage’s own clock has moved on', async () => {
    expect(await askedAfter(worldOf(61, started(WORKFLOW)))).toBeUndefined();
  });

  it('does not ask when there is no next channel', async () => {
    expect(await askedAfter(worldOf(10, started(['silent_auth'])))).toBeUndefined();
  });

  it('does not ask when Vonage says so itself while we wait', async () => {
    const world = worldOf(10, started(WORKFLOW));
    world.next.mockImplementation(async (_id, _budget, isStillNeeded) => {
      world.stored.push(at(10, ended('silent_auth', 'failed')));
      return (await isStillNeeded?.()) ? 'moved' : 'none_left';
    });
    expect(await askedAfter(world)).toBe('none_left');
  });

  it('asks when the log cannot be read again', async () => {
    const world = worldOf(10, started(WORKFLOW));
    const find = () => Promise.reject(new Error('down'));
    const ports = { ...world.ports, log: { ...world.ports.log, find } };
    expect(await askedAfter({ ...world, ports })).toBe('moved');
  });
});

describe('checkCode', () => {
  /** What happens in which order, with an answer of Vonage that is not a refusal. */
  function observed(answer: CheckAnswer, ...events: readonly VerificationEvent[]) {
    const world = worldOf(10, ...events);
    const calls: string[] = [];
    const note = (name: string): void => {
      calls.push(name);
    };
    const { log, vonage } = world.ports;
    const ports: CheckCodeNeeds = {
      ...world.ports,
      log: {
        ...log,
        append: (requestId, event) => {
          note(`append ${event.type}`);
          return log.append(requestId, event);
        },
      },
      vonage: { ...answeringVonage({ check: answer }, calls), next: vonage.next },
    };
    return { ports, calls };
  }

  it('counts the attempt before it asks Vonage, and writes what that answers', async () => {
    const { ports, calls } = observed('accepted', started(WORKFLOW));
    expect((await checkCode(TOKEN, CODE, ports, BUDGET)).status).toBe('completed');
    expect(calls).toEqual(['append code_submitted', 'check', 'append code_checked']);
  });

  it.each([
    ['123456', 'digits'],
    ['1bCdEf', 'letters'],
    ['a23456', 'letters'],
    ['12345f', 'letters'],
  ])('takes %s for a code of %s', async (code, kind) => {
    const world = worldOf(10, started(WORKFLOW));
    await checkCode(TOKEN, { ...CODE, code }, world.ports, BUDGET).catch(() => {});
    expect(world.stored).toContainEqual(expect.objectContaining({ type: 'code_submitted', kind }));
  });

  it('does not ask Vonage about a code of another request_id, and aborts', async () => {
    const { ports, calls } = observed('accepted', started(WORKFLOW));
    const code = { ...CODE, requestId: `${REQUEST_ID}0` };
    await expect(checkCode(TOKEN, code, ports, BUDGET)).rejects.toMatchObject({
      code: 'request_id_mismatch',
      members: { verification: { status: 'aborted' } },
    });
    expect(calls).toEqual(['append aborted', 'append let_go', 'cancel at Vonage']);
  });

  it('counts every code that came with the request_id of another', async () => {
    const { ports } = observed('accepted', started(WORKFLOW));
    const measured: string[] = [];
    const telemetry = { measure: ({ name }: Measurement) => void measured.push(name) };
    const code = { ...CODE, requestId: `${REQUEST_ID}0` };
    await checkCode(TOKEN, code, { ...ports, telemetry }, BUDGET).catch(() => {});
    expect(measured).toContain('RequestIdMismatch');
  });

  it.each<[string, string, number]>([
    ['none of silent_auth', 'aBcDeF', 0],
    ['two of a PIN', '123456', 2],
  ])('leaves, after a refused code, %s', async (_what, code, attemptsRemaining) => {
    const { ports } = observed('rejected', started(['silent_auth', 'sms']));
    await expect(checkCode(TOKEN, { ...CODE, code }, ports, BUDGET)).rejects.toMatchObject({
      code: 'code_invalid',
      members: { attemptsRemaining },
    });
  });

  it('pushes `checking` when the answer of Vonage was lost', async () => {
    const { ports } = observed('unknown', started(WORKFLOW));
    const pushed: string[] = [];
    const push: Pusher['push'] = async (_connections, { status }) => {
      pushed.push(status);
      return [];
    };
    const log = { ...ports.log };
    const listening = { requestId: REQUEST_ID, connections: ['1#a'] };
    const append: typeof log.append = async (requestId, event, hash) => {
      const appended = await ports.log.append(requestId, event, hash);
      return appended.outcome === 'unauthorized'
        ? appended
        : { ...appended, entry: { ...appended.entry, ...listening } };
    };
    const pusher = { ...ports.pusher, push };
    await checkCode(TOKEN, CODE, { ...ports, pusher, log: { ...log, append } }, BUDGET);
    expect(pushed).toEqual(['checking']);
  });

  it('does not ask Vonage about a second code of silent_auth while the first is there', async () => {
    const { ports, calls } = observed('accepted', started(WORKFLOW), submitted('earlier'));
    await expect(checkCode(TOKEN, CODE, ports, BUDGET)).rejects.toMatchObject({
      code: 'code_not_expected',
    });
    expect(calls).toEqual(['append code_submitted']);
  });

  it('does not ask again when the answer was lost', async () => {
    const { ports, calls } = observed('unknown', started(WORKFLOW));
    expect((await checkCode(TOKEN, CODE, ports, BUDGET)).status).toBe('checking');
    expect(calls).toEqual(['append code_submitted', 'check']);
  });

  it('waits on when Vonage does not know the request any more, if an earlier code may be why', async () => {
    const open = submitted('earlier', 'digits');
    const pin = { ...CODE, code: '123456' };
    const waiting = observed('not_found', started(['sms']), open);
    expect((await checkCode(TOKEN, pin, waiting.ports, BUDGET)).status).toBe('checking');
    const alone = observed('not_found', started(['sms']));
    await expect(checkCode(TOKEN, pin, alone.ports, BUDGET)).rejects.toMatchObject({
      code: 'verification_closed',
    });
  });

  it('answers without a call after completed, and 410 after any other end', async () => {
    const completed = [started(WORKFLOW), submitted('earlier'), checked('earlier', 'accepted')];
    const known = observed('accepted', ...completed);
    expect((await checkCode(TOKEN, CODE, known.ports, BUDGET)).status).toBe('completed');
    expect(known.calls).toEqual(['append code_submitted']);
    const over = observed('accepted', started(WORKFLOW), at(5, { type: 'cancelled' }));
    await expect(checkCode(TOKEN, CODE, over.ports, BUDGET)).rejects.toMatchObject({
      code: 'verification_closed',
    });
    expect(over.calls).toEqual(['append code_submitted']);
  });
});
