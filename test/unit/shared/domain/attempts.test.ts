import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import {
  at,
  checked,
  ended,
  folded,
  skipped,
  started,
  submitted,
} from '../../../fixtures/histories.ts';

/** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
const DEADLINE_SECONDS = 210;

type Log = readonly VerificationEvent[];

/** Whether a code may go to Vonage. */
function isAdmitted(kind: 'letters' | 'digits', log: Log = [], seconds = 2): boolean | undefined {
  const code = at(seconds, submitted('last', kind));
  return folded([started(), ...log, code]).facts.attempts.at(-1)?.admitted;
}

describe('a code', () => {
  it.each(['letters', 'digits'] as const)('of %s may go to Vonage until the deadline', (kind) => {
    expect(isAdmitted(kind, [], DEADLINE_SECONDS - 0.001)).toBe(true);
    expect(isAdmitted(kind, [], DEADLINE_SECONDS)).toBe(false);
  });

  it.each<[string, Log]>([
    ['was skipped', [skipped('silent_auth')]],
    ['failed', [ended('silent_auth', 'failed')]],
    ['had its code refused', [submitted('first'), checked('first', 'rejected')]],
  ])('with a letter is refused once silent_auth %s; a PIN is not', (_how, log) => {
    expect(isAdmitted('letters', log)).toBe(false);
    expect(isAdmitted('digits', log)).toBe(true);
  });

  it.each<[string, Log]>([
    ['cancelled', [at(1, { type: 'cancelled' })]],
    ['aborted', [at(1, { type: 'aborted' })]],
    ['expired', [at(1, { type: 'deadline' })]],
    ['completed', [submitted('first'), checked('first', 'accepted')]],
    ['failed', [ended('silent_auth', 'failed'), ended('email', 'failed')]],
  ])('is refused once the verification is %s', (_status, end) => {
    expect(isAdmitted('digits', end)).toBe(false);
    expect(isAdmitted('letters', end)).toBe(false);
  });

  it.each<[string, Log]>([
    ['the second of silent_auth', [submitted('a'), checked('a', 'rejected'), submitted('b')]],
    [
      'the fourth PIN',
      [
        ...['a', 'b', 'c'].flatMap((id) => [submitted(id, 'digits'), checked(id, 'rejected')]),
        submitted('d', 'digits'),
      ],
    ],
  ])('that was refused lets no webhook complete anything: %s', (_which, codes) => {
    const { verification } = folded([started(), ...codes, ended('email', 'completed')]);
    expect(verification).toMatchObject({
      endedAtMs: null,
      verified: { phoneNumber: false, email: false },
    });
  });
});
