import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../shared/domain/errors.ts';
import type { VerificationEvent } from '../../../shared/domain/events.ts';
import type { Appended, CheckAnswer, Entry, NextAnswer } from '../../../shared/domain/ports.ts';
import { type CheckPorts, checkCode } from '../../../shared/usecases/check-code.ts';
import { at, ended, REQUEST_ID, START_MS, started } from '../../fixtures/histories.ts';

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
  const ports: CheckPorts = {
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
    vonage: { check: async (): Promise<CheckAnswer> => 'rejected', cancel: async () => {}, next },
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
