/**
 * The calls about a running verification. Each one updates the mirror and copes with a lost answer.
 */

import { toCode } from '../domain/code.ts';
import {
  type Channel,
  isFinal,
  isRecord,
  toVerification,
  type VerificationObject,
} from './contract.ts';
import type { Environment } from './environment.ts';
import type { Answer, Call, Http } from './http.ts';
import type { Mirror } from './mirror.ts';
import { ClientProblem, isProblem, networkProblem } from './problem.ts';
import { repeat } from './repeat.ts';
import type { ServerClock } from './server-clock.ts';

/** Attempts of a call that a user waits for: with failures, about 8 s. */
const ATTEMPTS = 4;
/** Attempts of a call that the client makes by itself while silent_auth runs. */
export const PATIENT_ATTEMPTS = 10;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly attempts?: number;
}

export interface Calls {
  read(options?: CallOptions): Promise<VerificationObject>;
  checkCode(requestId: string, code: string, options?: CallOptions): Promise<VerificationObject>;
  leave(from: Channel, error: string, options?: CallOptions): Promise<VerificationObject>;
  cancel(options?: CallOptions): Promise<VerificationObject>;
  proof(body: unknown, options?: CallOptions): Promise<Proof>;
}

export interface Proof {
  readonly proof: string;
  readonly expiresAt: string;
}

export interface CallNeeds {
  readonly http: Http;
  readonly token: string;
  readonly mirror: Mirror;
  readonly clock: ServerClock;
}

export function createCalls(
  { http, token, mirror, clock }: CallNeeds,
  environment: Environment,
): Calls {
  /** A problem of this API may carry a newer verification. */
  async function send(call: Call): Promise<Answer> {
    try {
      return await http({ ...call, token });
    } catch (error) {
      if (isProblem(error)) mirror.apply(error.verification);
      throw error;
    }
  }

  async function ask(call: Call): Promise<VerificationObject> {
    const { status, body, atMs } = await send(call);
    const verification = toVerification(isRecord(body) ? body.verification : undefined);
    if (verification?.request_id !== mirror.current.request_id) throw networkProblem(status);
    if (atMs !== undefined) clock.learn(atMs);
    mirror.apply(verification);
    return mirror.current;
  }

  async function askForProof(call: Call): Promise<Proof> {
    const { status, body } = await send(call);
    if (!isRecord(body) || typeof body.proof !== 'string') throw networkProblem(status);
    return { proof: body.proof, expiresAt: String(body.expires_at) };
  }

  const read = ({ signal }: CallOptions = {}): Promise<VerificationObject> =>
    ask({ method: 'GET', path: '/status', signal });

  /** Repeats the call unless `/status` shows that it took effect. */
  function act(
    path: string,
    body: unknown,
    isSettled: (now: VerificationObject) => boolean,
    { signal, attempts = ATTEMPTS }: CallOptions = {},
  ): Promise<VerificationObject> {
    const settled = async (): Promise<VerificationObject | undefined> => {
      const now = await read({ signal });
      return isFinal(now) || isSettled(now) ? now : undefined;
    };
    const call: Call = { method: 'POST', path, body, signal };
    return repeat({ send: () => ask(call), settled, attempts, signal }, environment);
  }

  return {
    read,
    checkCode(requestId, code, options) {
      const before = mirror.current;
      const isJudged = (now: VerificationObject): boolean => {
        if (now.status === 'checking' || now.channel !== before.channel) return true;
        throwIfRefused(before, now);
        return JSON.stringify(now.action) !== JSON.stringify(before.action);
      };
      const body = { request_id: requestId, code: toCode(code) };
      return act('/check-code', body, isJudged, options);
    },
    leave: (from, error, options) => {
      const body = { from, error, client: environment.client };
      return act('/next-workflow', body, ({ channel }) => channel !== from, options);
    },
    cancel: (options) => act('/cancel', undefined, () => false, options),
    proof: (body, { signal, attempts = ATTEMPTS } = {}) => {
      const call: Call = { method: 'POST', path: '/proof', body, signal };
      return repeat({ send: () => askForProof(call), attempts, signal }, environment);
    },
  };
}

/** Throws if the call whose answer was lost used up an attempt, because then the code was wrong. */
function throwIfRefused({ action: before }: VerificationObject, now: VerificationObject): void {
  const { action } = now;
  if (before?.type !== 'submit_code' || action?.type !== 'submit_code') return;
  const { attempts_remaining: attemptsRemaining } = action;
  if (attemptsRemaining >= before.attempts_remaining) return;
  throw new ClientProblem('code_invalid', 'the code is wrong', {
    status: 400,
    retryable: true,
    attemptsRemaining,
    verification: now,
  });
}
