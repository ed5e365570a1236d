/** The OpenAPI 3.1 document, made from the schemas that the handlers parse with. */

import { PROBLEMS, type ProblemCode } from '../domain/errors.ts';
import { problem } from './examples.ts';
import { type JsonSchema, jsonSchemas } from './json-schemas.ts';
import { ROUTES, type Route, type Success } from './routes.ts';

const VERSION = '1.0.0';

export function openApiDocument(): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Silent authentication backend',
      version: VERSION,
      description:
        'Proves that an app runs on the phone that owns a number. Unprefixed routes are v1 for ' +
        'ever: answers may gain members and enum values, nothing is taken away.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'https://api.example.org', description: 'Your deployment' }],
    tags: [
      { name: 'app', description: 'For the mobile app.' },
      { name: 'backend', description: "For the company's backend." },
      { name: 'vonage', description: 'For Vonage.' },
      { name: 'contract', description: 'The contract itself.' },
    ],
    paths: paths(),
    components: {
      schemas: { ...jsonSchemas(usedSchemas()), ...MORE_SCHEMAS },
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: {
        client_token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The `client_token` that `POST /start` answered.',
        },
        signature: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: "HS256 with the account's signature secret, `payload_hash` over the body.",
        },
      },
    },
  };
}

function usedSchemas(): readonly string[] {
  const used = Object.values(ROUTES).flatMap(({ body, successes }) => [
    body ?? [],
    ...successes.map(({ schema }) => schema ?? []),
  ]);
  return ['Problem', ...used.flat()];
}

function paths(): Readonly<Record<string, JsonSchema>> {
  const result: Record<string, Record<string, unknown>> = {};
  for (const [key, route] of Object.entries(ROUTES)) {
    const [method = '', path = ''] = key.split(' ');
    result[path] = { ...result[path], [method.toLowerCase()]: operation(path, route) };
  }
  return result;
}

function operation(path: string, route: Route): JsonSchema {
  const { operationId, summary, description, security, body, isBodyOptional } = route;
  const parameters = [
    ...(path === '/start' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    { $ref: '#/components/parameters/Correlator' },
  ];
  return {
    operationId,
    summary,
    description,
    tags: [tagOf(path)],
    security: security === 'none' ? [] : [{ [security]: [] }],
    parameters,
    ...(body && {
      requestBody: {
        required: !isBodyOptional,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${body}` } } },
      },
    }),
    responses: responses(route),
  };
}

function tagOf(path: string): string {
  if (path === '/webhook') return 'vonage';
  if (path.endsWith('/jwks.json')) return 'backend';
  return path.endsWith('.json') ? 'contract' : 'app';
}

function responses({ successes, problems }: Route): JsonSchema {
  const byStatus = Map.groupBy(problems, (code) => PROBLEMS[code].status);
  const statuses = [...byStatus].toSorted(([one], [other]) => one - other);
  return {
    ...(!statuses.some(([status]) => status === 429) && { 429: THROTTLED }),
    ...Object.fromEntries(successes.map((success) => [success.status, successAnswer(success)])),
    ...Object.fromEntries(statuses.map(([status, codes]) => [status, problemAnswer(codes)])),
    default: {
      description: "The gateway's own errors: unknown route, its authorizer, throttle or limits.",
      content: GATEWAY_ERROR,
    },
  };
}

const GATEWAY_ERROR = {
  'application/json': { schema: { $ref: '#/components/schemas/GatewayError' } },
};
const THROTTLED: JsonSchema = { description: "The gateway's throttle.", content: GATEWAY_ERROR };

function successAnswer({ description, schema }: Success): JsonSchema {
  return {
    description,
    headers: { 'x-correlator': { $ref: '#/components/headers/Correlator' } },
    ...(schema && {
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
    }),
  };
}

function problemAnswer(codes: readonly ProblemCode[]): JsonSchema {
  const isTimed = codes.some((code) => problem(code).retry_after !== undefined);
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
    headers: {
      'x-correlator': { $ref: '#/components/headers/Correlator' },
      ...(isTimed && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problem(code) }])),
      },
    },
  };
}

const CORRELATOR = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };

const PARAMETERS = {
  IdempotencyKey: {
    name: 'idempotency-key',
    in: 'header',
    required: false,
    description:
      'At least 128 random bits, made anew for each wish to verify, kept until the answer has ' +
      'come. **Secret like the token**: whoever has it can get the token while the verification runs.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{22,64}$' },
    example: 'T0ztF5zN0k9yq3oJ7cX2mQ',
  },
  Correlator: {
    name: 'x-correlator',
    in: 'header',
    required: false,
    description: 'Comes back, and stands in our log line.',
    schema: CORRELATOR,
  },
};

const HEADERS = {
  Correlator: { description: 'As it was sent.', schema: CORRELATOR },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
};

/** Schemas that no handler parses with. */
const MORE_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  GatewayError: {
    type: 'object',
    description: 'What API Gateway answers itself.',
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
