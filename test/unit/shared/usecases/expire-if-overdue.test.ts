import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { expireIfOverdue } from '../../../../shared/usecases/expire-if-overdue.ts';
import { at, ended, started } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

/** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
const DEADLINE_SECONDS = 210;

const worldOf = (events: readonly VerificationEvent[], seconds = DEADLINE_SECONDS) =>
  verificationWorld(events, { seconds, connections: ['1#one'] });

describe('expireIfOverdue', () => {
  it('ends what is overdue and pushes it', async () => {
    const { needs, calls, recorded } = worldOf([started()]);
    const { verification } = (await expireIfOverdue(recorded(), needs)).folded;
    expect(verification).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(calls).toEqual(['append deadline', 'push expired email 2']);
  });

  it('pushes nothing when another function has ended it meanwhile', async () => {
    const { needs, log, calls, recorded } = worldOf([started()]);
    const before = recorded();
    log.events.push(at(DEADLINE_SECONDS, { type: 'deadline' }));
    expect((await expireIfOverdue(before, needs)).folded.verification.status).toBe('expired');
    expect(calls).toEqual(['append deadline']);
  });

  it.each<[string, number, readonly VerificationEvent[]]>([
    ['still has time', DEADLINE_SECONDS - 0.001, [started()]],
    ['has ended', 1000, [started(), at(5, { type: 'cancelled' })]],
    ['ended by its channels', 1000, [started(['silent_auth']), ended('silent_auth', 'failed')]],
  ])('does nothing about what %s', async (_name, seconds, events) => {
    const { needs, calls, recorded } = worldOf(events, seconds);
    const before = recorded();
    expect(await expireIfOverdue(before, needs)).toBe(before);
    expect(calls).toEqual([]);
  });
});
