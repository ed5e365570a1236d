import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { PushResult } from '../../../../shared/domain/ports/pusher.ts';
import { publishChange } from '../../../../shared/usecases/publish-change.ts';
import { at, checkUrlIssued, started } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CHANGED: readonly VerificationEvent[] = [started(), checkUrlIssued()];

function worldOf(events: typeof CHANGED, ...pushes: readonly PushResult['outcome'][]) {
  return verificationWorld(events, { connections: ['1#one', '2#two', '3#three'], pushes });
}

describe('publishChange', () => {
  it('pushes what the last event changed', async () => {
    const { needs, recorded, calls } = worldOf(CHANGED);
    await publishChange(recorded(), needs);
    expect(calls).toEqual(['push action_pending silent_auth 2']);
  });

  it('pushes nothing when the last event changed nothing that a client sees', async () => {
    const { needs, recorded, calls } = worldOf([started(), at(1, { type: 'notified' })]);
    await publishChange(recorded(), needs);
    expect(calls).toEqual([]);
  });

  it('forgets the connections that are gone, and no others', async () => {
    const { needs, log, recorded } = worldOf(CHANGED, 'gone', 'failed', 'delivered');
    await publishChange(recorded(), needs);
    expect([...log.connections]).toEqual(['2#two', '3#three']);
  });

  it('does not fail when a connection cannot be forgotten', async () => {
    const { needs, log, recorded } = worldOf(CHANGED, 'gone');
    const forget = () => Promise.reject(new Error('down'));
    await publishChange(recorded(), { ...needs, log: { ...log, forget } });
    expect(log.connections.size).toBe(3);
  });
});
