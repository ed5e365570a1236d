/** Mallory: what she owns, and how she starts a verification. */

import type { Client } from '../gateway.ts';
import { BASE64URL, type Prng } from '../prng.ts';
import type { Person } from '../settings.ts';
import type { World } from '../world.ts';
import { openSession, type Session } from './session.ts';

export const MALLORY: Client = { name: 'mallory', address: '192.0.2.66' };
export const MALLORYS_NUMBER = '+4915117777777';
export const MALLORYS_EMAIL = 'mallory@mail.example';

/** A verification that she has started, and the token to it. */
export async function start(
  world: World,
  prng: Prng,
  number: string,
): Promise<Session | undefined> {
  const key = prng.text(BASE64URL, 43);
  const sent = { key, body: { phone_number: number, email: MALLORYS_EMAIL } };
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await world.gateway.request(MALLORY, 'POST /start', sent);
    if (answer?.status === 202) return openSession(MALLORY, answer.body, world);
    await world.scheduler.sleep(prng.between(500, 20_000));
  }
  return undefined;
}

export function anyPerson({ settings }: World, prng: Prng): Person | undefined {
  return settings.people[prng.below(settings.people.length)];
}
