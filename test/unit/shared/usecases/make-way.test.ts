import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { makeWay } from '../../../../shared/usecases/make-way.ts';
import { BUDGET } from '../../../fixtures/answering-vonage.ts';
import { at, started, submitted, summarized } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CANCELLED = [started(), at(1, { type: 'cancelled' })];

function worldOf(seconds: number, events: readonly VerificationEvent[]) {
  const world = verificationWorld(events, { seconds, vonage: { cancel: 'cancelled' } });
  return { ...world, way: () => makeWay(world.log.entry(), world.needs, BUDGET) };
}

describe('makeWay', () => {
  it('does nothing while Vonage cannot cancel', async () => {
    const { calls, way } = worldOf(29, CANCELLED);
    expect(await way()).toBe('not_needed');
    expect(calls).toEqual([]);
  });

  it('cancels at Vonage what was cancelled, once', async () => {
    const { calls, way } = worldOf(31, CANCELLED);
    expect(await way()).toBe('taken');
    expect(await way()).toBe('not_needed');
    expect(calls).toEqual(['append let_go', 'cancel at Vonage']);
  });

  it('appends the deadline where only time had ended the verification', async () => {
    const { calls, way } = worldOf(1000, [started()]);
    expect(await way()).toBe('taken');
    expect(calls).toEqual(['append deadline', 'append let_go', 'cancel at Vonage']);
  });

  it('sends one request for several starts at the same time', async () => {
    const { calls, way } = worldOf(31, CANCELLED);
    const outcomes = await Promise.all([way(), way(), way()]);
    expect(outcomes.toSorted()).toEqual(['not_needed', 'not_needed', 'taken']);
    expect(calls.filter((call) => call === 'cancel at Vonage')).toHaveLength(1);
  });

  const CHECKED = [
    started(['sms']),
    at(10, submitted('a', 'digits')),
    at(11, { type: 'cancelled' }),
  ];
  it.each<[string, number, readonly VerificationEvent[]]>([
    ['runs', 31, [started()]],
    ['Vonage has summarized', 1000, [...CANCELLED, summarized('cancelled')]],
    ['has a code on its way', 31, CHECKED],
    ['nobody started', 31, []],
  ])('does not cancel what %s', async (_what, seconds, events) => {
    const { calls, way } = worldOf(seconds, events);
    expect(await way()).toBe('not_needed');
    expect(calls).not.toContain('cancel at Vonage');
  });

  it('takes a store that is down for a lost answer, so that the start goes on', async () => {
    const { needs, log } = worldOf(1000, [started()]);
    const append = () => Promise.reject(new Error('down'));
    const broken = { ...needs, log: { ...log, append } };
    expect(await makeWay(log.entry(), broken, BUDGET)).toBe('lost');
  });
});
