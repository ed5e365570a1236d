import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { cancelVerification } from '../../../../shared/usecases/cancel-verification.ts';
import { answeringVonage } from '../../../fixtures/answering-vonage.ts';
import { at, checked, START_MS, started, submitted } from '../../../fixtures/histories.ts';
import { createMemoryLog, TOKEN } from '../../../fixtures/memory-log.ts';

const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };

function worldOf(seconds: number, ...events: readonly VerificationEvent[]) {
  const calls: string[] = [];
  const note = (name: string): void => void calls.push(name);
  const log = createMemoryLog([started(), ...events], ['1#a'], calls);
  const ports = {
    log,
    clock: { now: () => START_MS + seconds * 1000 },
    telemetry: { measure: () => {} },
    pusher: {
      push: async () => {
        note('push');
        return [];
      },
      close: async () => {},
    },
    vonage: answeringVonage({}, calls),
  };
  return { ports, calls, cancel: () => cancelVerification(TOKEN, ports, BUDGET) };
}

describe('cancelVerification', () => {
  it('is final before anything is pushed', async () => {
    const { cancel, calls } = worldOf(10);
    expect(await cancel()).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_client' });
    expect(calls).toEqual(['append cancelled', 'push', 'append let_go', 'cancel at Vonage']);
  });

  it('pushes and publishes nothing a second time', async () => {
    const { cancel, calls } = worldOf(10);
    const first = await cancel();
    calls.length = 0;
    expect(await cancel()).toEqual(first);
    expect(calls).toEqual(['append cancelled']);
  });

  it('lets go once more when it is repeated after Vonage can', async () => {
    const { cancel, calls } = worldOf(31, at(5, { type: 'cancelled' }), at(5, { type: 'aborted' }));
    await cancel();
    await cancel();
    expect(calls).toEqual([
      'append cancelled',
      'append let_go',
      'cancel at Vonage',
      'append cancelled',
    ]);
  });

  it('wakes the clock for the moment when Vonage can let go, and only if that is to come', async () => {
    for (const [seconds, sent] of [
      [1, [START_MS + 31_000]],
      [32, []],
    ] as const) {
      const { ports } = worldOf(seconds);
      const times: number[] = [];
      const clockQueue = { send: async (_message: unknown, atMs: number) => times.push(atMs) > 0 };
      await cancelVerification(TOKEN, { ...ports, clockQueue }, BUDGET);
      expect(times).toEqual(sent);
    }
  });

  it('changes no other end, and tells Vonage nothing', async () => {
    const { cancel, calls } = worldOf(10, submitted('a'), at(5, checked('a', 'accepted')));
    expect((await cancel()).status).toBe('completed');
    expect(calls).toEqual(['append cancelled']);
  });

  it('comes too late once the time of the verification is over', async () => {
    const { cancel, calls } = worldOf(1000);
    expect(await cancel()).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(calls).toEqual([
      'append cancelled',
      'append deadline',
      'push',
      'append let_go',
      'cancel at Vonage',
    ]);
  });

  it('tells a client that has filled the log when to come again', async () => {
    const { ports } = worldOf(10);
    const append = async () => ({ outcome: 'full', entry: ports.log.entry() }) as const;
    const full = { ...ports, log: { ...ports.log, append } };
    await expect(cancelVerification(TOKEN, full, BUDGET)).rejects.toMatchObject({
      code: 'rate_limited',
      members: { retryAfterSeconds: 200 },
    });
  });

  it('refuses a foreign token', async () => {
    const { ports, calls } = worldOf(10);
    const append = async () => ({ outcome: 'unauthorized' }) as const;
    const foreign = { ...ports, log: { ...ports.log, append } };
    await expect(cancelVerification(TOKEN, foreign, BUDGET)).rejects.toMatchObject({
      code: 'client_token_invalid',
    });
    expect(calls).toEqual([]);
  });
});
