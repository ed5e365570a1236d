/** Mallory with a mailbox of her own and somebody else's number (T22), and with too much to say (R25). */

import { DIGITS, type Prng } from '../prng.ts';
import type { World } from '../world.ts';
import { anyPerson, MALLORY, MALLORYS_EMAIL, MALLORYS_NUMBER, start } from './mallory.ts';
import { handOver } from './prove.ts';

/** She reads a shared code in her mailbox and submits it while a channel of the number runs. */
export async function borrow(world: World, prng: Prng): Promise<void> {
  const number = anyPerson(world, prng)?.number ?? MALLORYS_NUMBER;
  const mine = await start(world, prng, number);
  if (!mine) return;
  for (const from of ['silent_auth', 'email']) {
    await world.scheduler.sleep(prng.between(200, 5000));
    await mine.ask('POST /next-workflow', { from, error: 'user_choice' });
  }
  const code = world.provider.inbox(mine.requestId, MALLORYS_EMAIL);
  if (code === undefined) return;
  await mine.ask('POST /check-code', { request_id: mine.requestId, code });
  const email = MALLORYS_EMAIL;
  for (const claims of [{ phone_number: number }, { phone_number: number, email }, {}]) {
    await world.scheduler.sleep(prng.between(200, 5000));
    await handOver(MALLORY, await mine.ask('POST /proof', claims), world);
  }
}

/** She fills her log; her verification must end nevertheless. */
export async function flood(world: World, prng: Prng): Promise<void> {
  const mine = await start(world, prng, MALLORYS_NUMBER);
  if (!mine) return;
  for (let times = 0; times < 24; times += 1) {
    const code = prng.text(DIGITS, 6);
    await mine.ask('POST /check-code', { request_id: mine.requestId, code });
  }
  await mine.ask('POST /next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
  if (prng.chance(0.5)) await mine.ask('POST /cancel');
}
