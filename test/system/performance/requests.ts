/** What API Gateway hands to the functions. */

import { handshake, httpRequest } from '../../fixtures/requests.ts';

interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function httpEvent(routeKey: string, { body, headers = {} }: Call = {}): object {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { 'content-type': 'application/json', ...headers };
  return httpRequest(all, text ? { body: text } : {}, routeKey);
}

/** The handshake when there are headers, else a message. */
export function socketEvent(
  routeKey: '$connect' | '$default',
  { body, headers }: Call,
  connectionId = 'L0SM9cOFvHcCIhw=',
): object {
  return {
    ...(headers && { headers, multiValueHeaders: {} }),
    requestContext: { ...handshake().requestContext, routeKey, connectionId },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
