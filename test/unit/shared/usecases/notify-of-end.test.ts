import { describe, expect, it, vi } from 'vitest';
import { history } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CANCELLED = 'started, cancelled @1.5';

/** `bus`: whether the bus takes each event; `told` is what was done about it. */
function worldOf(events: string, ...bus: readonly boolean[]) {
  const world = verificationWorld(events, { seconds: 2, bus, connections: [] });
  return { ...world, told: () => world.calls.splice(0) };
}

describe('notifyOfEnd', () => {
  it('publishes an end once, which changes nothing that a client sees', async () => {
    const { publish, readAgain, told, recorded } = worldOf(CANCELLED);
    const before = recorded().folded.verification;
    await publish();
    await readAgain();
    expect(told()).toEqual(['notify cancelled', 'append notified']);
    expect(recorded().folded.verification).toEqual(before);
  });

  it('publishes again at a read one second after the end when the bus did not take it', async () => {
    const { publish, readAgain, told, clock } = worldOf(CANCELLED, false, true);
    await publish();
    await readAgain();
    expect(told()).toEqual(['notify cancelled']);
    clock.seconds = 2.5;
    await readAgain();
    expect(told()).toEqual(['notify cancelled', 'append notified']);
  });

  it('publishes again with the summary, because no other event is certain to follow', async () => {
    const { publish, log, told, clock } = worldOf('started, code a, a accepted', false, true);
    clock.seconds = 0;
    await publish();
    expect(told()).toEqual(['notify completed']);
    log.events.push(...history('summary completed'));
    await publish();
    await publish();
    expect(told()).toEqual(['notify completed', 'append notified']);
  });

  it('first pushes an end by the deadline, which a start appends without a push', async () => {
    const log = 'started silent_auth, deadline @90';
    const { readAgain, calls } = verificationWorld(log, { seconds: 91 });
    await readAgain();
    await readAgain();
    expect(calls).toEqual(['push expired silent_auth 2', 'notify expired', 'append notified']);
  });

  it('does not fail when the store loses that the end was published', async () => {
    const { publish, log, told } = worldOf(CANCELLED);
    vi.spyOn(log, 'append').mockRejectedValue(new Error('down'));
    await publish();
    expect(told()).toEqual(['notify cancelled']);
  });
});
