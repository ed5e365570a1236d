import { describe, expect, it, vi } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import {
  type AcceptWebhookNeeds,
  acceptWebhook,
} from '../../../../shared/usecases/accept-webhook.ts';
import { cancelVerification } from '../../../../shared/usecases/cancel-verification.ts';
import { type CheckCodeNeeds, checkCode } from '../../../../shared/usecases/check-code.ts';
import { readStatus } from '../../../../shared/usecases/read-status.ts';
import { skipChannel } from '../../../../shared/usecases/skip-channel.ts';
import { subscribe } from '../../../../shared/usecases/subscribe.ts';
import { BUDGET } from '../../../fixtures/answering-vonage.ts';
import { checkUrlIssued, REQUEST_ID, started } from '../../../fixtures/histories.ts';
import { TOKEN } from '../../../fixtures/memory-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

/**
 * How often an action folds the log. A fold looks for `started` once, and nothing else searches a
 * log in this way.
 */
async function foldsOf(events: readonly VerificationEvent[], act: Act): Promise<number> {
  const { needs, endNotifier } = verificationWorld(events, { connections: ['1#socket'] });
  const parse = () => ({ requestId: REQUEST_ID, event: checkUrlIssued() });
  const webhooks = { verify: async () => {}, parse };
  const find = vi.spyOn(Array.prototype, 'find');
  await act({ ...needs, endNotifier, webhooks });
  const { contexts } = find.mock;
  find.mockRestore();
  return contexts.filter((list) => Array.isArray(list) && list[0]?.type === 'started').length;
}

type Act = (needs: AcceptWebhookNeeds & CheckCodeNeeds) => Promise<unknown>;

const START: readonly VerificationEvent[] = [started()];
const REPEATED = [...START, checkUrlIssued()];

const CODE = { requestId: REQUEST_ID, code: 'aBcDeF' };
const SKIP = { from: 'silent_auth' } as const;
const WEBHOOK = { authorization: 'Bearer a.b.c', body: new Uint8Array() };

describe('each write or read is folded once', () => {
  it.each<[string, number, typeof START, Act]>([
    ['status', 1, START, (needs) => readStatus(TOKEN, needs)],
    ['subscribe', 1, START, (needs) => subscribe(TOKEN, '2#other', needs)],
    ['cancel', 1, START, (needs) => cancelVerification(TOKEN, needs, BUDGET)],
    ['next-workflow', 1, START, (needs) => skipChannel(TOKEN, SKIP, needs, BUDGET)],
    ['webhook', 1, START, (needs) => acceptWebhook(WEBHOOK, needs)],
    ['a repeated webhook', 1, REPEATED, (needs) => acceptWebhook(WEBHOOK, needs)],
    ['check-code, which writes twice', 2, START, (needs) => checkCode(TOKEN, CODE, needs, BUDGET)],
  ])('%s: %i', async (_name, folds, events, act) => {
    expect(await foldsOf(events, act)).toBe(folds);
  });
});
