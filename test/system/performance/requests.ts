/** What API Gateway hands to the functions. */

import { randomBytes } from 'node:crypto';
import { handshake, httpRequest } from '../../fixtures/requests.ts';

interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const requestId = (): string => randomBytes(11).toString('base64url');

export function httpEvent(routeKey: string, { body, headers = {} }: Call = {}): object {
  const [method = '', path = ''] = routeKey.split(' ');
  const event = httpRequest({ 'content-type': 'application/json', ...headers });
  const http = { ...event.requestContext.http, method, path };
  const requestContext = { ...event.requestContext, http, requestId: requestId(), routeKey };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { ...event, routeKey, rawPath: path, requestContext, ...(text && { body: text }) };
}

/** The handshake when there are headers, else a message. */
export function socketEvent(
  routeKey: '$connect' | '$default',
  { body, headers }: Call,
  connectionId = 'L0SM9cOFvHcCIhw=',
): object {
  const eventType = routeKey === '$connect' ? 'CONNECT' : 'MESSAGE';
  const context = { routeKey, eventType, connectionId, requestId: requestId() };
  return {
    ...(headers && { headers, multiValueHeaders: {} }),
    requestContext: { ...handshake().requestContext, ...context },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}
