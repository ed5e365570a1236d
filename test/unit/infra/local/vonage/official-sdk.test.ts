import { Auth } from '@vonage/auth';
import { verifySignature } from '@vonage/jwt';
import { Verify2 } from '@vonage/verify2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  APPLICATION_ID,
  createHarness,
  expectCallbacks,
  expectStartRequest,
  type Harness,
  openCheckUrl,
  PRIVATE_KEY,
  SIGNATURE_SECRET,
} from './harness.ts';

let vonage: Harness;
let verify: Verify2;
beforeAll(async () => {
  vonage = await createHarness();
  const auth = new Auth({ applicationId: APPLICATION_ID, privateKey: PRIVATE_KEY });
  verify = new Verify2(auth, { apiHost: vonage.url, timeout: 60_000 });
});
afterAll(async () => {
  const calls: unknown = await vonage.look('/_local/calls?operation=start');
  for (const { body } of Array.isArray(calls) ? calls : []) expectStartRequest(body);
  expectCallbacks(vonage.statusUrl);
  for (const { headers } of vonage.statusUrl.received) {
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    expect(verifySignature(token, SIGNATURE_SECRET)).toBe(true);
    expect(verifySignature(token, `${SIGNATURE_SECRET}x`)).toBe(false);
  }
  await vonage[Symbol.asyncDispose]();
});

type Params = Parameters<Verify2['newRequest']>[0];

/** The SDK's types lag behind the wire, so that a body is handed over as data. */
function start(
  workflow: readonly object[],
  members: object = {},
): ReturnType<Verify2['newRequest']> {
  const params: unknown = { brand: 'Acme', channelTimeout: 900, workflow, ...members };
  return verify.newRequest(params as Params);
}

describe('@vonage/verify2', () => {
  it.each([
    ['sms', '447700901000', {}],
    ['voice', '447700901002', {}],
    ['whatsapp', '447700901004', { from: '447700900900' }],
    ['rcs', '447700901006', { from: 'Acme' }],
    ['email', 'sdk@example.org', {}],
  ])('starts, checks wrongly and rightly, by %s', async (channel, to, members) => {
    const { requestId, checkUrl } = await start([{ channel, to, ...members }], { codeLength: 10 });
    expect(checkUrl).toBeUndefined();
    await expect(verify.checkCode(requestId, '0000')).rejects.toThrow('400');
    expect(await verify.checkCode(requestId, await vonage.code(to))).toBe('completed');
    await vonage.statusUrl.wait({ request_id: requestId, status: 'completed' });
  });

  it.each([
    ['sms', '447700901010', {}],
    ['voice', '447700901012', {}],
    ['whatsapp', '447700901014', { from: '447700900900' }],
    ['rcs', '447700901016', { from: 'Acme' }],
    ['email', 'sdk-wrong@example.org', {}],
  ])('is refused after too many wrong codes by %s', async (channel, to, members) => {
    const { requestId } = await start([{ channel, to, ...members }], { codeLength: 10 });
    for (const status of ['400', '400', '410', '404']) {
      await expect(verify.checkCode(requestId, '0000')).rejects.toThrow(status);
    }
  });

  it('goes through silent authentication', async () => {
    const { requestId, checkUrl = '' } = await start([
      { channel: 'silent_auth', to: '447700901020', coverageCheck: false },
    ]);
    await expect(verify.checkCode(requestId, '0000')).rejects.toThrow('409');
    const { answered } = await openCheckUrl(checkUrl);
    expect(await verify.checkCode(requestId, String(answered.json.code))).toBe('completed');
  });

  it.each([
    ['silent_auth', 'sms', '447700901022', {}],
    ['sms', 'voice', '447700901024', {}],
    ['voice', 'whatsapp', '447700901026', { from: '447700900900' }],
    ['voice', 'rcs', '447700901028', { from: 'Acme' }],
    ['sms', 'email', '447700901030', { to: 'sdk-next@example.org' }],
  ])('goes on from %s to %s, and no further', async (first, second, to, members) => {
    const workflow = [
      { channel: first, to },
      { channel: second, to, ...members },
    ];
    const { requestId } = await start(workflow);
    expect(await verify.nextWorkflow(requestId)).toBe(true);
    expect(await verify.nextWorkflow(requestId)).toBe(false);
    expect(await vonage.look(`/_local/requests/${requestId}`)).toMatchObject({ channel: second });
  });

  it.each([
    ['silent_auth', '447700901040', {}],
    ['sms', '447700901042', {}],
    ['voice', '447700901044', {}],
    ['whatsapp', '447700901046', { from: '447700900900' }],
    ['rcs', '447700901048', { from: 'Acme' }],
    ['email', 'sdk-cancel@example.org', {}],
  ])('cancels %s once Vonage lets it', async (channel, to, members) => {
    const { requestId } = await start([{ channel, to, ...members }]);
    vonage.pass(30);
    expect(await verify.cancel(requestId)).toBe(true);
    await vonage.statusUrl.wait({ request_id: requestId, status: 'cancelled' });
  });

  it('reports a bad body and a number in use', async () => {
    await expect(start([{ channel: 'sms', to: '44' }])).rejects.toThrow('422');
    await start([{ channel: 'sms', to: '447700901060' }]);
    await expect(start([{ channel: 'sms', to: '447700901060' }])).rejects.toThrow('409');
  });
});
