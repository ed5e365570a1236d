/** Checks the APIs from outside. */

import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Deployment } from '../deployment/deployment.ts';
import { check, type Finding, skipped } from './check.ts';
import { shakeHands } from './websocket.ts';

const TIMEOUT_MS = 15_000;
const keys = z.object({ keys: z.array(z.object({ kty: z.literal('EC') })).min(1) });
const started = z.object({ client_token: z.string() });

/** @param number a phone number of the operator, for a start that is cancelled at once */
export async function checkApis(
  { apiUrl, websocketUrl }: Deployment,
  number: string | undefined,
): Promise<readonly Finding[]> {
  return [
    await check('The HTTP API answers', async () => {
      const { status } = await send(apiUrl, 'GET', '/status');
      return status === 401 ? undefined : `GET /status answered ${status} instead of 401`;
    }),
    await check('The proof keys are published', async () => {
      const response = await send(apiUrl, 'GET', '/.well-known/jwks.json');
      const isPublished = response.ok && keys.safeParse(await response.json()).success;
      return isPublished ? undefined : `the JWKS answered ${response.status}`;
    }),
    await check('The WebSocket refuses a wrong token', async () => {
      const stranger = `${randomUUID()}.${randomBytes(32).toString('base64url')}`;
      const status = await shakeHands(websocketUrl, stranger);
      return status === 401 ? undefined : `the handshake answered ${status} instead of 401`;
    }),
    number === undefined
      ? skipped('The WebSocket opens', 'needs --number')
      : await check('The WebSocket opens', () => open(apiUrl, websocketUrl, number)),
  ];
}

async function open(
  apiUrl: string,
  websocketUrl: string,
  number: string,
): Promise<string | undefined> {
  const body = JSON.stringify({ phone_number: number, channels: ['silent_auth'] });
  const answer = await send(apiUrl, 'POST', '/start', { body });
  if (answer.status === 429) return 'the number is locked or limited: wait some minutes';
  if (answer.status !== 202) return `POST /start answered ${answer.status}`;
  const { client_token: token } = started.parse(await answer.json());
  const status = await shakeHands(websocketUrl, token);
  await send(apiUrl, 'POST', '/cancel', { headers: { authorization: `Bearer ${token}` } });
  return status === 101 ? undefined : `the handshake answered ${status} instead of 101`;
}

function send(
  apiUrl: string,
  method: string,
  path: string,
  { body, headers }: { readonly body?: string; readonly headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${apiUrl}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
