import { describe, expect, it } from 'vitest';
import { expireIfOverdue } from '../../../../shared/usecases/expire-if-overdue.ts';
import { at } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

/** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
const DEADLINE_SECONDS = 210;

describe('expireIfOverdue', () => {
  it.each([
    ['ends what is overdue and pushes it', [], ['push expired email 2', 'notify expired']],
    ['pushes nothing that another function has ended meanwhile', ['deadline'] as const, []],
  ])('%s', async (_rule, meanwhile, published) => {
    const world = verificationWorld('started', { seconds: DEADLINE_SECONDS });
    const before = world.recorded();
    world.log.events.push(...meanwhile.map((type) => at(DEADLINE_SECONDS, { type })));
    const { verification } = (await expireIfOverdue(before, world.needs)).folded;
    expect(verification).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(world.calls.slice(0, 3)).toEqual(['append deadline', ...published]);
  });

  it.each([
    ['still has time', DEADLINE_SECONDS - 0.001, 'started'],
    ['has ended', 1000, 'started, cancelled @5'],
    ['ended by its channels', 1000, 'started silent_auth, silent_auth failed'],
  ])('does nothing about what %s', async (_name, seconds, events) => {
    const { needs, calls, recorded } = verificationWorld(events, { seconds });
    const before = recorded();
    expect(await expireIfOverdue(before, needs)).toBe(before);
    expect(calls).toEqual([]);
  });
});
