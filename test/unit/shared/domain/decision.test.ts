import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
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
