/** One phone from start to end: the published client, and a person who does what it asks for. */

import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoints } from '../../../infra/local/endpoints.ts';
import { createClient } from '../../../shared/client/client.ts';
import type { HandsetAnswer } from '../../../shared/client/handset.ts';
import { ClientProblem } from '../../../shared/client/problem.ts';
import type { Verification } from '../../../shared/client/verification.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { openCheckUrl } from './handset.ts';
import { send } from './http.ts';
import { createPhoneNetwork } from './network.ts';
import type { Person } from './people.ts';
import type { Tally } from './tally.ts';
import type { WebhookClock } from './webhook-clock.ts';

/** What the backend has acknowledged to a person, for a later check. */
export interface Story {
  readonly person: Person;
  readonly requestId: string;
  readonly token: string;
  /** SHA-256 of the token, base64: what the store must hold. */
  readonly tokenHash: string;
  readonly last: VerificationObject;
}

interface PhoneNeeds {
  readonly endpoints: Endpoints;
  readonly tally: Tally;
  readonly clock: WebhookClock;
  /** How long one person tries. */
  readonly patienceMs: number;
}

/** After a call that the client gave up. */
const AGAIN_MS = 400;
const MOST_PATIENT_MS = 5_000;
const INBOX_MS = 200;

/** @throws when the start was refused for good, or was not answered in time */
export async function verify(person: Person, needs: PhoneNeeds): Promise<Story> {
  const { phoneNumber, email, channels } = person;
  const network = createPhoneNetwork(person.troubles, needs);
  const signal = AbortSignal.timeout(needs.patienceMs);
  const client = createClient({
    apiUrl: needs.endpoints.api,
    fetch: network.fetch,
    WebSocket: network.WebSocket,
    openCheckUrl: (url, closing) => openOn(url, person, closing.signal),
  });
  const verification = await patiently(
    () => client.start({ phoneNumber, email, channels }, { signal }),
    signal,
  );
  try {
    await live(verification, person, needs, signal);
    await network.expectPush(verification.current);
  } finally {
    verification.close();
    network.close();
  }
  const { requestId, current: last } = verification;
  const token = network.token();
  const tokenHash = createHash('sha256').update(token).digest('base64');
  return { person, requestId, token, tokenHash, last };
}

/** A verification that has not ended in time is found later, in the store. */
async function live(
  verification: Verification,
  person: Person,
  needs: PhoneNeeds,
  signal: AbortSignal,
): Promise<void> {
  const done = new Set<string>();
  try {
    for await (const now of verification.updates({ signal })) {
      const key = `${now.channel} ${now.action?.type}`;
      if (now.action === null || done.has(key)) continue;
      done.add(key);
      if (person.kind === 'cancels') await patiently(() => verification.cancel({ signal }), signal);
      else if (now.action.type === 'submit_code') {
        await typeCode(now, { verification, person, needs, signal });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface Typing {
  readonly verification: Verification;
  readonly person: Person;
  readonly needs: PhoneNeeds;
  readonly signal: AbortSignal;
}

async function typeCode(asked: VerificationObject, typing: Typing): Promise<void> {
  const { verification, person, signal } = typing;
  const code = await readCode(asked, typing);
  if (code === undefined) return;
  const wrong = code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`;
  for (const typed of person.kind === 'mistypes' ? [wrong, code] : [code]) {
    await patiently(() => verification.checkCode(typed, { signal }), signal).catch((error) => {
      // What the answer means comes as an update.
      if (!(error instanceof ClientProblem)) throw error;
    });
  }
}

/** Repeats what may succeed a little later. */
async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ClientProblem) || !error.retryable) throw error;
      const waitMs = (error.retryAfter ?? 0) * 1000 || AGAIN_MS;
      await pause(Math.min(waitMs, MOST_PATIENT_MS), undefined, { signal });
    }
  }
}

async function openOn(
  checkUrl: string,
  { kind, troubles }: Person,
  closing: AbortSignal,
): Promise<HandsetAnswer> {
  if (kind === 'offline') return { error: 'sdk_no_data_connectivity' };
  if (kind === 'cancels') {
    return new Promise((_, reject) => closing.addEventListener('abort', () => reject(closing)));
  }
  const reply = await openCheckUrl(checkUrl, troubles);
  if (!reply) return { error: 'sdk_connection_error' };
  return { http_status: reply.status, response_body: JSON.parse(reply.text) };
}

/** @returns undefined once another action is asked for */
async function readCode(
  asked: VerificationObject,
  { verification, person, needs, signal }: Typing,
): Promise<string | undefined> {
  const to = asked.channel === 'email' ? person.email : person.phoneNumber;
  const url = `${needs.endpoints.vonage}/inbox?to=${encodeURIComponent(to)}`;
  while (verification.current.channel === asked.channel && !signal.aborted) {
    const messages = await readInbox(url);
    const found = messages.find((message) => message.request_id === verification.requestId);
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
