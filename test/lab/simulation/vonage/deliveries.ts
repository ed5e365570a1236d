/** Vonage signs webhooks and delivers them until it is answered 2xx (protocol §5.1, §6). */

import { HEX, type Prng } from '../../../fixtures/prng.ts';
import { type TokenParts, webhookToken } from '../../../fixtures/webhook-tokens.ts';
import type { JsonObject } from '../history.ts';
import type { SimulatedSecrets } from '../secrets.ts';
import type { Surroundings } from '../wire.ts';

export interface Delivery {
  readonly authorization: string | undefined;
  readonly body: string;
  readonly json: JsonObject;
  /** Absent for Vonage itself. */
  readonly forged?: string;
}

type Deliver = (delivery: Delivery) => Promise<number | 'lost'>;

const RETRY_AFTER_MS = [2000, 5000, 15_000, 30_000, 60_000, 60_000, 60_000];

interface DeliveryNeeds extends Surroundings {
  readonly secrets: SimulatedSecrets;
  readonly skewMs: number;
  readonly deliver: Deliver;
}

export type Deliveries = ReturnType<typeof createDeliveries>;

export function createDeliveries(needs: DeliveryNeeds) {
  const { scheduler, faults, prng, secrets, skewMs, deliver } = needs;
  const captured: Delivery[] = [];
  let waiting = 0;

  const attempt = async (json: JsonObject, tries: number): Promise<void> => {
    const body = JSON.stringify(json);
    const issuedAtMs = scheduler.now() + skewMs;
    const authorization = sign(body, { secret: secrets.signatureSecret(), issuedAtMs, prng });
    const delivery: Delivery = { json, body, authorization };
    captured.push(delivery);
    const status = await deliver(delivery);
    const retryMs = RETRY_AFTER_MS[tries];
    const isDone = status !== 'lost' && status >= 200 && status < 300;
    if (isDone || retryMs === undefined) waiting -= 1;
    else scheduler.after(retryMs, () => void attempt(json, tries + 1));
  };

  return {
    /** What a thief of the wire has seen. */
    captured,
    /** Deliveries that will still be tried. */
    waiting: () => waiting,
    send: (json: JsonObject): void => {
      if (faults.happens('webhook_lost')) return;
      const delayMs = faults.happens('webhook_delayed')
        ? prng.between(0, prng.pick([200, 5000, 90_000]))
        : prng.between(1, 60);
      waiting += 1;
      scheduler.after(delayMs, () => void attempt(json, 0));
      for (let copies = 0; faults.happens('webhook_repeated') && copies < 5; copies += 1) {
        waiting += 1;
        const lagMs = delayMs + prng.between(0, prng.pick([5, 1000, 120_000]));
        scheduler.after(lagMs, () => void attempt(json, RETRY_AFTER_MS.length));
      }
    },
  };
}

export interface Signing extends TokenParts {
  readonly issuedAtMs: number;
  readonly prng: Prng;
}

export function sign(body: string, { issuedAtMs, prng, claims, ...parts }: Signing): string {
  const own = { jti: prng.text(HEX, 32), ...claims };
  return `Bearer ${webhookToken({ nowMs: issuedAtMs, body }, { ...parts, claims: own })}`;
}
