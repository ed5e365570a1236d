/** Parts of the OpenAPI document without a schema in a handler. */

import { CORRELATOR_PATTERN } from '../../config.ts';
import { IDEMPOTENCY_KEY } from '../requests.ts';
import type { JsonSchema } from './json-schemas.ts';

const CORRELATOR = { type: 'string', pattern: CORRELATOR_PATTERN.source };

export const PARAMETERS = {
  IdempotencyKey: {
    name: 'idempotency-key',
    in: 'header',
    required: false,
    description:
      'At least 128 random bits: a new value for each verification, kept until the answer has ' +
      'arrived. **Secret like the token**: whoever has it can get the token while the verification runs.',
    schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
    example: 'T0ztF5zN0k9yq3oJ7cX2mQ',
  },
  Correlator: {
    name: 'x-correlator',
    in: 'header',
    required: false,
    description: 'Returned with the answer and written to the log line.',
    schema: CORRELATOR,
  },
};

export const HEADERS = {
  Correlator: { description: 'As it was sent.', schema: CORRELATOR },
  CacheControl: {
    description: '`no-store`, except for public keys and contracts.',
    schema: { type: 'string', examples: ['no-store', 'public, max-age=300'] },
  },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
};

/** Schemas that handlers do not use for parsing. */
export const MORE_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  GatewayError: {
    type: 'object',
    description: 'An answer of API Gateway itself.',
    required: ['message'],
    properties: { message: { type: 'string' } },
    examples: [{ message: 'Not Found' }],
  },
  Callback: {
    type: 'object',
    description: 'An event or a summary, as Vonage documents them.',
    required: ['request_id', 'type', 'status'],
    properties: {
      request_id: { type: 'string' },
      type: { type: 'string', examples: ['event', 'summary'] },
      status: { type: 'string' },
    },
  },
  JsonWebKeySet: {
    type: 'object',
    description: 'RFC 7517.',
    required: ['keys'],
    properties: {
      keys: {
        type: 'array',
        items: {
          type: 'object',
          required: ['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use'],
          properties: {
            kty: { const: 'EC' },
            crv: { const: 'P-256' },
            x: { type: 'string' },
            y: { type: 'string' },
            kid: { type: 'string' },
            alg: { const: 'ES256' },
            use: { const: 'sig' },
          },
        },
      },
    },
  },
  Document: { type: 'object', description: 'A contract document.' },
};

export const SECURITY_SCHEMES: Readonly<Record<string, JsonSchema>> = {
  client_token: {
    type: 'http',
    scheme: 'bearer',
    description: 'The `client_token` that `POST /start` answered.',
  },
  login: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of your own login, where the stage has a JWT authorizer.',
  },
  signature: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "HS256 with the account's signature secret, `payload_hash` over the body.",
  },
};
