import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import { acceptWebhook } from '../../../../shared/usecases/accept-webhook.ts';
import { checkUrlIssued, REQUEST_ID } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

/** Accepts a webhook with a check_url; `refusal` is what its signature is refused with. */
function worldOf(log: string, refusal?: Problem) {
  const world = verificationWorld(log, { seconds: 1 });
  const { needs, calls } = world;
  const webhooks = {
    verify: async () => {
      calls.push('verify');
      if (refusal) throw refusal;
    },
    parse: () => {
      calls.push('parse');
      return { requestId: REQUEST_ID, event: checkUrlIssued() };
    },
  };
  const webhook = { authorization: 'Bearer a.b.c', body: Buffer.from('{}') };
  return { ...world, accept: () => acceptWebhook(webhook, { ...needs, webhooks }) };
}

describe('acceptWebhook', () => {
  const PUSH = 'push action_pending silent_auth 2';
  it.each([
    ['pushes what it changed', 'started', [PUSH]],
    ['pushes again what is delivered again, in case of a crash', 'started, check_url', [PUSH]],
    [
      'pushes nothing again that showed nothing, but publishes an end that was not published',
      'started, cancelled @-5, check_url',
      ['notify cancelled', 'append notified'],
    ],
    ['pushes nothing before the start', '', []],
  ])('verifies, then parses, then writes, then %s', async (_what, log, published) => {
    const { accept, calls } = worldOf(log);
    expect(await accept()).toBe(REQUEST_ID);
    expect(calls).toEqual(['verify', 'parse', 'append check_url_issued', ...published]);
  });

  it('does nothing about a webhook that is not authentic', async () => {
    const refusal = new Problem('signature_invalid', 'signature');
    const { accept, calls } = worldOf('started', refusal);
    await expect(accept()).rejects.toBe(refusal);
    expect(calls).toEqual(['verify']);
  });
});
