import { describe, expect, it } from 'vitest';
import { notifyOfEndAgain } from '../../../../shared/usecases/notify-of-end.ts';
import { publishChange } from '../../../../shared/usecases/publish-change.ts';
import { at, checked, started, submitted, summarized } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CANCELLED = [started(), at(1.5, { type: 'cancelled' })];
const COMPLETED = [started(), submitted('attempt1'), checked('attempt1', 'accepted')];

/** `bus`: whether the bus takes each event. */
function worldOf(events: typeof CANCELLED, bus: readonly boolean[] = []) {
  const { endNotifier, ...world } = verificationWorld(events, { seconds: 2, bus });
  const needs = { ...world.needs, endNotifier };
  return {
    ...world,
    needs,
    publish: () => publishChange(world.recorded(), needs),
    readAgain: () => notifyOfEndAgain(world.recorded(), needs),
  };
}

describe('notifyOfEnd', () => {
  it('publishes an end once', async () => {
    const { publish, readAgain, calls } = worldOf(CANCELLED);
    await publish();
    await readAgain();
    expect(calls).toEqual(['notify cancelled', 'append notified']);
  });

  it('publishes nothing while a verification runs', async () => {
    const { publish, calls } = worldOf([started()]);
    await publish();
    expect(calls).toEqual([]);
  });

  it('publishes again at a read one second after the end when the bus did not take it', async () => {
    const { publish, readAgain, calls, clock } = worldOf(CANCELLED, [false, true]);
    await publish();
    await readAgain();
    expect(calls.splice(0)).toEqual(['notify cancelled']);
    clock.seconds = 2.5;
    await readAgain();
    expect(calls).toEqual(['notify cancelled', 'append notified']);
  });

  it('publishes again with the summary, because no other event is certain to follow', async () => {
    const { publish, log, calls, clock } = worldOf(COMPLETED, [false, true]);
    clock.seconds = 0;
    await publish();
    expect(calls.splice(0)).toEqual(['notify completed']);
    log.events.push(summarized('completed'));
    await publish();
    await publish();
    expect(calls).toEqual(['notify completed', 'append notified']);
  });

  it('changes nothing that a client sees', async () => {
    const { publish, recorded } = worldOf(CANCELLED);
    const before = recorded().folded.verification;
    await publish();
    expect(recorded().folded.verification).toEqual(before);
  });

  it('does not fail when the store loses that the end was published', async () => {
    const { needs, recorded, log, calls } = worldOf(CANCELLED);
    const append = () => Promise.reject(new Error('down'));
    await publishChange(recorded(), { ...needs, log: { ...log, append } });
    expect(calls).toEqual(['notify cancelled']);
  });
});
