import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { makeWay } from '../../../../shared/usecases/make-way.ts';
import { answeringVonage } from '../../../fixtures/answering-vonage.ts';
import { at, START_MS, started, submitted, summarized } from '../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };
const CANCELLED = at(1, { type: 'cancelled' });

function worldOf(seconds: number, events: readonly VerificationEvent[]) {
  const calls: string[] = [];
  const log = createMemoryLog(events, [], calls);
  const needs = {
    log,
    clock: { now: () => START_MS + seconds * 1000 },
    telemetry: { measure: () => {} },
    vonage: answeringVonage({ cancel: 'cancelled' }, calls),
  };
  return { calls, needs, way: () => makeWay(log.entry(), needs, BUDGET) };
}

describe('makeWay', () => {
  it('lets go of a cancelled verification as soon as Vonage can, and once', async () => {
    const events = [started(), CANCELLED];
    const early = worldOf(29, events);
    expect(await early.way()).toBe('not_needed');
    expect(early.calls).toEqual([]);
    const { calls, way } = worldOf(31, events);
    expect(await way()).toBe('taken');
    expect(await way()).toBe('not_needed');
    expect(calls).toEqual(['append let_go', 'cancel at Vonage']);
  });

  it('appends the deadline where only time had ended the verification', async () => {
    const { calls, way } = worldOf(1000, [started()]);
    expect(await way()).toBe('taken');
    expect(calls).toEqual(['append deadline', 'append let_go', 'cancel at Vonage']);
  });

  it('is one of several starts that sends the request', async () => {
    const { calls, way } = worldOf(31, [started(), CANCELLED]);
    expect((await Promise.all([way(), way(), way()])).toSorted()).toEqual([
      'not_needed',
      'not_needed',
      'taken',
    ]);
    expect(calls.filter((call) => call === 'cancel at Vonage')).toHaveLength(1);
  });

  it.each<[string, number, readonly VerificationEvent[]]>([
    ['runs', 31, [started()]],
    ['Vonage has summarized', 1000, [started(), CANCELLED, summarized('cancelled')]],
    [
      'has a code on its way',
      31,
      [started(['sms']), at(10, submitted('a', 'digits')), at(11, { type: 'cancelled' })],
    ],
    ['nobody started', 31, []],
  ])('leaves alone what %s', async (_what, seconds, events) => {
    const { calls, way } = worldOf(seconds, events);
    expect(await way()).toBe('not_needed');
    expect(calls).not.toContain('cancel at Vonage');
  });

  it('never stops a start: a store that is down counts as a lost answer', async () => {
    const { needs } = worldOf(1000, []);
    const entry = { requestId: 'r', events: [started()], connections: [] };
    const append = () => Promise.reject(new Error('down'));
    const broken = { ...needs, log: { ...needs.log, append } };
    expect(await makeWay(entry, broken, BUDGET)).toBe('lost');
  });
});
