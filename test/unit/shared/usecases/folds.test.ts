import { describe, expect, it, vi } from 'vitest';
import { acceptWebhook } from '../../../../shared/usecases/accept-webhook.ts';
import { readStatus } from '../../../../shared/usecases/read-status.ts';
import { checkUrlIssued, REQUEST_ID } from '../../../fixtures/histories.ts';
import { TOKEN } from '../../../fixtures/memory-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

type World = ReturnType<typeof verificationWorld>;

const CODE = { requestId: REQUEST_ID, code: 'aBcDeF' };

/** A fold looks for `started` once, and nothing else searches a log in this way. */
async function foldsOf(act: (world: World) => Promise<unknown>, world: World): Promise<number> {
  const find = vi.spyOn(Array.prototype, 'find');
  await act(world);
  const { contexts } = find.mock;
  find.mockRestore();
  return contexts.filter((list) => Array.isArray(list) && list[0]?.type === 'started').length;
}

function webhook({ needs }: World): Promise<unknown> {
  const parse = () => ({ requestId: REQUEST_ID, event: checkUrlIssued() });
  const webhooks = { verify: async () => {}, parse };
  return acceptWebhook({ authorization: '', body: Buffer.from('') }, { ...needs, webhooks });
}

describe('each write or read is folded once', () => {
  it.each<[what: string, folds: number, log: string, act: (world: World) => Promise<unknown>]>([
    ['status', 1, 'started', ({ needs }) => readStatus(TOKEN, needs)],
    ['subscribe', 1, 'started', ({ subscribe }) => subscribe('2#other')],
    ['cancel', 1, 'started', ({ cancel }) => cancel()],
    ['next-workflow', 1, 'started', ({ skip }) => skip({ from: 'silent_auth' })],
    ['webhook', 1, 'started', webhook],
    ['a repeated webhook', 1, 'started, check_url', webhook],
    ['check-code, which writes twice', 2, 'started', ({ check }) => check(CODE)],
    ['clock, before the deadline', 1, 'started', ({ runClock }) => runClock(0)],
  ])('%s, folds in all: %i', async (_what, folds, log, act) => {
    expect(await foldsOf(act, verificationWorld(log))).toBe(folds);
  });
});
