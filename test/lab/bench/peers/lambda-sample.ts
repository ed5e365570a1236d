/** A Lambda as samples write it: the official SDK, state in memory, nobody asked who they are. */

import { readPeerSettings } from './settings.ts';
import { createPeerVonage } from './vonage.ts';
import type { PeerWebhook } from './webhook.ts';

interface Event {
  readonly routeKey: string;
  readonly body?: string;
}

const vonage = createPeerVonage(readPeerSettings());
const webhooks = new Map<string, PeerWebhook>();

export async function handler({ routeKey, body = '{}' }: Event): Promise<object> {
  const input = JSON.parse(body);
  if (routeKey === 'POST /start') {
    return { statusCode: 202, body: JSON.stringify(await vonage.start(input.phone_number)) };
  }
  if (routeKey === 'POST /webhook') {
    webhooks.set(input.request_id, input);
    return { statusCode: 204 };
  }
  await vonage.check(input.request_id, input.code);
  return { statusCode: 200, body: JSON.stringify({ verified: true }) };
}
