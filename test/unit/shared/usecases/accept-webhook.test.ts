import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { acceptWebhook } from '../../../../shared/usecases/accept-webhook.ts';
import { at, checkUrlIssued, REQUEST_ID, started } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const WEBHOOK = { authorization: 'Bearer a.b.c', body: Buffer.from('{}') };

/** The webhook is a check_url; `refusal` is what its signature is refused with. */
function worldOf(events: readonly VerificationEvent[], refusal?: Problem) {
  const world = verificationWorld(events, { seconds: 1, connections: ['1#socket'] });
  const webhooks = {
    verify: async () => {
      world.calls.push('verify');
      if (refusal) throw refusal;
    },
    parse: () => {
      world.calls.push('parse');
      return { requestId: REQUEST_ID, event: checkUrlIssued() };
    },
  };
  return { ...world, needs: { ...world.needs, webhooks } };
}

describe('acceptWebhook', () => {
  it('verifies, then parses, then writes, then pushes', async () => {
    const { needs, calls } = worldOf([started()]);
    const pushed = 'push action_pending silent_auth 2';
    expect(await acceptWebhook(WEBHOOK, needs)).toBe(REQUEST_ID);
    expect(calls).toEqual(['verify', 'parse', 'append check_url_issued', pushed]);
  });

  it('does nothing about a webhook that is not authentic', async () => {
    const refusal = new Problem('signature_invalid', 'signature');
    const { needs, calls, log } = worldOf([started()], refusal);
    await expect(acceptWebhook(WEBHOOK, needs)).rejects.toBe(refusal);
    expect(calls).toEqual(['verify']);
    expect(log.events).toEqual([started()]);
  });

  it('repeats the push of a webhook that is delivered again, in case the first one crashed', async () => {
    const { needs, calls, log } = worldOf([started(), checkUrlIssued()]);
    await acceptWebhook(WEBHOOK, needs);
    const pushed = 'push action_pending silent_auth 2';
    expect(calls.slice(2)).toEqual(['append check_url_issued', pushed]);
    expect(log.events).toHaveLength(2);
  });

  it('repeats no push that showed nothing, but publishes an end that was not published', async () => {
    const ended = [started(), at(-5, { type: 'cancelled' }), checkUrlIssued()];
    const { needs, endNotifier, calls } = worldOf(ended);
    await acceptWebhook(WEBHOOK, { ...needs, endNotifier });
    expect(calls.slice(2)).toEqual([
      'append check_url_issued',
      'notify cancelled',
      'append notified',
    ]);
  });

  it('pushes nothing before the start', async () => {
    const { needs, calls } = worldOf([]);
    await acceptWebhook(WEBHOOK, needs);
    expect(calls.slice(2)).toEqual(['append check_url_issued']);
  });
});
