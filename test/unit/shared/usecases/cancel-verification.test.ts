import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { Appended } from '../../../../shared/domain/ports/verification-log.ts';
import { cancelVerification } from '../../../../shared/usecases/cancel-verification.ts';
import { BUDGET } from '../../../fixtures/answering-vonage.ts';
import { at, checked, started, submitted } from '../../../fixtures/histories.ts';
import { TOKEN } from '../../../fixtures/memory-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const CANCELLED = ['append cancelled', 'push cancelled silent_auth 2', 'append let_go'];
const LET_GO = at(5, { type: 'let_go', n: 1 });

function worldOf(seconds: number, ...events: readonly VerificationEvent[]) {
  const world = verificationWorld([started(), ...events], { seconds, connections: ['1#a'] });
  return { ...world, cancel: () => cancelVerification(TOKEN, world.needs, BUDGET) };
}

describe('cancelVerification', () => {
  it('writes the end before it pushes and cancels at Vonage', async () => {
    const { cancel, calls } = worldOf(10);
    expect(await cancel()).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_client' });
    expect(calls).toEqual([...CANCELLED, 'cancel at Vonage']);
  });

  it('does nothing a second time', async () => {
    const { cancel, calls } = worldOf(10);
    const first = await cancel();
    calls.length = 0;
    expect(await cancel()).toEqual(first);
    expect(calls).toEqual(['append cancelled']);
  });

  it('cancels at Vonage once more when it is repeated after 30 s', async () => {
    const { cancel, calls } = worldOf(31, at(5, { type: 'cancelled' }), LET_GO);
    await cancel();
    expect(calls.splice(0)).toEqual(['append cancelled', 'append let_go', 'cancel at Vonage']);
    await cancel();
    expect(calls).toEqual(['append cancelled']);
  });

  it('does what a crash after the write has left undone', async () => {
    const { cancel, needs, clockQueue, calls } = worldOf(10, at(5, { type: 'cancelled' }));
    await cancelVerification(TOKEN, { ...needs, clockQueue }, BUDGET);
    expect(calls.splice(0).toSorted()).toEqual(
      [...CANCELLED, 'cancel at Vonage', 'send 0 31'].toSorted(),
    );
    await cancel();
    expect(calls).toEqual(['append cancelled']);
  });

  it.each([
    ['sends a message for the moment when Vonage can cancel', 1, ['send 0 31']],
    ['sends no message when Vonage can cancel already', 32, []],
  ])('%s', async (_rule, seconds, sent) => {
    const { needs, clockQueue, calls } = worldOf(seconds);
    await cancelVerification(TOKEN, { ...needs, clockQueue }, BUDGET);
    expect(calls.filter((call) => call.startsWith('send'))).toEqual(sent);
  });

  it('changes no other end, and does not ask Vonage', async () => {
    const { cancel, calls } = worldOf(10, submitted('a'), at(5, checked('a', 'accepted')));
    expect((await cancel()).status).toBe('completed');
    expect(calls).toEqual(['append cancelled']);
  });

  it('expires a verification whose time is over', async () => {
    const { cancel, calls } = worldOf(1000);
    expect(await cancel()).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(calls).toEqual([
      'append cancelled',
      'append deadline',
      'push expired email 2',
      'append let_go',
      'cancel at Vonage',
    ]);
  });

  it.each<[string, Appended['outcome'], object]>([
    [
      'tells a client that has filled the log when to come again',
      'full',
      { code: 'rate_limited', members: { retryAfterSeconds: 200 } },
    ],
    ['refuses the token of another verification', 'unauthorized', { code: 'client_token_invalid' }],
  ])('%s', async (_rule, outcome, problem) => {
    const { needs, log, calls } = worldOf(10);
    const append = async () => ({ outcome, entry: log.entry() });
    const refusing = { ...needs, log: { ...log, append } };
    await expect(cancelVerification(TOKEN, refusing, BUDGET)).rejects.toMatchObject(problem);
    expect(calls).toEqual([]);
  });
});
