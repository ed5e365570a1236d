/**
 * An example that goes through a handler at the end of INIT, because a first request compiles most of
 * what it runs, and Lambda lends a whole CPU only then. Its adapters are real and objects of their own;
 * they end in memory: nothing is sent, stored, logged, measured or pushed.
 */

import { DynamoDBClient, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { encodeEvent } from './adapters/dynamodb/event-codec.ts';
import { hashClientToken } from './adapters/secrets/client-token.ts';
import type { Http } from './adapters/vonage/http.ts';
import { VERIFICATION_ATTRIBUTES } from './config.ts';
import type { Pusher } from './domain/ports.ts';
import type { HttpRequest, LambdaHandler } from './lambda/handler.ts';
import type { InvocationTelemetry } from './lambda/telemetry.ts';

/** Where the adapters of a rehearsal end. */
export interface Rehearsal {
  readonly dynamoDb: DynamoDBClient;
  readonly http: Http;
  readonly pusher: Pusher;
  readonly telemetry: InvocationTelemetry;
}

/** No verification has this id. */
export const EXAMPLE_REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const EXAMPLE_TOKEN = `${EXAMPLE_REQUEST_ID}.${'A'.repeat(43)}`;

export function createRehearsal(): Rehearsal {
  return {
    dynamoDb: createExampleStore(),
    http: async ({ url }) => ({
      outcome: 'answered',
      status: url.endsWith('/verify') ? 202 : 200,
      body: { request_id: EXAMPLE_REQUEST_ID, status: 'completed' },
    }),
    pusher: { push: async () => [], close: async () => {} },
    telemetry: { measure: () => {}, annotate: () => {}, flush: () => {} },
  };
}

/** Carries one request with the example's client token through the handler. */
export async function rehearse(
  handler: LambdaHandler<HttpRequest>,
  routeKey: string,
  body?: object,
): ReturnType<LambdaHandler<HttpRequest>> {
  return handler(exampleRequest(routeKey, body), NO_CONTEXT);
}

/** Nothing of it is read. */
const NO_CONTEXT = Object.create(null);

function exampleRequest(routeKey: string, body: object | undefined): HttpRequest {
  const [method = '', path = ''] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: {
      authorization: `Bearer ${EXAMPLE_TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': 'A'.repeat(22),
    },
    requestContext: {
      accountId: '',
      apiId: '',
      domainName: '',
      domainPrefix: '',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
      requestId: '',
      routeKey,
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    ...(body && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** Every item is the one of a verification that waits for its check_url, and what was appended. */
function createExampleStore(): DynamoDBClient {
  const atMs = Date.now();
  const events = [
    encodeEvent({
      type: 'started',
      atMs,
      workflow: ['silent_auth', 'email'],
      channelTimeoutSeconds: 120,
      codeLength: 6,
      afterUserRejected: 'continue',
      method: 'fetch',
      networkUnsupported: false,
      phoneNumberHash: '',
    }),
    encodeEvent({ type: 'check_url_issued', atMs, checkUrl: 'https://example.org' }),
  ];
  const hash = hashClientToken(EXAMPLE_TOKEN);
  const send = async ({ input }: { readonly input: Partial<UpdateItemCommandInput> }) => {
    events.push(...(input.ExpressionAttributeValues?.[':new']?.L ?? []));
    const item = {
      [VERIFICATION_ATTRIBUTES.events]: { L: events },
      [VERIFICATION_ATTRIBUTES.clientTokenHash]: { B: hash },
    };
    return { Item: item, Attributes: item };
  };
  return Object.create(DynamoDBClient.prototype, { send: { value: send } });
}
