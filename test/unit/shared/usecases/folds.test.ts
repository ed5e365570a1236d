import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { Entry } from '../../../../shared/domain/ports/verification-log.ts';
import { acceptWebhook } from '../../../../shared/usecases/accept-webhook.ts';
import { cancelVerification } from '../../../../shared/usecases/cancel-verification.ts';
import { checkCode } from '../../../../shared/usecases/check-code.ts';
import { readStatus } from '../../../../shared/usecases/read-status.ts';
import { skipChannel } from '../../../../shared/usecases/skip-channel.ts';
import { subscribe } from '../../../../shared/usecases/subscribe.ts';
import { answeringVonage } from '../../../fixtures/answering-vonage.ts';
import {
  CHECK_URL,
  checkUrlIssued,
  REQUEST_ID,
  START_MS,
  started,
} from '../../../fixtures/histories.ts';
import { createMemoryLog, TOKEN } from '../../../fixtures/memory-log.ts';

const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };
const NOW_MS = START_MS + 5_000;

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
  const stored = createMemoryLog(events, ['1#socket']);
  const counted = <T extends { readonly entry: Entry }>(written: T): T => {
    const { entry } = written;
    return { ...written, entry: { ...entry, events: CountedEvents.from(entry.events) } };
  };
  const needs = {
    log: {
      ...stored,
      find: async () => counted({ entry: stored.entry() }).entry,
      append: async (...event: Parameters<typeof stored.append>) => {
        const appended = await stored.append(...event);
        return appended.outcome === 'unauthorized' ? appended : counted(appended);
      },
      subscribe: async (...socket: Parameters<typeof stored.subscribe>) => {
        const subscribed = await stored.subscribe(...socket);
        return subscribed && counted(subscribed);
      },
    },
    clock: { now: () => NOW_MS },
    random: { attemptId: () => 'attempt1' },
    telemetry: { measure: () => {} },
    pusher: { push: async () => [], close: async () => {} },
    endNotifier: { notify: async () => true },
    vonage: answeringVonage(),
    webhooks: {
      verify: async () => {},
      parse: () => ({
        requestId: REQUEST_ID,
        event: { ...checkUrlIssued(), type: 'check_url_issued', checkUrl: CHECK_URL } as const,
      }),
    },
  };
  return { needs, count };
}

const WEBHOOK = { authorization: 'Bearer a.b.c', body: new Uint8Array() };

describe('each write or read is folded once', () => {
  it.each<[string, number, (needs: ReturnType<typeof worldOf>['needs']) => Promise<unknown>]>([
    ['status', 1, (needs) => readStatus(TOKEN, needs)],
    ['subscribe', 1, (needs) => subscribe(TOKEN, '2#other', needs)],
    ['cancel', 1, (needs) => cancelVerification(TOKEN, needs, BUDGET)],
    ['next-workflow', 1, (needs) => skipChannel(TOKEN, { from: 'silent_auth' }, needs, BUDGET)],
    ['webhook', 1, (needs) => acceptWebhook(WEBHOOK, needs)],
    [
      'check-code, which writes twice,',
      2,
      (needs) => checkCode(TOKEN, { requestId: REQUEST_ID, code: 'aBcDeF' }, needs, BUDGET),
    ],
  ])('%s: %i', async (_name, folds, act) => {
    const { needs, count } = worldOf([started()]);
    await act(needs);
    expect(count.folds).toBe(folds);
  });

  it('a webhook that is repeated: 1', async () => {
    const { needs, count } = worldOf([started(), checkUrlIssued()]);
    await acceptWebhook(WEBHOOK, needs);
    expect(count.folds).toBe(1);
  });
});
