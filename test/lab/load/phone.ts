/** One phone from start to end: does what the verification asks for, whatever its network does. */

import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoints } from '../../../infra/local/endpoints.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { type Answer, type Backend, createBackend } from './backend.ts';
import { openCheckUrl } from './handset.ts';
import { send } from './http.ts';
import type { Person } from './people.ts';
import { openSocket, type PhoneSocket } from './socket.ts';
import type { Tally } from './tally.ts';
import { createView, isEnded, type View } from './view.ts';
import type { WebhookClock } from './webhook-clock.ts';

/** What the backend has acknowledged to a person, for whoever checks it later. */
export interface Story {
  readonly person: Person;
  readonly requestId: string;
  readonly token: string;
  /** SHA-256 of the token, base64: what the store must hold. */
  readonly tokenHash: string;
  readonly last: VerificationObject;
}

export interface PhoneNeeds {
  readonly endpoints: Endpoints;
  readonly tally: Tally;
  readonly clock: WebhookClock;
  /** How long one person tries. */
  readonly patienceMs: number;
}

/** Waiting so long without news, a phone asks. */
const ASK_AGAIN_MS = { socket: 5_000, alone: 1_000 };
const INBOX_MS = 200;
const INBOX_TRIES = 25;
const PUSH_MS = 3_000;

/** @throws when the start was refused for good, or nobody answered for two minutes */
export async function verify(person: Person, needs: PhoneNeeds): Promise<Story> {
  const { endpoints, tally, clock } = needs;
  const backend = createBackend(endpoints.api, person.troubles, tally);
  const view = createView(tally);
  const started = await start(person, backend, tally);
  const { request_id: requestId, client_token: token, websocket_url: url } = started.body;
  view.offer(started.body.verification);
  const socket = person.troubles.hasSocket
    ? openSocket({
        url,
        token,
        tally,
        diesAfterMs: person.troubles.socketDiesAfterMs,
        hear(type, verification) {
          if (type === 'transition') clock.pushed(verification);
          view.offer(verification);
        },
      })
    : undefined;
  const call = createCalls(backend, token, view);
  try {
    await live({ person, requestId, call, view, socket, needs });
    if (socket) await expectPush(socket, view, tally);
  } finally {
    socket?.close();
  }
  const tokenHash = createHash('sha256').update(token).digest('base64');
  return { person, requestId, token, tokenHash, last: view.current() ?? started.body.verification };
}

async function start(person: Person, backend: Backend, tally: Tally): Promise<Answer> {
  const { phoneNumber, email, channels } = person;
  const body = { phone_number: phoneNumber, email, channels };
  const ask = (): Promise<Answer> => {
    const key = randomBytes(18).toString('base64url');
    return backend.ask('POST', '/start', body, { 'idempotency-key': key });
  };
  let answer = await ask();
  if (answer.code === 'verification_closed') {
    tally.count('starts that had ended before anybody heard of them');
    answer = await ask();
  }
  if (answer.status !== 202) throw new Error(`/start: ${answer.status} ${answer.code ?? ''}`);
  if (answer.ms !== undefined) tally.measure('start', answer.ms);
  return answer;
}

type Call = (
  method: 'GET' | 'POST',
  path: Parameters<Backend['ask']>[1],
  body?: unknown,
) => Promise<Answer>;

/** Every answer with a verification joins the view. */
function createCalls(backend: Backend, token: string, view: View): Call {
  return async (method, path, body) => {
    const answer = await backend.ask(method, path, body, { authorization: `Bearer ${token}` });
    if (answer.verification) view.offer(answer.verification);
    return answer;
  };
}

interface Life {
  readonly person: Person;
  readonly requestId: string;
  readonly call: Call;
  readonly view: View;
  readonly socket: PhoneSocket | undefined;
  readonly needs: PhoneNeeds;
}

async function live(life: Life): Promise<void> {
  const { call, view, socket, needs } = life;
  const giveUpAtMs = Date.now() + needs.patienceMs;
  const done = new Set<string>();
  while (Date.now() < giveUpAtMs) {
    const now = view.current();
    if (now && isEnded(now)) return;
    const key = now && toKey(now);
    if (now && key !== undefined && !done.has(key)) {
      done.add(key);
      await act(now, life);
      continue;
    }
    await view.change(socket ? ASK_AGAIN_MS.socket : ASK_AGAIN_MS.alone);
    if (view.current() !== now) continue;
    await call('GET', '/status');
    // still the same after a while: the first try came to nothing
    if (key !== undefined && isSame(view.current(), key) && socket) done.delete(key);
  }
}

function isSame(verification: VerificationObject | undefined, key: string): boolean {
  return verification !== undefined && toKey(verification) === key;
}

/** What names an action; undefined: there is nothing to do. */
function toKey({ channel, action, status }: VerificationObject): string | undefined {
  return action === null || status === 'checking' ? undefined : `${channel} ${action.type}`;
}

async function act({ action, channel }: VerificationObject, life: Life): Promise<void> {
  const { person, call } = life;
  if (person.kind === 'cancels') await call('POST', '/cancel');
  else if (action?.type === 'submit_code') await typeCode(channel, life);
  else if (action?.type === 'open_check_url') {
    if (person.kind === 'offline') await leave(life, 'sdk_no_data_connectivity');
    else await goSilently(action.check_url, life);
  }
}

async function leave({ call }: Life, error: string): Promise<void> {
  await call('POST', '/next-workflow', { from: 'silent_auth', error });
}

async function goSilently(checkUrl: string, life: Life): Promise<void> {
  const reply = await openCheckUrl(checkUrl, life.person.troubles);
  if (reply?.status === 200) await check(life, JSON.parse(reply.text));
  else await leave(life, reply ? 'check_url_rejected' : 'sdk_connection_error');
}

async function typeCode(channel: string, life: Life): Promise<void> {
  const { person, requestId } = life;
  const code = await readCode(channel, life);
  if (code === undefined) return;
  if (person.kind === 'mistypes') {
    const wrong = code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`;
    await check(life, { request_id: requestId, code: wrong });
  }
  await check(life, { request_id: requestId, code });
}

async function check({ call, needs }: Life, body: unknown): Promise<void> {
  const answer = await call('POST', '/check-code', body);
  if (answer.ms !== undefined) needs.tally.measure('check', answer.ms);
  if (answer.status >= 400) needs.tally.count(`check-code answered ${answer.code}`);
  if (!answer.verification) await call('GET', '/status');
}

async function readCode(
  channel: string,
  { person, requestId, needs }: Life,
): Promise<string | undefined> {
  const to = channel === 'email' ? person.email : person.phoneNumber;
  const url = `${needs.endpoints.vonage}/inbox?to=${encodeURIComponent(to)}`;
  for (let tries = 0; tries < INBOX_TRIES; tries += 1) {
    const messages = await readInbox(url);
    const found = messages.find((message) => message.request_id === requestId);
    if (found) return found.code;
    await pause(INBOX_MS);
  }
  return undefined;
}

async function readInbox(
  url: string,
): Promise<readonly { readonly request_id: string; readonly code: string }[]> {
  try {
    const { status, text } = await send('GET', url);
    return status === 200 ? JSON.parse(text) : [];
  } catch {
    return []; // it is down for a moment
  }
}

/** Whoever was subscribed all the time hears of the end as well. */
async function expectPush(socket: PhoneSocket, view: View, tally: Tally): Promise<void> {
  const ended = view.current();
  if (!ended || !socket.hearsSince(Date.parse(ended.updated_at))) return;
  if (await socket.hears(ended.seq, PUSH_MS)) tally.count('ends pushed');
  else tally.fail('a push of the end was missed');
}
