import { describe, expect, it } from 'vitest';
import { folded } from '../../../fixtures/histories.ts';

/** Whether each code may go to Vonage. */
const admitted = (log: string) => folded(log).facts.attempts.map((attempt) => attempt.admitted);

describe('a code', () => {
  /** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
  it.each(['code', 'pin'])('that is a %s may go to Vonage until the deadline', (kind) => {
    expect(admitted(`started, ${kind} last @209.999`)).toEqual([true]);
    expect(admitted(`started, ${kind} last @210`)).toEqual([false]);
  });

  it.each([
    ['was skipped', 'skip silent_auth'],
    ['failed', 'silent_auth failed'],
    ['had its code refused', 'code first, first rejected'],
  ])('with a letter is refused once silent_auth %s; a PIN is not', (_how, log) => {
    expect(admitted(`started, ${log}, code last`).at(-1)).toBe(false);
    expect(admitted(`started, ${log}, pin last`).at(-1)).toBe(true);
  });

  it.each([
    ['cancelled', 'cancelled'],
    ['aborted', 'aborted'],
    ['expired', 'deadline'],
    ['completed', 'code first, first accepted'],
    ['failed', 'silent_auth failed, email failed'],
  ])('is refused once the verification is %s', (_status, end) => {
    expect(admitted(`started, ${end}, code last`).at(-1)).toBe(false);
    expect(admitted(`started, ${end}, pin last`).at(-1)).toBe(false);
  });

  const THREE_PINS = ['a', 'b', 'c'].map((id) => `pin ${id}, ${id} rejected`).join(', ');
  it.each([
    ['started', 'code a, a not_expected, code b', [true, false]],
    ['started', `${THREE_PINS}, pin d`, [true, true, true, false]],
    ['started silent_auth', 'pin a, a not_expected, pin b', [true, false]],
  ])('is admitted as often as Vonage takes its kind: %s, %s', (start, codes, expected) => {
    expect(admitted(`${start}, ${codes}`)).toEqual(expected);
  });

  it.each(['code a, a rejected, code b', `${THREE_PINS}, pin d`])(
    'that was refused lets no webhook complete anything: %s',
    (codes) => {
      expect(folded(`started, ${codes}, email completed`).verification).toMatchObject({
        endedAtMs: null,
        verified: { phoneNumber: false, email: false },
      });
    },
  );

  it.each([
    ['not_executed', 3],
    ['not_found', 2],
    ['rejected', 2],
  ])('that is answered %s leaves %i tries', (outcome, attemptsRemaining) => {
    const { verification } = folded(`started email, pin one, one ${outcome}`);
    expect(verification.action).toMatchObject({ attemptsRemaining });
  });

  it('that was the last leaves no action', () => {
    const { verification } = folded(`started email, ${THREE_PINS}`);
    expect(verification).toMatchObject({ status: 'pending', action: null });
  });
});
