/** Webhooks that Vonage never sent, or sent to say something else (T3–T5). */

import { BASE64URL, type Prng } from '../../../fixtures/prng.ts';
import type { JsonObject } from '../history.ts';
import { type Delivery, type Signing, sign } from '../vonage/deliveries.ts';
import type { World } from '../world.ts';

interface Material {
  readonly unsigned: Delivery;
  readonly signed: (changes?: Partial<Signing>) => Delivery;
  /** A genuine one, if there was any. */
  readonly captured: Delivery | undefined;
  readonly prng: Prng;
  readonly nowMs: number;
}

const FORGERIES: Readonly<Record<string, (from: Material) => Delivery | undefined>> = {
  unsigned: ({ unsigned }) => unsigned,
  wrong_secret: ({ signed, prng }) => signed({ secret: prng.text(BASE64URL, 43) }),
  other_application: ({ signed }) =>
    signed({ claims: { application_id: 'bbbbbbbb-bbbb-4ccc-8ddd-0123456789ab' } }),
  other_account: ({ signed }) => signed({ claims: { api_key: 'zzzz9999' } }),
  no_hash: ({ signed }) => signed({ claims: { payload_hash: undefined } }),
  altered: ({ unsigned, captured }) =>
    captured && { ...unsigned, authorization: captured.authorization },
  unsecured: ({ signed }) => {
    const delivery = signed({ header: { alg: 'none' } });
    return { ...delivery, authorization: delivery.authorization?.replace(/[^.]*$/, '') };
  },
  stale: ({ signed, nowMs }) => signed({ claims: { iat: Math.floor(nowMs / 1000) - 90_000 } }),
  replay: ({ captured }) => captured,
};

export async function forge(requestId: string, world: World, prng: Prng): Promise<void> {
  const names = Object.keys(FORGERIES);
  const forged = names[prng.below(names.length)] ?? '';
  const json = lie(requestId, prng);
  const { captured } = world.deliveries;
  const body = JSON.stringify(json);
  const unsigned = { json, body, authorization: undefined };
  const nowMs = world.scheduler.now();
  const genuine = { secret: world.secrets.signatureSecret(), issuedAtMs: nowMs, prng };
  const delivery = FORGERIES[forged]?.({
    unsigned,
    signed: (changes) => ({ ...unsigned, authorization: sign(body, { ...genuine, ...changes }) }),
    captured: captured[prng.below(captured.length)],
    prng,
    nowMs,
  });
  if (delivery) await world.gateway.deliver({ ...delivery, forged });
}

function lie(requestId: string, prng: Prng): JsonObject {
  const event = { request_id: requestId, type: 'event', channel: 'silent_auth' };
  const summary = { request_id: requestId, type: 'summary' };
  const action = { type: 'check', check_url: 'https://evil.vonage.com/x' };
  return prng.pick<JsonObject>([
    { ...event, status: 'completed' },
    { ...event, status: 'user_rejected' },
    { ...event, status: 'action_pending', action },
    { ...summary, status: 'completed', workflow: [{ channel: 'sms', status: 'completed' }] },
    { ...summary, status: 'failed' },
  ]);
}
