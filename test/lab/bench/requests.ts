/** The requests that are measured, each one valid and never asked before. */

import { randomInt, randomUUID } from 'node:crypto';
import { webhookToken } from '../../fixtures/webhook-tokens.ts';

export interface Request {
  readonly route: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is. */
  readonly body: object | string;
  /** Of the answer. */
  readonly status: number;
}

/** A verification that a check can be about. */
export interface Started {
  readonly request_id: string;
  readonly client_token: string;
}

/** Runs start far apart, so that counters and locks of an earlier one do not matter. */
let next = randomInt(0, 500_000) * 2;

/** A German mobile number; the simulator completes an even one, another SIM answers an odd one. */
export function phoneNumber(ending: 'even' | 'odd' = 'even'): string {
  next = (next + 2) % 10_000_000;
  const digits = String(next + (ending === 'odd' ? 1 : 0)).padStart(7, '0');
  return digits.endsWith('99') ? phoneNumber(ending) : `+491511${digits}`;
}

export function startRequest(number = phoneNumber()): Request {
  return { route: 'POST /start', body: { phone_number: number }, status: 202 };
}

/** Says that the check_url is there. */
export function webhookRequest(requestId: string = randomUUID()): Request {
  const body = JSON.stringify({
    request_id: requestId,
    triggered_at: new Date().toISOString(),
    type: 'event',
    channel: 'silent_auth',
    status: 'action_pending',
    action: {
      type: 'check',
      check_url: `https://api-eu.vonage.com/v2/verify/${randomUUID()}/silent-auth/redirect`,
    },
  });
  const token = webhookToken({ nowMs: Date.now(), body });
  return { route: 'POST /webhook', headers: bearer(token), body, status: 204 };
}

export function checkRequest({ request_id, client_token: token }: Started): Request {
  const body = { request_id, code: 'aBc123' };
  return { route: 'POST /check-code', headers: bearer(token), body, status: 200 };
}

export function proofRequest({ client_token: token }: Started, number: string): Request {
  const body = { phone_number: number };
  return { route: 'POST /proof', headers: bearer(token), body, status: 200 };
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
