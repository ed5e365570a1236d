/**
 * An honest app on a bad day: it follows the contract, repeats what got lost, and sometimes gives
 * up.
 */

import { BASE64URL, type Prng } from '../prng.ts';
import type { Person } from '../settings.ts';
import type { Socket } from '../sockets.ts';
import type { World } from '../world.ts';
import { actOn } from './act.ts';
import { prove } from './prove.ts';
import { type AppSession, openSession, type Session } from './session.ts';

const MAX_ROUNDS = 40;
const MAX_TRIES = 6;

export async function runApp(person: Person, world: World): Promise<void> {
  const prng = world.prngFor(person.name);
  for (let index = 0; index < person.starts; index += 1) {
    await world.scheduler.sleep(prng.between(0, prng.pick([50, 3000, 60_000])));
    const session = await start(person, world, prng);
    if (!session) continue;
    await follow(session, world);
    if (session.proofPrng.chance(0.7)) await prove(session, world);
  }
}

async function start(person: Person, world: World, prng: Prng): Promise<AppSession | undefined> {
  const { gateway, scheduler } = world;
  const key = prng.chance(0.85) ? prng.text(BASE64URL, 22) : undefined;
  const channels = prng.chance(0.2) ? chooseChannels(world, prng) : undefined;
  const body = {
    phone_number: person.number,
    email: person.email,
    ...(prng.chance(0.7) && { nonce: prng.text(BASE64URL, 22) }),
    ...(channels && { channels }),
  };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const sent = { key, body };
    if (prng.chance(0.1)) void gateway.request(person, 'POST /start', sent);
    const answer = await gateway.request(person, 'POST /start', sent);
    if (answer?.status === 202) {
      const session = openSession(person, answer.body, world);
      const proofPrng = prng.fork(session.requestId);
      return { ...session, person, prng, proofPrng, opened: new Set() };
    }
    const isWorthIt = answer === undefined || [409, 500, 503].includes(answer.status);
    if (!isWorthIt || (key === undefined && prng.chance(0.7))) return undefined;
    await scheduler.sleep(prng.between(200, prng.pick([2000, 8000, 40_000])));
  }
  return undefined;
}

function chooseChannels({ settings }: World, prng: Prng): readonly string[] {
  const all = settings.stage.workflow.map(({ channel }) => channel);
  const chosen = all.filter(() => prng.chance(0.6));
  return chosen.length > 0 ? chosen : all;
}

/** Acts, waits for a push, asks again when none comes, until the end. */
async function follow(session: AppSession, world: World): Promise<void> {
  const { handset, prng, ask } = session;
  // Subscribes once and leaves everything else to time.
  if (prng.chance(0.15)) return void (await listen(session, world));
  const likesSockets = prng.chance(0.8);
  let socket: Socket | undefined;
  for (let round = 0; round < MAX_ROUNDS && !handset.hasEnded(); round += 1) {
    if (likesSockets && (!socket?.isOpen() || prng.chance(0.05))) {
      socket = await listen(session, world);
    }
    if (prng.chance(0.03)) return;
    await actOn(session, world);
    if (session.proofPrng.chance(0.05)) await prove(session, world);
    if (handset.hasEnded()) break;
    await handset.wait(patienceMs(session, socket, world));
    if (prng.chance(0.6)) {
      if (socket?.isOpen()) subscribe(session, socket);
      else await ask('GET /status');
    }
  }
  if (prng.chance(0.5)) socket?.close();
}

/** With a socket until the next change is due, else every few seconds. */
function patienceMs({ handset }: Session, socket: Socket | undefined, world: World): number {
  const nextChangeAt = handset.seen()?.next_change_at;
  const dueMs = nextChangeAt ? Date.parse(nextChangeAt) - world.scheduler.now() + 200 : 5000;
  return socket?.isOpen() ? Math.max(300, dueMs) : Math.min(4000, Math.max(300, dueMs));
}

async function listen(session: AppSession, world: World): Promise<Socket | undefined> {
  const { person, token, handset } = session;
  const socket = await world.sockets.connect(person, { token }, handset.take);
  if (socket) subscribe(session, socket);
  return socket;
}

function subscribe({ token }: Session, socket: Socket): void {
  socket.send({ action: 'subscribe', client_token: token });
}
