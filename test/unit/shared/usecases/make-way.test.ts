import { describe, expect, it, vi } from 'vitest';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CANCELLED = 'started, cancelled @1';

describe('makeWay', () => {
  it.each([
    ['what was cancelled', 31, CANCELLED, []],
    ['what only time had ended, after the deadline', 1000, 'started', ['append deadline']],
  ])('cancels at Vonage, once, %s', async (_what, seconds, log, first) => {
    const { calls, makeWay } = verificationWorld(log, { seconds });
    const outcomes = await Promise.all([makeWay(), makeWay(), makeWay()]);
    expect(outcomes.toSorted()).toEqual(['not_needed', 'not_needed', 'taken']);
    expect(await makeWay()).toBe('not_needed');
    expect([...new Set(calls)]).toEqual([...first, 'append let_go', 'cancel at Vonage']);
    expect(calls.filter((call) => call === 'cancel at Vonage')).toHaveLength(1);
  });

  it.each([
    ['Vonage cannot cancel yet', 29, CANCELLED],
    ['runs', 31, 'started'],
    ['nobody started', 31, ''],
  ])('does nothing about what %s', async (_what, seconds, log) => {
    const { calls, makeWay } = verificationWorld(log, { seconds });
    expect(await makeWay()).toBe('not_needed');
    expect(calls).toEqual([]);
  });

  it('takes a store that is down for a lost answer, so that the start goes on', async () => {
    const { log, makeWay } = verificationWorld('started', { seconds: 1000 });
    vi.spyOn(log, 'append').mockRejectedValue(new Error('down'));
    expect(await makeWay()).toBe('lost');
  });
});
