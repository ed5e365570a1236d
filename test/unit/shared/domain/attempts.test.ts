import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import type { Channel } from '../../../../shared/domain/workflow.ts';
import {
  at,
  checked,
  ended,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
} from '../../../fixtures/histories.ts';

/** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
const DEADLINE_SECONDS = 210;

/** Whether the last code of the log may go to Vonage. */
function isAdmitted(...log: readonly VerificationEvent[]): boolean | undefined {
  return fold(REQUEST_ID, log, START_MS)?.facts.attempts.at(-1)?.admitted;
}

function codeAt(seconds: number, kind: 'letters' | 'digits'): VerificationEvent {
  return { ...submitted('last', kind), atMs: START_MS + seconds * 1000 };
}

function skipped(channel: Channel): VerificationEvent {
  return { type: 'channel_skipped', atMs: START_MS, channel, error: 'sdk_error', attempt: 1 };
}

describe('a code', () => {
  it.each(['letters', 'digits'] as const)('of %s may go to Vonage until the deadline', (kind) => {
    expect(isAdmitted(started(), codeAt(DEADLINE_SECONDS - 0.001, kind))).toBe(true);
    expect(isAdmitted(started(), codeAt(DEADLINE_SECONDS, kind))).toBe(false);
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['was skipped', [skipped('silent_auth')]],
    ['failed', [ended('silent_auth', 'failed')]],
    ['had its code refused', [submitted('first'), checked('first', 'rejected')]],
  ])('with a letter goes nowhere once silent_auth %s; a PIN does', (_how, over) => {
    expect(isAdmitted(started(), ...over, codeAt(2, 'letters'))).toBe(false);
    expect(isAdmitted(started(), ...over, codeAt(2, 'digits'))).toBe(true);
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['cancelled', [at(1, { type: 'cancelled' })]],
    ['aborted', [at(1, { type: 'aborted' })]],
    ['expired', [at(1, { type: 'deadline' })]],
    ['completed', [submitted('first'), checked('first', 'accepted')]],
    ['failed', [ended('silent_auth', 'failed'), ended('email', 'failed')]],
  ])('goes nowhere once the verification is %s', (_status, end) => {
    expect(isAdmitted(started(), ...end, codeAt(2, 'digits'))).toBe(false);
    expect(isAdmitted(started(), ...end, codeAt(2, 'letters'))).toBe(false);
  });
});

describe('a code that never went to Vonage', () => {
  it.each<[string, readonly VerificationEvent[]]>([
    ['the second of silent_auth', [submitted('a'), checked('a', 'rejected'), submitted('b')]],
    [
      'the fourth PIN',
      [
        ...['a', 'b', 'c'].flatMap((id) => [submitted(id, 'digits'), checked(id, 'rejected')]),
        submitted('d', 'digits'),
      ],
    ],
  ])('lets no webhook complete anything: %s', (_which, codes) => {
    const log = [started(), ...codes, ended('email', 'completed')];
    expect(fold(REQUEST_ID, log, START_MS)?.verification).toMatchObject({
      endedAtMs: null,
      verified: { phoneNumber: false, email: false },
    });
  });
});
