import { describe, expect, it, vi } from 'vitest';
import type { Appended } from '../../../../shared/domain/ports/verification-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CANCELLED = [
  'append cancelled',
  'push cancelled silent_auth 2',
  'notify cancelled',
  'append let_go',
  'send 0 31',
  'append notified',
  'cancel at Vonage',
];

describe('cancelVerification', () => {
  it('writes the end before it pushes and cancels at Vonage, and does nothing twice', async () => {
    const { cancel, calls } = verificationWorld('started');
    const first = await cancel();
    expect(first).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_client' });
    expect(calls.splice(0)).toEqual(CANCELLED);
    expect(await cancel()).toEqual(first);
    expect(calls).toEqual(['append cancelled']);
  });

  it('cancels at Vonage once more when it is repeated after 30 s', async () => {
    const log = 'started, cancelled @5, let_go 1 @5, notified @5';
    const { cancel, calls } = verificationWorld(log, { seconds: 31 });
    await cancel();
    expect(calls.splice(0)).toEqual(['append cancelled', 'append let_go', 'cancel at Vonage']);
    await cancel();
    expect(calls).toEqual(['append cancelled']);
  });

  it('does what a crash after the write has left undone', async () => {
    const { cancel, calls } = verificationWorld('started, cancelled @5');
    await cancel();
    expect(calls.splice(0).toSorted()).toEqual(CANCELLED.toSorted());
    await cancel();
    expect(calls).toEqual(['append cancelled']);
  });

  it('changes no other end, and does not ask Vonage', async () => {
    const { cancel, calls } = verificationWorld('started, code a, a accepted @5, notified');
    expect((await cancel()).status).toBe('completed');
    expect(calls).toEqual(['append cancelled']);
  });

  it('expires a verification whose time is over', async () => {
    const { cancel, calls } = verificationWorld('started', { seconds: 1000 });
    expect(await cancel()).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(calls).toEqual([
      'append cancelled',
      'append deadline',
      'push expired email 2',
      'notify expired',
      'append notified',
      'append let_go',
      'cancel at Vonage',
    ]);
  });

  it.each<[rule: string, outcome: Appended['outcome'], problem: object]>([
    [
      'tells a client that has filled the log when to come again',
      'full',
      { code: 'rate_limited', members: { retryAfterSeconds: 200 } },
    ],
    ['refuses the token of another verification', 'unauthorized', { code: 'client_token_invalid' }],
  ])('%s', async (_rule, outcome, problem) => {
    const { cancel, log, calls } = verificationWorld('started');
    vi.spyOn(log, 'append').mockResolvedValue({ outcome, entry: log.entry() });
    await expect(cancel()).rejects.toMatchObject(problem);
    expect(calls).toEqual([]);
  });
});
