import { Auth } from '@vonage/auth';
import { verifySignature } from '@vonage/jwt';
import { Verify2 } from '@vonage/verify2';
import { afterAll, describe, expect, it } from 'vitest';
import {
  APPLICATION_ID,
  expectStartRequest,
  newNumber,
  openCheckUrl,
  PRIVATE_KEY,
  SIGNATURE_SECRET,
  stepTo,
  useHarness,
} from './harness.ts';

const vonage = await useHarness();
const auth = new Auth({ applicationId: APPLICATION_ID, privateKey: PRIVATE_KEY });
const verify = new Verify2(auth, { apiHost: vonage.url, timeout: 600_000 });

afterAll(async () => {
  const calls: unknown = await vonage.look('/_local/calls?operation=start');
  for (const { body } of Array.isArray(calls) ? calls : []) expectStartRequest(body);
  for (const { headers } of vonage.statusUrl.received) {
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    expect(verifySignature(token, SIGNATURE_SECRET)).toBe(true);
    expect(verifySignature(token, `${SIGNATURE_SECRET}x`)).toBe(false);
  }
});

/** The SDK's types lack members of the wire, so that the body goes through `unknown`. */
function start(workflow: readonly object[]): ReturnType<Verify2['newRequest']> {
  const params: unknown = { brand: 'Acme', channelTimeout: 900, codeLength: 10, workflow };
  return verify.newRequest(params as Parameters<Verify2['newRequest']>[0]);
}

const PIN_CHANNELS = ['sms', 'voice', 'whatsapp', 'rcs', 'email'];

describe('@vonage/verify2', () => {
  it.each(PIN_CHANNELS)('checks a wrong and a right code by %s', async (channel) => {
    const by = stepTo(newNumber(), channel);
    const { requestId, checkUrl } = await start([by]);
    expect(checkUrl).toBeUndefined();
    await expect(verify.checkCode(requestId, '0000')).rejects.toThrow('400');
    expect(await verify.checkCode(requestId, await vonage.code(by.to))).toBe('completed');
    await vonage.statusUrl.wait({ request_id: requestId, status: 'completed' });
  });

  it('reports too many wrong codes', async () => {
    const { requestId } = await start([stepTo(newNumber(), 'sms')]);
    for (const status of ['400', '400', '410', '404']) {
      await expect(verify.checkCode(requestId, '0000')).rejects.toThrow(status);
    }
  });

  it('completes silent authentication', async () => {
    const silent = { ...stepTo(newNumber(), 'silent_auth'), coverageCheck: false };
    const { requestId, checkUrl = '' } = await start([silent]);
    await expect(verify.checkCode(requestId, '0000')).rejects.toThrow('409');
    const { answered } = await openCheckUrl(checkUrl);
    expect(await verify.checkCode(requestId, String(answered.json.code))).toBe('completed');
  });

  it.each([
    ['silent_auth', 'sms'],
    ['sms', 'voice'],
    ['voice', 'whatsapp'],
    ['voice', 'rcs'],
    ['sms', 'email'],
  ])('moves from %s to %s, and no further', async (first, second) => {
    const number = newNumber();
    const { requestId } = await start([stepTo(number, first), stepTo(number, second)]);
    expect(await verify.nextWorkflow(requestId)).toBe(true);
    expect(await verify.nextWorkflow(requestId)).toBe(false);
    expect(await vonage.look(`/_local/requests/${requestId}`)).toMatchObject({ channel: second });
  });

  it.each(['silent_auth', ...PIN_CHANNELS])('cancels %s after 30 s', async (channel) => {
    const { requestId } = await start([stepTo(newNumber(), channel)]);
    vonage.pass(30);
    expect(await verify.cancel(requestId)).toBe(true);
    await vonage.statusUrl.wait({ request_id: requestId, status: 'cancelled' });
  });

  it('reports a bad body and a number in use', async () => {
    await expect(start([{ channel: 'sms', to: '44' }])).rejects.toThrow('422');
    const sms = stepTo(newNumber(), 'sms');
    await start([sms]);
    await expect(start([sms])).rejects.toThrow('409');
  });
});
