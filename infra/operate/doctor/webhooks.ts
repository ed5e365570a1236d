/**
 * Checks that a signed webhook is accepted and others are refused. The webhooks name a request that
 * does not exist.
 */

import { createHash, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { DOCTOR_REQUEST_ID_PREFIX } from '../../../shared/config.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Fields } from '../deployment/secrets.ts';
import { type Ask, check, type Finding, skipped } from './check.ts';

const TIMEOUT_MS = 15_000;

export async function checkWebhooks(
  { webhookUrl }: Pick<Deployment, 'webhookUrl'>,
  signature: Fields,
): Promise<readonly Finding[]> {
  const body = JSON.stringify({
    request_id: `${DOCTOR_REQUEST_ID_PREFIX}${randomUUID()}`,
    triggered_at: new Date().toISOString(),
    type: 'event',
    channel: 'silent_auth',
    status: 'expired',
  });
  const expect = async (
    status: number,
    sent: string,
    token?: string,
  ): Promise<string | undefined> => {
    const answer = await post(webhookUrl, sent, token);
    return answer === status ? undefined : `answered ${answer} instead of ${status}`;
  };
  const sign = (): Promise<string> => signWebhook(body, signature);
  const signed: readonly [question: string, ask: Ask][] = [
    ['A signed webhook is accepted', async () => expect(204, body, await sign())],
    [
      'An altered webhook is refused',
      async () => expect(401, body.replace('expired', 'completed'), await sign()),
    ],
  ];
  const findings: Finding[] = [];
  for (const [question, ask] of signed) {
    findings.push(
      signature.signature_secret
        ? await check(question, ask)
        : skipped(question, 'needs the signature secret'),
    );
  }
  return [...findings, await check('An unsigned webhook is refused', () => expect(503, body))];
}

async function post(url: string, body: string, token: string | undefined): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return response.status;
}

/** Signs a webhook as Vonage does (protocol §6). */
async function signWebhook(body: string, signature: Fields): Promise<string> {
  const { api_key, application_id, signature_secret: secret = '' } = signature;
  const payload_hash = createHash('sha256').update(body).digest('hex');
  return new SignJWT({ iss: 'Vonage', payload_hash, api_key, application_id })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setJti(randomUUID())
    .sign(Buffer.from(secret));
}
