/** The requests that are measured, each one valid and never asked before. */

import { randomUUID } from 'node:crypto';
import { webhookToken } from '../../../fixtures/webhook-tokens.ts';
import { httpEvent } from '../../../system/performance/requests.ts';
import { phoneNumber } from '../load/phone-number.ts';

/** A verification that a check can be about. */
export interface Started {
  readonly request_id: string;
  readonly client_token: string;
}

export function startEvent(number = phoneNumber()): object {
  return httpEvent('POST /start', { body: { phone_number: number } });
}

export function webhookEvent(requestId: string = randomUUID()): object {
  const { body, authorization } = signedWebhook(requestId);
  return httpEvent('POST /webhook', { body, headers: { authorization } });
}

/** That the check_url is there. */
export function signedWebhook(requestId: string): {
  readonly body: string;
  readonly authorization: string;
} {
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
  return { body, authorization: `Bearer ${webhookToken({ nowMs: Date.now(), body })}` };
}

export function checkEvent(started: Started): object {
  return httpEvent('POST /check-code', {
    body: { request_id: started.request_id, code: 'aBc123' },
    headers: { authorization: `Bearer ${started.client_token}` },
  });
}
