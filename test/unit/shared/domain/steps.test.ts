import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import { channelToSkip } from '../../../../shared/domain/steps.ts';
import { at, ended, REQUEST_ID, START_MS, started } from '../../../fixtures/histories.ts';

const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;

function meantAt(seconds: number, ...events: readonly VerificationEvent[]): string | undefined {
  const nowMs = START_MS + seconds * 1000;
  const facts = fold(REQUEST_ID, [started(WORKFLOW), ...events], nowMs)?.facts;
  return facts && channelToSkip(facts, nowMs);
}

describe('channelToSkip', () => {
  it.each([
    ['the first one from the beginning', 0, 'silent_auth'],
    ['the one before while a step that the clock began is new', 64, 'silent_auth'],
    ['the running one once it is no longer new', 65, 'sms'],
    ['the same for the last one', 184, 'sms'],
    ['the last one afterwards', 185, 'voice'],
  ])('is %s', (_name, seconds, channel) => {
    expect(meantAt(seconds)).toBe(channel);
  });

  it('counts from the fact that ended the step before', () => {
    const failed = at(10, ended('silent_auth', 'failed'));
    expect(meantAt(14, failed)).toBe('silent_auth');
    expect(meantAt(15, failed)).toBe('sms');
  });

  it('is the running one at once where silent_auth was never possible', () => {
    const log = [started(WORKFLOW, { networkUnsupported: true })];
    const facts = fold(REQUEST_ID, log, START_MS)?.facts;
    expect(facts && channelToSkip(facts, START_MS)).toBe('sms');
  });

  it('is none when every step is over', () => {
    const events = WORKFLOW.map((channel) => ended(channel, 'failed'));
    expect(meantAt(0, ...events)).toBeUndefined();
  });
});
