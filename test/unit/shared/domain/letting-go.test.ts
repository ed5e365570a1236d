import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { dueLetGo, type Occasion } from '../../../../shared/domain/letting-go.ts';
import {
  at,
  checked,
  ended,
  folded,
  START_MS,
  skipped,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

const START = started();
const CANCELLED = at(5, { type: 'cancelled' });
const letGo = (seconds: number, n: 1 | 2 | 3) => at(seconds, { type: 'let_go', n });

/** Which DELETE is due, if any. */
function due(occasion: Occasion, seconds: number, log: readonly VerificationEvent[]) {
  return dueLetGo(folded(log, seconds).facts, occasion, START_MS + seconds * 1000);
}

describe('dueLetGo', () => {
  it.each<[string, readonly VerificationEvent[]]>([
    ['was cancelled', [START, CANCELLED]],
    ['was aborted', [START, at(5, { type: 'aborted' })]],
    ['has passed our deadline', [START, at(5, { type: 'deadline' })]],
    ['failed on the handset', [started(['silent_auth']), at(5, skipped('silent_auth'))]],
    [
      'failed by a wrong code of silent_auth',
      [started(['silent_auth']), submitted('a'), at(5, checked('a', 'rejected'))],
    ],
    [
      'was cancelled, with a channel ended that is not the last',
      [START, CANCELLED, ended('silent_auth', 'failed')],
    ],
  ])('lets go of what %s', (_how, log) => {
    expect(due('end', 5, log)).toBe(1);
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['runs', [START]],
    ['runs on after a skip', [START, at(5, skipped('silent_auth'))]],
    ['is completed', [START, submitted('a'), checked('a', 'accepted')]],
    ['ended by a summary', [START, summarized('failed'), CANCELLED]],
    ['ended by its last channel', [START, ended('email', 'expired')]],
    [
      'had one code too many',
      [started(['sms']), submitted('a', 'digits'), checked('a', 'exhausted')],
    ],
    ['was cancelled and is over at Vonage', [START, CANCELLED, summarized('cancelled')]],
    ['was cancelled after its last channel', [START, CANCELLED, ended('email', 'failed')]],
    ['was cancelled and completed there', [START, CANCELLED, ended('silent_auth', 'completed')]],
  ])('does nothing about what %s', (_how, log) => {
    for (const occasion of ['end', 'clock', 'again'] as const) {
      expect(due(occasion, 100, log)).toBeUndefined();
    }
  });

  const REFUSED = [START, CANCELLED, letGo(5, 1)];
  const LATE = [START, at(40, { type: 'cancelled' }), letGo(40, 1)];
  it.each<[string, Occasion, number, readonly VerificationEvent[], number | undefined]>([
    ['the end sends nothing twice', 'end', 31, REFUSED, undefined],
    ['the clock sends nothing before 30 s', 'clock', 29.999, REFUSED, undefined],
    ['the clock repeats at 30 s what Vonage must have refused', 'clock', 30, REFUSED, 2],
    ['the clock repeats it once', 'clock', 40, [...REFUSED, letGo(31, 2)], undefined],
    ['the clock repeats nothing that Vonage could take', 'clock', 60, LATE, undefined],
    ['the clock sends what a crash has left undone', 'clock', 31, [START, CANCELLED], 1],
    ['a later start sends nothing before 30 s', 'again', 29.999, REFUSED, undefined],
    ['a later start sends it once more at 30 s', 'again', 30, REFUSED, 3],
    [
      'a later start sends it once',
      'again',
      50,
      [...REFUSED, letGo(31, 2), letGo(40, 3)],
      undefined,
    ],
  ])('%s', (_rule, occasion, seconds, log, n) => {
    expect(due(occasion, seconds, log)).toBe(n);
  });

  it('waits for a code that may be on its way to Vonage', () => {
    const log = [started(['email']), at(4, submitted('a', 'digits')), CANCELLED];
    for (const occasion of ['end', 'clock'] as const) {
      expect(due(occasion, 28.999, log)).toBeUndefined();
      expect(due(occasion, 29, log)).toBe(1);
    }
    expect(due('end', 5, [...log, at(5, checked('a', 'rejected'))])).toBe(1);
  });
});
