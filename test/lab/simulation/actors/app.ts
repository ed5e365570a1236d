/**
 * An honest app on a bad day and its user: they follow the contract, repeat what got lost, are
 * impatient, and sometimes give up.
 */

import { BASE64URL, DIGITS, type Prng } from '../../../fixtures/prng.ts';
import type { Person } from '../settings.ts';
import type { Socket } from '../sockets.ts';
import type { World } from '../world.ts';
import { type AppSession, openSession, type Session } from './session.ts';

const MAX_ROUNDS = 40;
const MAX_TRIES = 6;
/** Later than any proof is issued. */
const TOO_LATE_MS = 620_000;

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
  const { hasEnded, prng, ask } = session;
  // Subscribes once and leaves everything else to time.
  if (prng.chance(0.15)) return void (await listen(session, world));
  const likesSockets = prng.chance(0.8);
  let socket: Socket | undefined;
  for (let round = 0; round < MAX_ROUNDS && !hasEnded(); round += 1) {
    if (likesSockets && (!socket?.isOpen() || prng.chance(0.05))) {
      socket = await listen(session, world);
    }
    if (prng.chance(0.03)) return;
    await actOn(session, world);
    if (session.proofPrng.chance(0.05)) await prove(session, world);
    if (hasEnded()) break;
    await session.wait(patienceMs(session, socket, world));
    if (prng.chance(0.6)) {
      if (socket?.isOpen()) subscribe(session, socket);
      else await ask('GET /status');
    }
  }
  if (prng.chance(0.5)) socket?.close();
}

/** With a socket until the next change is due, else every few seconds. */
function patienceMs({ seen }: Session, socket: Socket | undefined, world: World): number {
  const nextChangeAt = seen()?.next_change_at;
  const dueMs = nextChangeAt ? Date.parse(nextChangeAt) - world.scheduler.now() + 200 : 5000;
  return socket?.isOpen() ? Math.max(300, dueMs) : Math.min(4000, Math.max(300, dueMs));
}

async function listen(session: AppSession, world: World): Promise<Socket | undefined> {
  const { person, token, take } = session;
  const socket = await world.sockets.connect(person, { token }, take);
  if (socket) subscribe(session, socket);
  return socket;
}

function subscribe({ token }: Session, socket: Socket): void {
  socket.send({ action: 'subscribe', client_token: token });
}

/** Does the newest action once, and sometimes what people do out of impatience. */
async function actOn(session: AppSession, world: World): Promise<void> {
  const { seen, prng, ask, opened } = session;
  const object = seen();
  if (!object) return;
  if (prng.chance(0.02)) await ask('POST /cancel');
  if (prng.chance(0.03)) {
    await ask('POST /next-workflow', { from: object.channel, error: 'user_choice' });
  }
  const { action } = object;
  if (action?.type === 'open_check_url') {
    if (opened.has(action.check_url)) return;
    opened.add(action.check_url);
    await openCheckUrl(session, world, action.check_url);
  }
  if (action?.type === 'submit_code' && prng.chance(0.8)) {
    await typeCode(session, world, object.channel);
  }
}

async function openCheckUrl(session: AppSession, world: World, checkUrl: string): Promise<void> {
  const { person, seen, prng, ask } = session;
  const { scheduler, provider, hijacked } = world;
  await scheduler.sleep(prng.between(50, prng.pick([300, 3000, 55_000])));
  if (prng.chance(0.08)) {
    await ask('POST /next-workflow', { from: 'silent_auth', error: 'sdk_no_data_connectivity' });
    return;
  }
  const url = hijacked.get(person.name) ?? checkUrl;
  const answer = provider.open(url, prng.chance(0.03) ? '+4915199999999' : person.number);
  await scheduler.sleep(prng.between(100, 2500));
  if (answer.type === 'code') {
    const code = prng.chance(0.05) ? `x${prng.text('abc123', 5)}` : answer.code;
    await submit(session, world, answer.requestId, code);
    return;
  }
  await ask('POST /next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
  await scheduler.sleep(prng.between(3000, 9000));
  if (seen()?.channel === 'silent_auth') {
    await ask('POST /next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
  }
}

async function typeCode(session: AppSession, world: World, channel: string): Promise<void> {
  const { person, requestId, prng } = session;
  await world.scheduler.sleep(prng.between(500, prng.pick([2000, 20_000])));
  const sent = world.provider.inbox(requestId, channel === 'email' ? person.email : person.number);
  const isMistyped = sent === undefined || prng.chance(0.2);
  const code = isMistyped ? prng.text(DIGITS, 6) : sent;
  await submit(session, world, requestId, code);
}

/** Repeats what was not answered; some apps send everything twice at once. */
async function submit(
  { prng, ask }: AppSession,
  { scheduler }: World,
  requestId: string,
  code: string,
): Promise<void> {
  const body = { request_id: requestId, code };
  for (let tries = 0; tries < 4; tries += 1) {
    if (prng.chance(0.08)) void ask('POST /check-code', body);
    const answer = await ask('POST /check-code', body);
    if (answer && answer.status < 500) return;
    await scheduler.sleep(prng.between(300, 3000));
  }
}

/** Fetches its proof, too early, in time, twice and too late, and hands it over to your backend. */
async function prove(session: AppSession, { company, scheduler }: World): Promise<void> {
  const { person, ask, proofPrng: prng } = session;
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await ask('POST /proof', prng.pick(addresses(person)));
    await company.take(person, answer);
    if (prng.chance(0.4)) return;
    await scheduler.sleep(prng.pick([50, 5000, 200_000, TOO_LATE_MS]));
  }
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
