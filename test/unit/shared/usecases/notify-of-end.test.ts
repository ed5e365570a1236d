import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type {
  Appended,
  Entry,
  VerificationLog,
} from '../../../../shared/domain/ports/verification-log.ts';
import type { Verification } from '../../../../shared/domain/verification.ts';
import { notifyOfEndAgain } from '../../../../shared/usecases/notify-of-end.ts';
import { publishChange } from '../../../../shared/usecases/publish-change.ts';
import { toRecorded } from '../../../../shared/usecases/recorded.ts';
import {
  checked,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

const CANCELLED: VerificationEvent = { type: 'cancelled', atMs: START_MS + 1500 };
/** It ended at once, by the code. */
const COMPLETED = [submitted('attempt1'), checked('attempt1', 'accepted')];

/** A log of one verification, and a bus that takes an event when its turn says so. */
function worldOf(accepts: readonly boolean[], events: readonly VerificationEvent[]) {
  const stored = [...events];
  const told: Verification[] = [];
  const entry = (): Entry => ({ requestId: REQUEST_ID, events: [...stored], connections: [] });
  const fail = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  const log: VerificationLog = {
    find: async () => entry(),
    append: async (_requestId, event): Promise<Appended> => {
      stored.push(event);
      return { outcome: 'appended', entry: entry() };
    },
    subscribe: fail,
    forget: fail,
  };
  const clock = { now: () => START_MS + 2000 };
  const ports = {
    log,
    clock,
    pusher: { push: async () => [], close: async () => {} },
    telemetry: { measure: () => {} },
    endNotifier: {
      notify: async (_entry: Entry, verification: Verification) => {
        told.push(verification);
        return accepts[told.length - 1] ?? true;
      },
    },
  };
  const recorded = () => toRecorded(entry(), clock.now());
  return { ports, stored, told, recorded };
}

describe('notifyOfEnd', () => {
  it('publishes an end once it is there, and not again afterwards', async () => {
    const { ports, stored, told, recorded } = worldOf([], [started(), CANCELLED]);
    await publishChange(recorded(), ports);
    expect(told).toMatchObject([{ status: 'cancelled', requestId: REQUEST_ID }]);
    expect(stored.at(-1)?.type).toBe('notified');
    await notifyOfEndAgain(recorded(), ports);
    expect(told).toHaveLength(1);
  });

  it('publishes nothing for a verification that still runs', async () => {
    const { ports, told, recorded } = worldOf([], [started()]);
    await publishChange(recorded(), ports);
    expect(told).toEqual([]);
  });

  it('publishes again at the next read when the bus did not take it', async () => {
    const { ports, stored, told, recorded } = worldOf([false, true], [started(), CANCELLED]);
    await publishChange(recorded(), ports);
    expect(stored.map(({ type }) => type)).not.toContain('notified');
    await notifyOfEndAgain(recorded(), ports);
    expect(told).toHaveLength(1);
    ports.clock.now = () => START_MS + 2500;
    await notifyOfEndAgain(recorded(), ports);
    expect(told).toHaveLength(2);
    expect(stored.at(-1)?.type).toBe('notified');
  });

  it('publishes again with the summary, because nothing else may follow', async () => {
    const { ports, stored, told, recorded } = worldOf([false, true], [started(), ...COMPLETED]);
    ports.clock.now = () => START_MS;
    await publishChange(recorded(), ports);
    expect(told).toHaveLength(1);
    stored.push(summarized('completed'));
    await publishChange(recorded(), ports);
    expect(told).toHaveLength(2);
    await publishChange(recorded(), ports);
    expect(told).toHaveLength(2);
  });

  it('changes nothing that a client sees', async () => {
    const { ports, recorded } = worldOf([], [started(), CANCELLED]);
    const before = recorded().folded.verification;
    await publishChange(recorded(), ports);
    expect(recorded().folded.verification).toEqual(before);
  });

  it('survives a store that loses that it was published', async () => {
    const { ports, told, recorded } = worldOf([], [started(), CANCELLED]);
    const append = () => Promise.reject(new Error('down'));
    await publishChange(recorded(), { ...ports, log: { ...ports.log, append } });
    expect(told).toHaveLength(1);
  });
});
