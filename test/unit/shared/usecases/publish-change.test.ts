import { describe, expect, it, vi } from 'vitest';
import type { PushResult } from '../../../../shared/domain/ports/pusher.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

function worldOf(events: string, ...pushes: readonly PushResult['outcome'][]) {
  return verificationWorld(events, { connections: ['1#one', '2#two', '3#three'], pushes });
}

describe('publishChange', () => {
  it.each([
    ['what the last event changed', 'check_url', ['push action_pending silent_auth 2']],
    ['nothing when it changed nothing that a client sees', 'notified', []],
  ])('pushes %s', async (_what, event, pushed) => {
    const { publish, calls } = worldOf(`started, ${event}`);
    await publish();
    expect(calls).toEqual(pushed);
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
