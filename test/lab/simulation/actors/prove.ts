/** An app that fetches its proof, too early, in time, twice and too late, and hands it over. */

import type { Client, Received } from '../gateway.ts';
import type { Person } from '../settings.ts';
import type { World } from '../world.ts';
import type { AppSession } from './session.ts';

/** Later than any proof is issued. */
const TOO_LATE_MS = 620_000;

export async function prove(session: AppSession, world: World): Promise<void> {
  const { person, ask, proofPrng: prng } = session;
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await ask('POST /proof', prng.pick(addresses(person)));
    await handOver(person, answer, world);
    if (prng.chance(0.4)) return;
    await world.scheduler.sleep(prng.pick([50, 5000, 200_000, TOO_LATE_MS]));
  }
}

/** Sends the proof of the answer, if any, to your backend. */
export async function handOver(
  from: Client,
  answer: Received | undefined,
  { company }: World,
): Promise<void> {
  const { proof } = Object(answer?.body);
  if (typeof proof === 'string') await company.take(from, proof);
}

/** What it wants to be named in the proof, whether or not it has any right to it. */
function addresses({ number, email }: Person): [undefined, ...object[]] {
  return [
    undefined,
    {},
    { phone_number: number },
    { phone_number: number },
    { phone_number: number },
    { email },
    { email: email.toUpperCase() },
    { phone_number: number, email },
    { phone_number: '+4915199999999' },
    { email: 'somebody@mail.example' },
  ];
}
