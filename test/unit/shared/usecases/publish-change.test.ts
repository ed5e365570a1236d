import { describe, expect, it, vi } from 'vitest';
import type { PushResult } from '../../../../shared/domain/ports/pusher.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

function worldOf(events: string, ...pushes: readonly PushResult['outcome'][]) {
  return verificationWorld(events, { connections: ['1#one', '2#two', '3#three'], pushes });
}

describe('publishChange', () => {
  it('pushes nothing when the last event changed nothing that a client sees', async () => {
    const { publish, calls } = worldOf('started, notified');
    await publish();
    expect(calls).toEqual([]);
  });

  it('forgets the connections that are gone, and no others', async () => {
    const { publish, log } = worldOf('started, check_url', 'gone', 'failed', 'delivered');
    await publish();
    expect([...log.connections]).toEqual(['2#two', '3#three']);
  });

  it('does not fail when a connection cannot be forgotten', async () => {
    const { publish, log } = worldOf('started, check_url', 'gone');
    vi.spyOn(log, 'forget').mockRejectedValue(new Error('down'));
    await publish();
    expect(log.connections.size).toBe(3);
  });
});
