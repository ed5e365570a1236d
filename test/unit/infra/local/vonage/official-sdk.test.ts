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
} from '../../../../fixtures/vonage-harness.ts';

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

describe('@vonage/verify2', () => {
  it.each(['sms', 'voice', 'whatsapp', 'rcs', 'email'])(
    'checks a wrong and a right code by %s',
    async (channel) => {
      const by = stepTo(newNumber(), channel);
      const { requestId, checkUrl } = await start([by]);
      expect(checkUrl).toBeUndefined();
      await expect(verify.checkCode(requestId, '0000')).rejects.toThrow('400');
      expect(await verify.checkCode(requestId, await vonage.code(by.to))).toBe('completed');
      await vonage.statusUrl.wait({ request_id: requestId, status: 'completed' });
    },
  );

  it('completes silent authentication', async () => {
    const silent = { ...stepTo(newNumber(), 'silent_auth'), coverageCheck: false };
    const { requestId, checkUrl = '' } = await start([silent]);
    const { answered } = await openCheckUrl(checkUrl);
    expect(await verify.checkCode(requestId, String(answered.json.code))).toBe('completed');
  });

  it('moves to the next channel and no further, and cancels', async () => {
    const number = newNumber();
    const { requestId } = await start([stepTo(number, 'sms'), stepTo(number, 'voice')]);
    expect(await verify.nextWorkflow(requestId)).toBe(true);
    expect(await verify.nextWorkflow(requestId)).toBe(false);
    const other = await start([stepTo(newNumber(), 'sms')]);
    vonage.pass(30);
    expect(await verify.cancel(other.requestId)).toBe(true);
  });
});
