/** What Mallory does: she knows every request_id and owns no phone and no mailbox but her own. */

import { BASE64URL, DIGITS, type Prng } from '../../../fixtures/prng.ts';
import type { Client, Sent } from '../gateway.ts';
import { ORIGIN } from '../lambda/needs.ts';
import type { Attack, Person } from '../settings.ts';
import type { World } from '../world.ts';
import { forge } from './forge.ts';
import { openSession, type Session } from './session.ts';

const MALLORY: Client = { name: 'mallory', address: '192.0.2.66' };
const MALLORYS_NUMBER = '+4915117777777';
const MALLORYS_EMAIL = 'mallory@mail.example';

export async function runAttack(attack: Attack, world: World): Promise<void> {
  const prng = world.prngFor(attack);
  await world.scheduler.sleep(prng.between(0, 20_000));
  await ATTACKS[attack](world, prng);
}

const ATTACKS: Readonly<Record<Attack, (world: World, prng: Prng) => Promise<void>>> = {
  forger: async (world, prng) => {
    for (let times = 0; times < 8; times += 1) {
      await world.scheduler.sleep(prng.between(100, 30_000));
      const target = anyTarget(world, prng);
      if (target !== undefined) await forge(target, world, prng);
    }
  },

  /** T1: her verification of a victim's number; the victim even opens her check_url. */
  fixation: async (world, prng) => {
    const victim = anyPerson(world, prng);
    const mine = await start(world, prng, victim?.number ?? MALLORYS_NUMBER);
    if (!mine) return;
    for (let round = 0; round < 6; round += 1) {
      await world.scheduler.sleep(prng.between(200, 20_000));
      await mine.ask('GET /status');
      const { action } = mine.seen() ?? {};
      if (action?.type === 'open_check_url' && victim) {
        world.provider.open(action.check_url, victim.number);
        world.hijacked.set(victim.name, action.check_url);
      }
      const code = prng.text(prng.chance(0.5) ? DIGITS : 'abcdef0123', 6);
      await mine.ask('POST /check-code', { request_id: mine.requestId, code });
      if (prng.chance(0.5)) await forge(mine.requestId, world, prng);
      if (prng.chance(0.4)) await mine.ask('POST /next-workflow', { error: 'user_choice' });
      const pin = world.provider.inbox(mine.requestId, MALLORYS_EMAIL);
      if (pin !== undefined && prng.chance(0.5)) {
        await mine.ask('POST /check-code', { request_id: mine.requestId, code: pin });
      }
      // T21: completed by her own e-mail address, for the victim's number.
      const email = MALLORYS_EMAIL;
      const claims = prng.pick<object>([{ phone_number: victim?.number }, { email }, {}]);
      await world.company.take(MALLORY, await mine.ask('POST /proof', claims));
    }
  },

  /** T2, T12: her own token with the request_ids and check_urls of others. */
  swapper: async (world, prng) => {
    const mine = await start(world, prng, MALLORYS_NUMBER);
    if (!mine) return;
    for (let round = 0; round < 5; round += 1) {
      await world.scheduler.sleep(prng.between(200, 15_000));
      const target = anyTarget(world, prng);
      if (target === undefined) continue;
      const code = prng.text(DIGITS, 6);
      await mine.ask('POST /check-code', { request_id: target, code });
      const [, secret = ''] = mine.token.split('.');
      const bearer = `${target}.${secret}`;
      await world.gateway.request(MALLORY, 'GET /status', { bearer });
      await world.gateway.request(MALLORY, 'POST /cancel', { bearer });
      await askForProof({ bearer }, world);
      const victim = anyPerson(world, prng);
      const { action } = mine.seen() ?? {};
      if (victim && action?.type === 'open_check_url') {
        world.hijacked.set(victim.name, action.check_url);
      }
    }
  },

  /** T8, T9, T16: many starts, each with another pretended address. */
  pumper: async (world, prng) => {
    for (let times = 0; times < 15; times += 1) {
      await world.scheduler.sleep(prng.between(10, 5000));
      const victim = anyPerson(world, prng);
      const number =
        victim && prng.chance(0.5) ? victim.number : `+4915112345${prng.text(DIGITS, 3)}`;
      await world.gateway.request(MALLORY, 'POST /start', {
        body: { phone_number: number, email: prng.pick([MALLORYS_EMAIL, 'a@mail.example']) },
        forwardedFor: `198.51.100.${prng.below(250)}`,
        ...(prng.chance(0.5) && { key: prng.text(BASE64URL, 30) }),
      });
    }
  },

  /** T7, T11: tokens made up for known verifications, pages of other origins. */
  guesser: async (world, prng) => {
    for (let times = 0; times < 8; times += 1) {
      await world.scheduler.sleep(prng.between(10, 20_000));
      const target = anyTarget(world, prng);
      const holding = world.holdings[prng.below(world.holdings.length)];
      if (target === undefined) continue;
      const token = `${target}.${prng.text(BASE64URL, 42)}A`;
      const body = { request_id: target, code: prng.text(DIGITS, 6) };
      await world.gateway.request(MALLORY, 'GET /status', { bearer: token });
      await askForProof({ bearer: token }, world);
      await world.gateway.request(MALLORY, 'POST /check-code', { bearer: token, body });
      await world.gateway.request(MALLORY, 'POST /next-workflow', { bearer: token, body: {} });
      await world.sockets.connect(MALLORY, { token }, () => {});
      const origin = prng.pick(['null', 'https://evil.example', `${ORIGIN}.evil.example`]);
      // A page in the victim's own browser: the token would be right, the origin is not.
      if (holding) await world.sockets.connect(MALLORY, { token: holding.token, origin }, () => {});
    }
  },

  /** T22: she reads a shared code in her mailbox and submits it while a channel of the number runs. */
  borrower: async (world, prng) => {
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
      await world.company.take(MALLORY, await mine.ask('POST /proof', claims));
    }
  },

  /** R25: she fills her log; her verification must end nevertheless. */
  flooder: async (world, prng) => {
    const mine = await start(world, prng, MALLORYS_NUMBER);
    if (!mine) return;
    for (let times = 0; times < 24; times += 1) {
      const code = prng.text(DIGITS, 6);
      await mine.ask('POST /check-code', { request_id: mine.requestId, code });
    }
    await mine.ask('POST /next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
    if (prng.chance(0.5)) await mine.ask('POST /cancel');
  },
};

async function askForProof(sent: Sent, world: World): Promise<void> {
  await world.company.take(MALLORY, await world.gateway.request(MALLORY, 'POST /proof', sent));
}

/** Of any verification that exists by now. */
function anyTarget({ holdings }: World, prng: Prng): string | undefined {
  return holdings[prng.below(holdings.length)]?.requestId;
}

/** A verification that she has started, and the token to it. */
async function start(world: World, prng: Prng, number: string): Promise<Session | undefined> {
  const key = prng.text(BASE64URL, 43);
  const sent = { key, body: { phone_number: number, email: MALLORYS_EMAIL } };
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await world.gateway.request(MALLORY, 'POST /start', sent);
    if (answer?.status === 202) return openSession(MALLORY, answer.body, world);
    await world.scheduler.sleep(prng.between(500, 20_000));
  }
  return undefined;
}

function anyPerson({ settings }: World, prng: Prng): Person | undefined {
  return settings.people[prng.below(settings.people.length)];
}
