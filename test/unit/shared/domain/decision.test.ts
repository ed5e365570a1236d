import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { isFinal } from '../../../../shared/domain/verification.ts';
import {
  at,
  checked,
  ended,
  folded,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

type Log = readonly VerificationEvent[];

const shown = (...log: Log) => folded(log, 20).verification;
const own = (seconds: number, type: 'cancelled' | 'aborted' | 'deadline') => at(seconds, { type });

/** What Vonage and our own calls may still report after the end. */
const LATER: Log = [
  at(10, checked('a', 'accepted')),
  at(11, ended('silent_auth', 'completed')),
  at(12, summarized('completed', { silent_auth: 'completed' })),
  at(13, ended('email', 'expired')),
  at(14, summarized('expired', { email: 'expired' })),
  own(15, 'cancelled'),
  own(16, 'deadline'),
];

describe('an end', () => {
  it.each<[string, boolean, Log]>([
    ['completed', true, [at(5, checked('a', 'accepted'))]],
    ['failed', false, [ended('silent_auth', 'failed'), at(5, ended('email', 'failed'))]],
    ['cancelled', false, [own(5, 'cancelled')]],
    ['aborted', false, [own(5, 'aborted')]],
    ['expired', false, [own(5, 'deadline')]],
    ['blocked', false, [at(5, summarized('blocked'))]],
  ])('%s keeps its time and what it proves, whatever arrives later', (status, proves, end) => {
    for (const late of [...LATER.map((event) => [event]), LATER]) {
      expect(shown(started(), submitted('a'), ...end, ...late)).toMatchObject({
        status,
        endedAtMs: START_MS + 5000,
        verified: { phoneNumber: proves, email: false },
      });
    }
  });
});

/** Each row: rule, what has happened, and how it ends; `running` where the rule does not decide. */
describe('the decision rules', () => {
  const CODE = submitted('a');
  const wrong = (id: string) => [submitted(id, 'digits'), checked(id, 'rejected')];
  it.each<[number, string, Log, string]>([
    [1, 'our cancel', [own(0, 'cancelled')], 'cancelled'],
    [1, 'our abort', [own(0, 'aborted')], 'aborted'],
    [1, 'our deadline', [own(0, 'deadline')], 'expired'],
    [2, 'an accepted code', [CODE, checked('a', 'accepted')], 'completed'],
    [2, 'a completed channel with our code', [CODE, ended('email', 'completed')], 'completed'],
    [2, 'a completed summary with our code', [CODE, summarized('completed')], 'completed'],
    [2, 'a completed channel without our code', [ended('email', 'completed')], 'running'],
    [2, 'a completed summary without our code', [summarized('completed')], 'running'],
    [2, 'one after a refused code', [...wrong('a'), ended('email', 'completed')], 'running'],
    [3, 'a summary', [summarized('blocked')], 'blocked'],
    [3, 'the last channel it names', [summarized('failed', { email: 'expired' })], 'expired'],
    [
      3,
      'its own status before an earlier channel’s',
      [ended('silent_auth', 'user_rejected'), summarized('failed')],
      'failed',
    ],
    [4, 'the end of the last channel', [ended('email', 'blocked')], 'blocked'],
    [4, 'the end of an earlier channel', [ended('silent_auth', 'blocked')], 'running'],
    [5, 'one wrong code too many', [submitted('a', 'digits'), checked('a', 'exhausted')], 'failed'],
    [5, 'three wrong codes', ['a', 'b', 'c'].flatMap(wrong), 'running'],
  ])('(%i) %s', (_rule, _what, log, expected) => {
    const verification = shown(started(), ...log);
    expect(isFinal(verification) ? verification.status : 'running').toBe(expected);
  });

  it.each<[string, Log, string]>([
    ['(1) before (2)', [own(0, 'cancelled'), checked('a', 'accepted')], 'cancelled'],
    ['(2) before (3)', [summarized('completed'), summarized('failed')], 'completed'],
    ['(3) before (4)', [summarized('blocked', { email: 'expired' })], 'expired'],
    ['(4) before (5)', [ended('email', 'expired'), checked('a', 'exhausted')], 'expired'],
  ])('decide in their order: %s', (_order, log, expected) => {
    expect(shown(started(), submitted('a'), ...log).status).toBe(expected);
  });
});
