/** One phone from start to end: the published client, and a person who does what it asks for. */

import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openCheckUrl } from '../../../infra/local/demo/handset.ts';
import type { Endpoints } from '../../../infra/local/endpoints.ts';
import { createClient } from '../../../shared/client/client.ts';
import type { HandsetAnswer } from '../../../shared/client/handset.ts';
import { isProblem } from '../../../shared/client/problem.ts';
import type { Verification } from '../../../shared/client/verification.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { newestCode } from '../../fixtures/local-services.ts';
import { until } from '../../fixtures/until.ts';
import { createPhoneNetwork } from './network.ts';
import type { Person } from './people.ts';
import type { Tally } from './tally.ts';

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
  /** How long one person tries. */
  readonly patienceMs: number;
}

/** After a call that the client gave up. */
const AGAIN_MS = 400;
const MOST_PATIENT_MS = 5_000;

/** @throws when the start was refused for good, or was not answered in time */
export async function verify(person: Person, needs: PhoneNeeds): Promise<Story> {
  const { phoneNumber, email, channels } = person;
  const { endpoints, tally, patienceMs } = needs;
  const network = createPhoneNetwork(person.troubles, tally);
  const signal = AbortSignal.timeout(patienceMs);
  const client = createClient({
    apiUrl: endpoints.api,
    fetch: network.fetch,
    WebSocket: network.WebSocket,
    openCheckUrl: (url, closing) => openOn(url, person, closing.signal),
  });
  const verification = await patiently(
    () => client.start({ phoneNumber, email, channels }, { signal }),
    signal,
  );
  try {
    await live(verification, person, endpoints, signal);
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
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<void> {
  const done = new Set<string>();
  try {
    for await (const { channel, action } of verification.updates({ signal })) {
      const key = `${channel} ${action?.type}`;
      if (action === null || done.has(key)) continue;
      done.add(key);
      if (person.kind === 'cancels') await patiently(() => verification.cancel({ signal }), signal);
      else if (action.type === 'submit_code') {
        await typeCode(verification, person, endpoints, signal);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Gives up once another channel is asked for. */
async function typeCode(
  verification: Verification,
  person: Person,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<void> {
  const { channel } = verification.current;
  const to = channel === 'email' ? person.email : person.phoneNumber;
  const code = await until(async () => {
    if (verification.current.channel !== channel || signal.aborted) return '';
    return newestCode(endpoints, to).catch(() => undefined); // the inbox is down for a moment
  });
  if (code === '') return;
  const wrong = code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`;
  for (const typed of person.kind === 'mistypes' ? [wrong, code] : [code]) {
    await patiently(() => verification.checkCode(typed, { signal }), signal).catch((error) => {
      // What the answer means comes as an update.
      if (!isProblem(error)) throw error;
    });
  }
}

/** Repeats what may succeed a little later. */
async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      // Another code may be right, the same one never.
      if (!isProblem(error) || !error.retryable || error.code === 'code_invalid') throw error;
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
  // Forever, until the client has no more use for it.
  if (kind === 'cancels') return pause(2 ** 31 - 1, {}, { signal: closing });
  await pause(troubles.openAfterMs, undefined, { signal: closing });
  // Whoever has to answer may be gone for a moment.
  return until(async () => {
    const answer = await openCheckUrl(checkUrl, closing).catch(() => undefined);
    return closing.aborted || Number(answer?.http_status) < 500 ? (answer ?? {}) : undefined;
  });
}
