import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { ProviderEvent, VerificationEvent } from '../../../../shared/domain/events.ts';
import {
  type AcceptWebhookNeeds,
  acceptWebhook,
} from '../../../../shared/usecases/accept-webhook.ts';
import {
  CHECK_URL,
  checkUrlIssued,
  REQUEST_ID,
  START_MS,
  started,
} from '../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

const WEBHOOK = { authorization: 'Bearer a.b.c', body: Buffer.from('{}') };
const EVENT: ProviderEvent = { type: 'check_url_issued', atMs: START_MS, checkUrl: CHECK_URL };

/** Everything that happens, in its order. */
function worldOf(
  events: readonly VerificationEvent[],
  verify: () => Promise<void> = async () => {},
) {
  const calls: string[] = [];
  const log = createMemoryLog(events, ['1#socket'], calls);
  const ports: AcceptWebhookNeeds = {
    log,
    clock: { now: () => START_MS + 1000 },
    telemetry: { measure: () => {} },
    pusher: {
      push: async (connections, { status }) => {
        calls.push(`push ${status}`);
        return connections.map((connection) => ({ connection, outcome: 'delivered' }));
      },
      close: async () => {},
    },
    webhooks: {
      verify: () => {
        calls.push('verify');
        return verify();
      },
      parse: () => {
        calls.push('parse');
        return { requestId: REQUEST_ID, event: EVENT };
      },
    },
  };
  return { ports, calls, log };
}

describe('acceptWebhook', () => {
  it('verifies, then reads, then writes, and only then pushes', async () => {
    const { ports, calls } = worldOf([started()]);
    expect(await acceptWebhook(WEBHOOK, ports)).toBe(REQUEST_ID);
    expect(calls).toEqual(['verify', 'parse', 'append check_url_issued', 'push action_pending']);
  });

  it('does nothing about a webhook that is not authentic', async () => {
    const refused = new Problem('signature_invalid', 'signature');
    const { ports, calls, log } = worldOf([started()], () => Promise.reject(refused));
    await expect(acceptWebhook(WEBHOOK, ports)).rejects.toBe(refused);
    expect(calls).toEqual(['verify']);
    expect(log.events).toEqual([started()]);
  });

  it('repeats the push of a webhook that comes again, in case the first one crashed', async () => {
    const { ports, calls, log } = worldOf([started(), checkUrlIssued()]);
    await acceptWebhook(WEBHOOK, ports);
    expect(calls.slice(2)).toEqual(['append check_url_issued', 'push action_pending']);
    expect(log.events).toHaveLength(2);
  });

  it('repeats no push that showed nothing, but publishes an end that was not published', async () => {
    const late = { ...EVENT, atMs: START_MS + 1 };
    const cancelled = { type: 'cancelled', atMs: START_MS - 5000 } as const;
    const { ports, calls } = worldOf([started(), cancelled, late]);
    const notify = async (): Promise<boolean> => calls.push('notify') > 0;
    await acceptWebhook(WEBHOOK, { ...ports, endNotifier: { notify } });
    expect(calls.slice(2)).toEqual(['append check_url_issued', 'notify', 'append notified']);
  });

  it('shows nothing of a verification before its start', async () => {
    const { ports, calls } = worldOf([]);
    await acceptWebhook(WEBHOOK, ports);
    expect(calls.slice(2)).toEqual(['append check_url_issued']);
  });
});
