import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import { isFinal } from '../../../../shared/domain/verification.ts';
import {
  at,
  checked,
  checkUrlIssued,
  ended,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

function shown(...log: readonly VerificationEvent[]) {
  return fold(REQUEST_ID, log, START_MS + 20_000)?.verification;
}

/** What Vonage and our own calls may still say when everything is over. */
const LATER: readonly VerificationEvent[] = [
  at(10, checked('a', 'accepted')),
  at(11, ended('silent_auth', 'completed')),
  at(12, summarized('completed', { silent_auth: 'completed' })),
  at(13, ended('email', 'expired')),
  at(14, summarized('expired', { email: 'expired' })),
  at(15, { type: 'cancelled' }),
  at(16, { type: 'deadline' }),
];

describe('an end', () => {
  it.each<[string, readonly VerificationEvent[]]>([
    ['failed', [ended('silent_auth', 'failed'), at(5, ended('email', 'failed'))]],
    ['cancelled', [at(5, { type: 'cancelled' })]],
    ['aborted', [at(5, { type: 'aborted' })]],
    ['expired', [at(5, { type: 'deadline' })]],
    ['blocked', [at(5, summarized('blocked'))]],
  ])('%s stays as it was, and proves nothing, whatever is heard later', (status, end) => {
    for (const late of [...LATER.map((event) => [event]), LATER]) {
      expect(shown(started(), submitted('a'), ...end, ...late)).toMatchObject({
        status,
        endedAtMs: START_MS + 5000,
        verified: { phoneNumber: false, email: false },
      });
    }
  });

  it('stays completed, with its time, whatever comes later', () => {
    const completed = [started(), submitted('a'), at(5, checked('a', 'accepted'))];
    for (const late of [...LATER.map((event) => [event]), LATER]) {
      expect(shown(...completed, ...late)).toMatchObject({
        status: 'completed',
        endedAtMs: START_MS + 5000,
        verified: { phoneNumber: true, email: false },
      });
    }
  });
});

describe('a channel that the app has left', () => {
  it('is not brought back by a late check_url', () => {
    const left: VerificationEvent = {
      type: 'channel_skipped',
      atMs: START_MS + 5000,
      channel: 'silent_auth',
      error: 'sdk_error',
      attempt: 1,
    };
    const verification = shown(started(), left, at(6, checkUrlIssued()));
    expect(verification).toMatchObject({
      channel: 'email',
      seq: 2,
      action: { type: 'submit_code' },
    });
  });
});

/** Each row: rule, what has happened, and how it ends; `running` where the rule does not decide. */
describe('the decision rules', () => {
  const wrong = (id: string) => [submitted(id, 'digits'), checked(id, 'rejected')];
  it.each<[number, string, readonly VerificationEvent[], string]>([
    [1, 'our cancel', [{ type: 'cancelled', atMs: START_MS }], 'cancelled'],
    [1, 'our abort', [{ type: 'aborted', atMs: START_MS }], 'aborted'],
    [1, 'our deadline', [{ type: 'deadline', atMs: START_MS }], 'expired'],
    [2, 'an accepted code', [submitted('a'), checked('a', 'accepted')], 'completed'],
    [2, 'Vonage’s word with our code', [submitted('a'), ended('email', 'completed')], 'completed'],
    [2, 'its summary with our code', [submitted('a'), summarized('completed')], 'completed'],
    [2, 'Vonage’s word alone', [ended('email', 'completed')], 'running'],
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
    expect(verification && isFinal(verification) ? verification.status : 'running').toBe(expected);
  });

  it.each<[string, readonly VerificationEvent[], string]>([
    [
      '(1) before (2)',
      [{ type: 'cancelled', atMs: START_MS }, checked('a', 'accepted')],
      'cancelled',
    ],
    ['(2) before (3)', [summarized('completed'), summarized('failed')], 'completed'],
    ['(3) before (4)', [summarized('blocked', { email: 'expired' })], 'expired'],
    ['(4) before (5)', [ended('email', 'expired'), checked('a', 'exhausted')], 'expired'],
  ])('decide in their order: %s', (_order, log, expected) => {
    expect(shown(started(), submitted('a'), ...log)?.status).toBe(expected);
  });
});
