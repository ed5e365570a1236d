import { describe, expect, it } from 'vitest';
import { dueLetGo, type Occasion } from '../../../../shared/domain/letting-go.ts';
import { folded, START_MS } from '../../../fixtures/histories.ts';

/** Which DELETE is due, if any. */
function due(occasion: Occasion, seconds: number, log: string) {
  return dueLetGo(folded(log, seconds).facts, occasion, START_MS + seconds * 1000);
}

describe('dueLetGo', () => {
  it.each([
    'started, cancelled @5',
    'started, aborted @5',
    'started, deadline @5',
    'started silent_auth, skip silent_auth @5',
    'started silent_auth, code a, a rejected @5',
    'started, cancelled @5, silent_auth failed',
  ])('lets go of what only we have ended: %s', (log) => {
    expect(due('end', 5, log)).toBe(1);
  });

  it.each([
    ['runs', 'started'],
    ['runs on after a skip', 'started, skip silent_auth @5'],
    ['is completed', 'started, code a, a accepted'],
    ['ended by a summary', 'started, summary failed, cancelled @5'],
    ['ended by its last channel', 'started, email expired'],
    ['had one code too many', 'started sms, pin a, a exhausted'],
    ['was cancelled and is over at Vonage', 'started, cancelled @5, summary cancelled'],
    ['was cancelled after its last channel', 'started, cancelled @5, email failed'],
    ['was cancelled and completed there', 'started, cancelled @5, silent_auth completed'],
  ])('does nothing about what %s', (_how, log) => {
    for (const occasion of ['end', 'clock', 'again'] as const) {
      expect(due(occasion, 100, log)).toBeUndefined();
    }
  });

  const REFUSED = 'started, cancelled @5, let_go 1 @5';
  const LATE = 'started, cancelled @40, let_go 1 @40';
  it.each<[rule: string, occasion: Occasion, seconds: number, log: string, n: number | undefined]>([
    ['the end sends nothing twice', 'end', 31, REFUSED, undefined],
    ['the clock sends nothing before 30 s', 'clock', 29.999, REFUSED, undefined],
    ['the clock repeats at 30 s what Vonage must have refused', 'clock', 30, REFUSED, 2],
    ['the clock repeats it once', 'clock', 40, `${REFUSED}, let_go 2 @31`, undefined],
    ['the clock repeats nothing that Vonage could take', 'clock', 60, LATE, undefined],
    ['the clock sends what a crash has left undone', 'clock', 31, 'started, cancelled @5', 1],
    ['a later start sends nothing before 30 s', 'again', 29.999, REFUSED, undefined],
    ['a later start sends it once more at 30 s', 'again', 30, REFUSED, 3],
    ['a later start sends it once', 'again', 50, `${REFUSED}, let_go 3 @40`, undefined],
  ])('%s', (_rule, occasion, seconds, log, n) => {
    expect(due(occasion, seconds, log)).toBe(n);
  });

  it('waits for a code that may be on its way to Vonage', () => {
    const log = 'started email, pin a @4, cancelled @5';
    for (const occasion of ['end', 'clock'] as const) {
      expect(due(occasion, 28.999, log)).toBeUndefined();
      expect(due(occasion, 29, log)).toBe(1);
    }
    expect(due('end', 5, `${log}, a rejected @5`)).toBe(1);
  });
});
