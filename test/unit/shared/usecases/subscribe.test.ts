import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../shared/domain/ports/verification-log.ts';
import { subscribe } from '../../../../shared/usecases/subscribe.ts';
import { START_MS, started } from '../../../fixtures/histories.ts';
import { createMemoryLog, TOKEN } from '../../../fixtures/memory-log.ts';

function worldOf(connections: readonly Connection[], seconds = 1) {
  const calls: string[] = [];
  const log = createMemoryLog([started()], connections, calls);
  const closed: Connection[] = [];
  const ports = {
    log,
    clock: { now: () => START_MS + seconds * 1000 },
    telemetry: { measure: () => {} },
    pusher: {
      push: async () => [],
      close: async (connection: Connection) => {
        closed.push(connection);
      },
    },
  };
  return { ports, log, closed, calls };
}

describe('subscribe', () => {
  it('registers and reads in one write', async () => {
    const { ports, calls } = worldOf([]);
    expect((await subscribe(TOKEN, '9#new', ports)).seq).toBe(1);
    expect(calls).toEqual(['subscribe']);
  });

  it('lets the oldest of five give way, by its time and not by its spelling', async () => {
    const { ports, log, closed } = worldOf(['20#b', '9#a', '100#c', '30#d', '40#e']);
    await subscribe(TOKEN, '200#new', ports);
    expect(closed).toEqual(['9#a']);
    expect([...log.connections]).toEqual(['20#b', '100#c', '30#d', '40#e', '200#new']);
  });

  it('shows the end to whoever asks after the deadline', async () => {
    const { ports, calls } = worldOf([], 1000);
    expect(await subscribe(TOKEN, '9#new', ports)).toMatchObject({
      status: 'expired',
      reason: 'timed_out',
    });
    expect(calls).toEqual(['subscribe', 'append deadline']);
  });

  it('refuses a token that owns nothing', async () => {
    const { ports } = worldOf([]);
    const log = { ...ports.log, subscribe: async () => undefined };
    await expect(subscribe(TOKEN, '9#new', { ...ports, log })).rejects.toMatchObject({
      code: 'client_token_invalid',
    });
  });
});
