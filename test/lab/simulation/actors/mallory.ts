/** Mallory: what she owns, and how she starts a verification. */

import type { Client, Received, Route } from '../gateway.ts';
import { BASE64URL, type Prng } from '../prng.ts';
import type { Person } from '../settings.ts';
import type { World } from '../world.ts';
import { createHandset } from './handset.ts';

export const MALLORY: Client = { name: 'mallory', address: '192.0.2.66' };
export const MALLORYS_NUMBER = '+4915117777777';
export const MALLORYS_EMAIL = 'mallory@mail.example';

export interface Mine {
  readonly requestId: string;
  readonly token: string;
  readonly handset: ReturnType<typeof createHandset>;
  readonly ask: (route: Route, body?: unknown) => Promise<Received | undefined>;
}

/** A verification that she has started, and the token to it. */
export async function start(world: World, prng: Prng, number: string): Promise<Mine | undefined> {
  const key = prng.text(BASE64URL, 43);
  const sent = { key, body: { phone_number: number, email: MALLORYS_EMAIL } };
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await world.gateway.request(MALLORY, 'POST /start', sent);
    if (answer?.status === 202) {
      const { request_id: requestId = '', client_token: token = '' } = answer.body as Record<
        string,
        string
      >;
      const handset = createHandset(world.scheduler);
      handset.take(answer.body);
      world.holdings.push({ client: MALLORY, requestId, token, seen: handset.seen });
      const ask: Mine['ask'] = async (route, body) => {
        const received = await world.gateway.request(MALLORY, route, { bearer: token, body });
        handset.take(received?.body);
        return received;
      };
      return { requestId, token, handset, ask };
    }
    await world.scheduler.sleep(prng.between(500, 20_000));
  }
  return undefined;
}

export function anyPerson({ settings }: World, prng: Prng): Person | undefined {
  return settings.people[prng.below(settings.people.length)];
}
