/** An attacker who knows the request_id and the webhook's address, but not the secret. */
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Endpoints } from '../endpoints.ts';
import { type PageAnswer, refuse, toJson } from './page-answer.ts';

const TIMEOUT_MS = 10_000;

const forgeRequest = z.object({ request_id: z.string().min(1).max(100) });

/** Sends a `completed` webhook that is signed with the wrong secret. */
export async function forgeWebhook(endpoints: Endpoints, body: unknown): Promise<PageAnswer> {
  const parsed = forgeRequest.safeParse(body);
  if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
  const webhook = {
    request_id: parsed.data.request_id,
    triggered_at: new Date().toISOString(),
    type: 'event',
    channel: 'silent_auth',
    status: 'completed',
  };
  const sent = JSON.stringify(webhook);
  const response = await fetch(`${endpoints.api}/webhook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${sign(sent, endpoints)}`,
    },
    body: sent,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer: unknown = await response.json();
  return toJson({ webhook, status: response.status, answer });
}

/** A signature that is correct except for its secret. */
function sign(body: string, { application_id, webhook }: Endpoints): string {
  const claims = {
    iat: Math.floor(Date.now() / 1000),
    jti: randomUUID(),
    iss: 'Vonage',
    payload_hash: createHash('sha256').update(body).digest('hex'),
    api_key: webhook.api_key,
    application_id,
  };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
