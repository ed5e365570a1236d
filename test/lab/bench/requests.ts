/** The requests that are measured, each one valid and never asked before. */

import { randomUUID } from 'node:crypto';
import { phoneNumber } from '../../fixtures/app.ts';
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

export function startRequest(number = phoneNumber('8')): Request {
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
