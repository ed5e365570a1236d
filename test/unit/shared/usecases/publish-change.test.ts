import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { PushResult } from '../../../../shared/domain/ports/pusher.ts';
import { type PublishNeeds, publishChange } from '../../../../shared/usecases/publish-change.ts';
import { toRecorded } from '../../../../shared/usecases/recorded.ts';
import { at, checkUrlIssued, START_MS, started } from '../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

const SOCKETS = ['1#one', '2#two', '3#three'] as const;

function worldOf(
  events: readonly VerificationEvent[],
  outcomes: readonly PushResult['outcome'][] = ['delivered', 'delivered', 'delivered'],
) {
  const log = createMemoryLog(events, SOCKETS);
  const pushed: string[] = [];
  const ports: PublishNeeds = {
    log,
    clock: { now: () => START_MS + 1000 },
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
  const recorded = () => toRecorded(log.entry(), START_MS + 1000);
  return { ports, log, pushed, recorded };
}

describe('publishChange', () => {
  it('pushes what the last event changed', async () => {
    const { ports, recorded, pushed } = worldOf([started(), checkUrlIssued()]);
    await publishChange(recorded(), ports);
    expect(pushed).toEqual(['action_pending']);
  });

  it('pushes nothing when the last event changed nothing that a client sees', async () => {
    const { ports, recorded, pushed } = worldOf([started(), at(1, { type: 'notified' })]);
    await publishChange(recorded(), ports);
    expect(pushed).toEqual([]);
  });

  it('forgets the connections that are gone, and no others', async () => {
    const { ports, log, recorded } = worldOf(
      [started(), checkUrlIssued()],
      ['gone', 'failed', 'delivered'],
    );
    await publishChange(recorded(), ports);
    expect([...log.connections]).toEqual(['2#two', '3#three']);
  });

  it('ignores that a connection cannot be forgotten', async () => {
    const { ports, log, recorded } = worldOf([started(), checkUrlIssued()], ['gone']);
    const forget = () => Promise.reject(new Error('down'));
    await publishChange(recorded(), { ...ports, log: { ...log, forget } });
    expect(log.connections.size).toBe(3);
  });
});
