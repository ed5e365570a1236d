import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { Entry } from '../../../../shared/domain/ports/verification-log.ts';
import { acceptWebhook } from '../../../../shared/usecases/accept-webhook.ts';
import { cancelVerification } from '../../../../shared/usecases/cancel-verification.ts';
import { checkCode } from '../../../../shared/usecases/check-code.ts';
import { readStatus } from '../../../../shared/usecases/read-status.ts';
import { skipChannel } from '../../../../shared/usecases/skip-channel.ts';
import { subscribe } from '../../../../shared/usecases/subscribe.ts';
import { BUDGET } from '../../../fixtures/answering-vonage.ts';
import { checkUrlIssued, REQUEST_ID, started } from '../../../fixtures/histories.ts';
import { TOKEN } from '../../../fixtures/memory-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

/** A log that counts how often it is folded: a fold looks for `started` once, nothing else does. */
function worldOf(events: readonly VerificationEvent[]) {
  const count = { folds: 0 };
  class CountedEvents extends Array<VerificationEvent> {
    override find(
      ...found: Parameters<VerificationEvent[]['find']>
    ): VerificationEvent | undefined {
      count.folds += 1;
      return super.find(...found);
    }
  }
  const counted = <T extends { readonly entry: Entry }>(written: T): T => {
    const { entry } = written;
    return { ...written, entry: { ...entry, events: CountedEvents.from(entry.events) } };
  };
  const { needs, log, endNotifier } = verificationWorld(events, { connections: ['1#socket'] });
  const webhooks = {
    verify: async () => {},
    parse: () => ({ requestId: REQUEST_ID, event: checkUrlIssued() }),
  };
  const counting: typeof log = {
    ...log,
    find: async () => counted({ entry: log.entry() }).entry,
    append: async (...event) => {
      const appended = await log.append(...event);
      return appended.outcome === 'unauthorized' ? appended : counted(appended);
    },
    subscribe: async (...socket) => {
      const subscribed = await log.subscribe(...socket);
      return subscribed && counted(subscribed);
    },
  };
  return { needs: { ...needs, endNotifier, webhooks, log: counting }, count };
}

const START: readonly VerificationEvent[] = [started()];
const REPEATED = [...START, checkUrlIssued()];

type Act = (needs: ReturnType<typeof worldOf>['needs']) => Promise<unknown>;

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
    const { needs, count } = worldOf(events);
    await act(needs);
    expect(count.folds).toBe(folds);
  });
});
