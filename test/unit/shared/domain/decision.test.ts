import { describe, expect, it } from 'vitest';
import { isFinal } from '../../../../shared/domain/verification.ts';
import { folded } from '../../../fixtures/histories.ts';

const shown = (log: string) => folded(log, 20).verification;

/** `running` where the rule does not decide. */
describe('the decision rules', () => {
  it.each<[rule: number, log: string, becomes: string]>([
    [1, 'cancelled', 'cancelled'],
    [1, 'aborted', 'aborted'],
    [1, 'deadline', 'expired'],
    [2, 'code a, a accepted', 'completed'],
    [2, 'code a, email completed', 'completed'],
    [2, 'code a, summary completed', 'completed'],
    [2, 'email completed', 'running'],
    [2, 'summary completed', 'running'],
    [2, 'pin a, a rejected, email completed', 'running'],
    [3, 'summary blocked', 'blocked'],
    [3, 'summary failed email expired', 'expired'],
    [3, 'silent_auth user_rejected, summary failed', 'failed'],
    [4, 'email blocked', 'blocked'],
    [4, 'silent_auth blocked', 'running'],
    [5, 'pin a, a exhausted', 'failed'],
    [5, 'pin a, a rejected, pin b, b rejected, pin c, c rejected', 'running'],
  ])('rule %i, after "%s": the verification is %s', (_rule, log, expected) => {
    const verification = shown(`started, ${log}`);
    expect(isFinal(verification) ? verification.status : 'running').toBe(expected);
  });

  it.each<[order: string, log: string, becomes: string]>([
    ['(1) before (2)', 'cancelled, a accepted', 'cancelled'],
    ['(2) before (3)', 'summary completed, summary failed', 'completed'],
    ['(3) before (4)', 'summary blocked email expired', 'expired'],
    ['(4) before (5)', 'email expired, a exhausted', 'expired'],
  ])('decide in their order, %s: after "%s" the verification is %s', (_order, log, expected) => {
    expect(shown(`started, code a, ${log}`).status).toBe(expected);
  });
});
