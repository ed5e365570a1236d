/** The bodies of Vonage's webhooks (protocol §5). */

import type { JsonObject } from '../history.ts';
import type { ProviderRequest } from './provider-request.ts';

export function eventBody(
  { requestId, clientRef }: ProviderRequest,
  channel: string,
  status: string,
  checkUrl?: string,
): JsonObject {
  return {
    request_id: requestId,
    triggered_at: '2026-03-04T10:15:30.123Z',
    type: 'event',
    channel,
    status,
    client_ref: clientRef,
    ...(checkUrl !== undefined && { action: { type: 'check', check_url: checkUrl } }),
  };
}

/** `isBare`: without the list of channels, as Vonage's schema allows. */
export function summaryBody(request: ProviderRequest, isBare: boolean): JsonObject {
  const { requestId, status, steps, clientRef } = request;
  return {
    request_id: requestId,
    submitted_at: '2026-03-04T10:15:29.000Z',
    status: status === 'user_rejected' ? 'failed' : status,
    type: 'summary',
    client_ref: clientRef,
    ...(!isBare && {
      workflow: steps.map((step) => ({
        channel: step.channel,
        initiated_at: '2026-03-04T10:15:30.000Z',
        status: step.status,
      })),
    }),
  };
}
