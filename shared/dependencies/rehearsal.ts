/**
 * An example that goes through a handler at the end of INIT, because a first request compiles most of
 * what it runs, and Lambda lends a whole CPU only then. Its adapters are real and objects of their own;
 * they end in memory: nothing is sent, stored, logged, measured or pushed.
 */

import { createHash, createHmac } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsTransport } from '../adapters/aws/transport.ts';
import { createDynamoDbClient } from '../adapters/dynamodb/client.ts';
import { encodeEvent } from '../adapters/dynamodb/event-codec.ts';
import { hashClientToken } from '../adapters/secrets/client-token.ts';
import type { Secrets } from '../adapters/secrets/secret-store.ts';
import type { Http } from '../adapters/vonage/http.ts';
import { VERIFICATION_ATTRIBUTES } from '../config.ts';
import type { Pusher } from '../domain/ports/pusher.ts';
import type { HttpRequest, LambdaHandler } from '../lambda/handler.ts';
import type { InvocationTelemetry } from '../lambda/telemetry.ts';

/** No verification has this id. */
export const EXAMPLE_REQUEST_ID = '00000000-0000-4000-8000-000000000000';

/** It ends a step, so that something is pushed. */
export const EXAMPLE_WEBHOOK = {
  request_id: EXAMPLE_REQUEST_ID,
  type: 'event',
  channel: 'silent_auth',
  status: 'failed',
};

/** Where the adapters of a rehearsal end. */
export interface Rehearsal {
  readonly dynamoDb: DynamoDBClient;
  readonly secrets: Secrets;
  readonly http: Http;
  readonly pusher: Pusher;
  readonly telemetry: InvocationTelemetry;
}

const EXAMPLE_TOKEN = `${EXAMPLE_REQUEST_ID}.${'A'.repeat(43)}`;

export function createRehearsal(): Rehearsal {
  return {
    dynamoDb: createDynamoDbClient({
      region: 'example',
      credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
      transport: createExampleStore,
    }),
    secrets: { get: async () => EXAMPLE_SECRET, refresh: async () => EXAMPLE_SECRET },
    http: async ({ url }) => ({
      outcome: 'answered',
      status: url.endsWith('/verify') ? 202 : 200,
      body: { request_id: EXAMPLE_REQUEST_ID, status: 'completed' },
    }),
    pusher: { push: async () => [], close: async () => {} },
    telemetry: { measure: () => {}, annotate: () => {}, flush: () => {} },
  };
}

/** Carries one request through the handler, with the example's client token unless told otherwise. */
export async function rehearse(
  handler: LambdaHandler<HttpRequest>,
  routeKey: string,
  body: object,
  bearer = EXAMPLE_TOKEN,
): ReturnType<LambdaHandler<HttpRequest>> {
  return handler(exampleRequest(routeKey, JSON.stringify(body), bearer), NO_CONTEXT);
}

/** The token with which Vonage would sign this webhook, if the secret were the example's. */
export function signExample(webhook: object): string {
  const { signature_secret: secret = '', ...claims } = EXAMPLE_SECRET;
  const payloadHash = createHash('sha256').update(JSON.stringify(webhook)).digest('hex');
  const iat = Math.floor(Date.now() / 1000);
  const signed = [
    { alg: 'HS256', typ: 'JWT' },
    { ...claims, iss: 'Vonage', iat, jti: EXAMPLE_REQUEST_ID, payload_hash: payloadHash },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Signs nothing but examples. */
const EXAMPLE_SECRET: Readonly<Record<string, string>> = {
  api_key: 'example',
  application_id: EXAMPLE_REQUEST_ID,
  signature_secret: 'example'.repeat(8),
};

/** Nothing of it is read. */
const NO_CONTEXT = Object.create(null);

function exampleRequest(routeKey: string, body: string, bearer: string): HttpRequest {
  const [method = '', path = ''] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: {
      authorization: `Bearer ${bearer}`,
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
    body,
    isBase64Encoded: false,
  };
}

/** Every item is the one of a verification that waits for its check_url, and what was appended. */
function createExampleStore(): AwsTransport {
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
  const hash = Buffer.from(hashClientToken(EXAMPLE_TOKEN)).toString('base64');
  return {
    handle: async ({ body = '' }) => {
      const { ExpressionAttributeValues: values } = JSON.parse(Buffer.from(body).toString('utf8'));
      events.push(...(values?.[':new']?.L ?? []));
      const item = {
        [VERIFICATION_ATTRIBUTES.events]: { L: events },
        [VERIFICATION_ATTRIBUTES.clientTokenHash]: { B: hash },
        [VERIFICATION_ATTRIBUTES.connections]: { SS: ['0#example'] },
      };
      const answer = JSON.stringify({ Item: item, Attributes: item });
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      return { response: { statusCode: 200, headers, body: Buffer.from(answer) } };
    },
  };
}
