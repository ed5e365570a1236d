/** Webhooks that Vonage never sent, or sent to say something else (T3–T5). */

import type { JsonObject } from '../history.ts';
import { BASE64URL, type Prng } from '../prng.ts';
import { type Delivery, sign } from '../vonage/deliveries.ts';
import type { World } from '../world.ts';

const FORGERIES = [
  'unsigned',
  'wrong_secret',
  'other_application',
  'other_account',
  'no_hash',
  'altered',
  'unsecured',
  'stale',
  'replay',
] as const;

export async function forge(requestId: string, world: World, prng: Prng): Promise<void> {
  const forged = prng.pick(FORGERIES);
  const delivery = make(forged, lie(requestId, prng), world, prng);
  if (delivery) await world.gateway.deliver({ ...delivery, forged });
}

function lie(requestId: string, prng: Prng): JsonObject {
  const event = { request_id: requestId, type: 'event', channel: 'silent_auth' };
  return prng.pick<JsonObject>([
    { ...event, status: 'completed' },
    { ...event, status: 'user_rejected' },
    {
      ...event,
      status: 'action_pending',
      action: { type: 'check', check_url: 'https://evil.vonage.com/x' },
    },
    {
      request_id: requestId,
      type: 'summary',
      status: 'completed',
      workflow: [{ channel: 'sms', status: 'completed' }],
    },
    { request_id: requestId, type: 'summary', status: 'failed' },
  ]);
}

function make(
  forgery: (typeof FORGERIES)[number],
  json: JsonObject,
  world: World,
  prng: Prng,
): Omit<Delivery, 'forged'> | undefined {
  const captured = world.deliveries.captured[prng.below(world.deliveries.captured.length)];
  const body = JSON.stringify(json);
  const secret = world.secrets.signatureSecret();
  const issuedAtMs = world.scheduler.now();
  const withClaims = (claims: JsonObject) => ({
    ...plain,
    authorization: sign(body, { secret, issuedAtMs, prng, claims }),
  });
  const plain = { number: 0, json, body, authorization: undefined };
  switch (forgery) {
    case 'unsigned':
      return plain;
    case 'wrong_secret': {
      const other = prng.text(BASE64URL, 43);
      return { ...plain, authorization: sign(body, { secret: other, issuedAtMs, prng }) };
    }
    case 'other_application':
      return withClaims({ application_id: 'bbbbbbbb-bbbb-4ccc-8ddd-0123456789ab' });
    case 'other_account':
      return withClaims({ api_key: 'zzzz9999' });
    case 'no_hash':
      return withClaims({ payload_hash: undefined });
    case 'stale':
      return withClaims({ iat: Math.floor(issuedAtMs / 1000) - 90_000 });
    case 'unsecured': {
      const [, payload] = sign(body, { secret, issuedAtMs, prng }).split('.');
      const header = Buffer.from('{"alg":"none"}').toString('base64url');
      return { ...plain, authorization: `Bearer ${header}.${payload}.` };
    }
    case 'altered':
      return captured && { ...plain, authorization: captured.authorization };
    default:
      return captured;
  }
}
