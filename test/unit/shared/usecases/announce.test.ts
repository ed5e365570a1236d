import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { PushResult } from '../../../../shared/domain/ports/pusher.ts';
import { announce, type PublishNeeds, settle } from '../../../../shared/usecases/announce.ts';
import { at, checkUrlIssued, ended, START_MS, started } from '../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

const SOCKETS = ['1#one', '2#two', '3#three'] as const;
/** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
const DEADLINE_SECONDS = 210;

function worldOf(
  events: readonly VerificationEvent[],
  outcomes: readonly PushResult['outcome'][] = ['delivered', 'delivered', 'delivered'],
  seconds = 1,
) {
  const calls: string[] = [];
  const log = createMemoryLog(events, SOCKETS, calls);
  const pushed: string[] = [];
  const ports: PublishNeeds = {
    log,
    clock: { now: () => START_MS + seconds * 1000 },
    telemetry: { measure: () => {} },
    pusher: {
      push: async (connections, { status }) => {
        pushed.push(status);
        return connections.map((connection, index) => ({
          connection,
          outcome: outcomes[index] ?? 'delivered',
        }));
      },
      close: async () => {},
    },
  };
  return { ports, log, pushed, calls };
}

describe('announce', () => {
  it('pushes what the last event changed', async () => {
    const { ports, log, pushed } = worldOf([started(), checkUrlIssued()]);
    await announce(log.entry(), ports);
    expect(pushed).toEqual(['action_pending']);
  });

  it('pushes nothing when the last event changed nothing that a client sees', async () => {
    const { ports, log, pushed } = worldOf([started(), at(1, { type: 'notified' })]);
    await announce(log.entry(), ports);
    expect(pushed).toEqual([]);
  });

  it('forgets the connections that are gone, and no others', async () => {
    const { ports, log } = worldOf([started(), checkUrlIssued()], ['gone', 'failed', 'delivered']);
    await announce(log.entry(), ports);
    expect([...log.connections]).toEqual(['2#two', '3#three']);
  });

  it('does not mind when a connection cannot be forgotten', async () => {
    const { ports, log } = worldOf([started(), checkUrlIssued()], ['gone']);
    const forget = () => Promise.reject(new Error('down'));
    const verification = await announce(log.entry(), { ...ports, log: { ...log, forget } });
    expect(verification.status).toBe('action_pending');
  });
});

describe('settle', () => {
  it('ends what is overdue and tells its sockets', async () => {
    const { ports, log, pushed } = worldOf([started()], undefined, DEADLINE_SECONDS);
    await settle(log.entry(), ports);
    expect(log.events.map(({ type }) => type)).toEqual(['started', 'deadline']);
    expect(pushed).toEqual(['expired']);
  });

  it.each<[string, number, readonly VerificationEvent[]]>([
    ['still has time', DEADLINE_SECONDS - 0.001, [started()]],
    ['has ended', 1000, [started(), at(5, { type: 'cancelled' })]],
    ['ended by its channels', 1000, [started(['silent_auth']), ended('silent_auth', 'failed')]],
  ])('leaves alone what %s', async (_name, seconds, events) => {
    const { ports, log, calls } = worldOf(events, undefined, seconds);
    expect(await settle(log.entry(), ports)).toEqual(log.entry());
    expect(calls).toEqual([]);
  });
});
