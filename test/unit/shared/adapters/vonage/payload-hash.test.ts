import { expect, it } from 'vitest';
import { createWebhookVerifier } from '../../../../../shared/adapters/vonage/webhook-signature.ts';
import { spyOnComparisons } from '../../../../fixtures/comparisons.ts';
import { fakeSecrets } from '../../../../fixtures/secrets.ts';
import {
  API_KEY,
  APPLICATION_ID,
  SIGNATURE_SECRET,
  sha256,
  webhookToken,
} from '../../../../fixtures/webhook-tokens.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.500Z');

function verify(body: string, hashed: string): Promise<void> {
  const verifier = createWebhookVerifier({
    secrets: fakeSecrets({
      api_key: API_KEY,
      application_id: APPLICATION_ID,
      signature_secret: SIGNATURE_SECRET,
    }),
    secretId: 'signature',
    clock: { now: () => NOW_MS },
  });
  const token = webhookToken({ nowMs: NOW_MS, body: hashed });
  return verifier.verify(`Bearer ${token}`, Buffer.from(body));
}

it('compares payload_hash in constant time', async () => {
  const compared = spyOnComparisons();
  await verify('{"a":1}', '{"a":1}');
  expect(compared).toHaveBeenCalledWith(
    Buffer.from(sha256('{"a":1}')),
    Buffer.from(sha256('{"a":1}')),
  );
});

it('takes payload_hash for the hash of the bytes, not of what they mean', async () => {
  await verify('{ "a": 1.0 }\n', '{ "a": 1.0 }\n');
  await expect(verify('{ "a": 1.0 }\n', '{"a":1}')).rejects.toMatchObject({
    message: 'payload_hash',
  });
});
