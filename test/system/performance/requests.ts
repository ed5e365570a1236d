/** What API Gateway hands to the functions. */

import { randomBytes } from 'node:crypto';

export interface HttpCall {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An event of an HTTP API, payload format 2.0. */
export function httpEvent(routeKey: string, { body, headers = {} }: HttpCall = {}): object {
  const [method = '', path = ''] = routeKey.split(' ');
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'user-agent': 'app', ...headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'app' },
      requestId: randomBytes(11).toString('base64url'),
      routeKey,
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: Date.now(),
    },
    ...(text !== undefined && { body: text }),
    isBase64Encoded: false,
  };
}

/** An event of a WebSocket API: the handshake when there are headers, else a message. */
export function socketEvent(
  routeKey: '$connect' | '$default',
  { body, headers }: HttpCall,
  connectionId = 'L0SM9cOFvHcCIhw=',
): object {
  return {
    ...(headers && { headers, multiValueHeaders: {} }),
    requestContext: {
      routeKey,
      connectionId,
      connectedAt: 1_772_619_330_000,
      domainName: 'ws.execute-api.eu-central-1.amazonaws.com',
      eventType: routeKey === '$connect' ? 'CONNECT' : 'MESSAGE',
      requestId: randomBytes(11).toString('base64url'),
      stage: 'dev',
      apiId: 'ws',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}
