/**
 * The warm-up sends an example through a handler at the end of INIT. The first run of code compiles
 * it, and only during INIT does Lambda grant a whole CPU. The adapters are real but separate
 * objects that end in memory, so a warm-up sends, stores, logs, measures and pushes nothing.
 */

import { createHash, createHmac } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsTransport } from '../adapters/aws/transport.ts';
import { createDynamoDbClient } from '../adapters/dynamodb/client.ts';
import { encodeEvent } from '../adapters/dynamodb/event-codec.ts';
import { hashClientToken } from '../adapters/secrets/client-token.ts';
import type { Secrets } from '../adapters/secrets/secret-store.ts';
import { VERIFICATION_ATTRIBUTES } from '../config.ts';
import { exampleStart } from '../domain/example-start.ts';
import type { Pusher } from '../domain/ports/pusher.ts';
import type { HttpRequest, LambdaHandler } from '../lambda/handler.ts';
import type { InvocationTelemetry } from '../lambda/telemetry.ts';
import type { VonageEnds } from './vonage.ts';

/** Id of the example; no real verification has it. */
const EXAMPLE_REQUEST_ID = '00000000-0000-4000-8000-000000000000';

/** The example ends a step, so a push follows. */
const EXAMPLE_WEBHOOK = {
  request_id: EXAMPLE_REQUEST_ID,
  type: 'event',
  channel: 'silent_auth',
  status: 'failed',
};

/** The ends of a warm-up's adapters. */
export interface WarmUpEnds {
  readonly dynamoDb: DynamoDBClient;
  readonly secrets: Secrets;
  readonly vonage: VonageEnds;
  readonly pusher: Pusher;
  readonly telemetry: InvocationTelemetry;
}

const EXAMPLE_TOKEN = `${EXAMPLE_REQUEST_ID}.${'A'.repeat(43)}`;

export function createWarmUpEnds(): WarmUpEnds {
  const telemetry = { measure: () => {}, annotate: () => {}, flush: () => {} };
  return {
    dynamoDb: createDynamoDbClient({
      region: 'example',
      credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
      transport: createExampleStore,
    }),
    secrets: { get: async () => EXAMPLE_SECRET, refresh: async () => EXAMPLE_SECRET },
    vonage: {
      jwt: { get: async () => 'example', renew: async () => 'example' },
      http: async ({ url }) => ({
        outcome: 'answered',
        status: url.endsWith('/verify') ? 202 : 200,
        body: { request_id: EXAMPLE_REQUEST_ID, status: 'completed' },
      }),
      telemetry,
    },
    pusher: { push: async () => [], close: async () => {} },
    telemetry,
  };
}

export interface Example {
  readonly routeKey: string;
  readonly body: object;
  /** @default the client token of the example's verification */
  readonly bearer?: string;
}

/** Sends one example through the handler. Rejects unless the handler answers with success. */
export async function warmUp(
  handler: LambdaHandler<HttpRequest>,
  { routeKey, body, bearer = EXAMPLE_TOKEN }: Example,
): ReturnType<LambdaHandler<HttpRequest>> {
  const answer = await handler(exampleRequest(routeKey, JSON.stringify(body), bearer), NOT_READ);
  const { statusCode = 500 } = answer;
  if (statusCode >= 300) throw new Error(`the example of ${routeKey} is answered ${statusCode}`);
  return answer;
}

/** No numbering plan contains this number; the warm-up does not consult one. */
export const START_EXAMPLE: Example = {
  routeKey: 'POST /start',
  body: { phone_number: '+10000000000', email: 'jo@example.org' },
};

export const CHECK_CODE_EXAMPLE: Example = {
  routeKey: 'POST /check-code',
  body: { request_id: EXAMPLE_REQUEST_ID, code: 'aBc123' },
};

/** The signature is valid for as long as that of a real webhook. */
export function createWebhookExample(): Example {
  return {
    routeKey: 'POST /webhook',
    body: EXAMPLE_WEBHOOK,
    bearer: signExample(EXAMPLE_WEBHOOK),
  };
}

/** The token that Vonage would send with this webhook, if the secret were the example's. */
function signExample(webhook: object): string {
  const { api_key, application_id, signature_secret: secret = '' } = EXAMPLE_SECRET;
  const payloadHash = createHash('sha256').update(JSON.stringify(webhook)).digest('hex');
  const iat = Math.floor(Date.now() / 1000);
  const signed = [
    { alg: 'HS256', typ: 'JWT' },
    {
      api_key,
      application_id,
      iss: 'Vonage',
      iat,
      jti: EXAMPLE_REQUEST_ID,
      payload_hash: payloadHash,
    },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const EXAMPLE_KEY = 'example'.repeat(8);

/** Fields of the example secrets. They sign examples only. */
const EXAMPLE_SECRET: Readonly<Record<string, string>> = {
  api_key: 'example',
  application_id: EXAMPLE_REQUEST_ID,
  signature_secret: EXAMPLE_KEY,
  guard_key: EXAMPLE_KEY,
  token_key: EXAMPLE_KEY,
  identity_key: EXAMPLE_KEY,
};

/** What handlers never read: the Lambda context. */
const NOT_READ = Object.create(null);

function exampleRequest(routeKey: string, body: string, bearer: string): HttpRequest {
  return {
    routeKey,
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      'idempotency-key': 'A'.repeat(22),
    },
    requestContext: { routeKey, domainName: 'example.org', http: { sourceIp: '192.0.2.1' } },
    body,
    isBase64Encoded: false,
  };
}

/** Every item is a verification with an open check_url, plus the appended events. */
function createExampleStore(): AwsTransport {
  const atMs = Date.now();
  const events = [
    encodeEvent(exampleStart(atMs)),
    encodeEvent({ type: 'check_url_issued', atMs, checkUrl: 'https://example.org' }),
  ];
  const hash = Buffer.from(hashClientToken(EXAMPLE_TOKEN)).toString('base64');
  return {
    handle: async ({ body = '' }) => {
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
      const { ExpressionAttributeValues: values } = JSON.parse(text);
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
