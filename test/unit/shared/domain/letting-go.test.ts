import { describe, expect, it } from 'vitest';
import type { LetGo, VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import { dueLetGo, type Occasion } from '../../../../shared/domain/letting-go.ts';
import {
  at,
  checked,
  ended,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

const CANCELLED = at(5, { type: 'cancelled' });
const left: VerificationEvent = {
  type: 'channel_skipped',
  atMs: START_MS + 5000,
  channel: 'silent_auth',
  error: 'sdk_error',
  attempt: 1,
};
const letGo = (seconds: number, n: LetGo['n']): VerificationEvent => ({
  type: 'let_go',
  atMs: START_MS + seconds * 1000,
  n,
});

function due(occasion: Occasion, seconds: number, ...log: readonly VerificationEvent[]) {
  const nowMs = START_MS + seconds * 1000;
  const facts = fold(REQUEST_ID, log, nowMs)?.facts;
  return facts && dueLetGo(facts, occasion, nowMs);
}

describe('dueLetGo', () => {
  it.each<[string, readonly VerificationEvent[]]>([
    ['cancelled', [started(), CANCELLED]],
    ['aborted', [started(), at(5, { type: 'aborted' })]],
    ['expired by our deadline', [started(), at(5, { type: 'deadline' })]],
    ['failed by the handset', [started(['silent_auth']), left]],
    [
      'failed by a wrong code of silent_auth',
      [started(['silent_auth']), submitted('a'), at(5, checked('a', 'rejected'))],
    ],
  ])('lets go of what is %s', (_how, log) => {
    expect(due('end', 5, ...log)).toBe(1);
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['runs', [started()]],
    ['runs on after a skip', [started(), left]],
    ['is completed', [started(), submitted('a'), checked('a', 'accepted')]],
    ['ended by a summary', [started(), summarized('failed'), CANCELLED]],
    ['ended by its last channel', [started(), ended('email', 'expired')]],
    [
      'had one code too many',
      [started(['sms']), submitted('a', 'digits'), checked('a', 'exhausted')],
    ],
    ['was cancelled and is over at Vonage', [started(), CANCELLED, summarized('cancelled')]],
    ['was cancelled after its last channel', [started(), CANCELLED, ended('email', 'failed')]],
    [
      'was cancelled and completed there',
      [started(), CANCELLED, ended('silent_auth', 'completed')],
    ],
  ])('leaves alone what %s', (_how, log) => {
    for (const occasion of ['end', 'clock', 'again'] as const) {
      expect(due(occasion, 100, ...log)).toBeUndefined();
    }
  });

  it('still lets go after the end of a channel that is not the last', () => {
    expect(due('end', 5, started(), CANCELLED, ended('silent_auth', 'failed'))).toBe(1);
  });

  it('lets the clock repeat what Vonage must have refused, once', () => {
    const early = [started(), CANCELLED, letGo(5, 1)];
    expect(due('end', 31, ...early)).toBeUndefined();
    expect(due('clock', 29.999, ...early)).toBeUndefined();
    expect(due('clock', 30, ...early)).toBe(2);
    expect(due('clock', 40, ...early, letGo(31, 2))).toBeUndefined();
    expect(
      due('clock', 60, started(), at(40, { type: 'cancelled' }), letGo(40, 1)),
    ).toBeUndefined();
  });

  it('lets the clock do what a crash has left undone', () => {
    expect(due('clock', 31, started(), CANCELLED)).toBe(1);
  });

  it('lets a later start or a repeated cancel do it once more, when Vonage can', () => {
    const early = [started(), CANCELLED, letGo(5, 1)];
    expect(due('again', 29.999, ...early)).toBeUndefined();
    expect(due('again', 30, ...early)).toBe(3);
    expect(due('again', 50, ...early, letGo(31, 2), letGo(40, 3))).toBeUndefined();
  });

  it('waits for a code that may be on its way to Vonage', () => {
    const log = [started(['email']), at(4, submitted('a', 'digits')), CANCELLED];
    for (const occasion of ['end', 'clock'] as const) {
      expect(due(occasion, 28.999, ...log)).toBeUndefined();
      expect(due(occasion, 29, ...log)).toBe(1);
    }
    expect(due('end', 5, ...log, at(5, checked('a', 'rejected')))).toBe(1);
  });
});
