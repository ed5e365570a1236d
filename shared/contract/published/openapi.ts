/** The OpenAPI 3.1 document, made from the schemas that the handlers parse with. */

import { type JsonSchema, jsonSchemas } from './json-schemas.ts';
import { responses } from './openapi-answers.ts';
import { HEADERS, MORE_SCHEMAS, PARAMETERS, SECURITY_SCHEMES } from './openapi-components.ts';
import { ROUTES, type Route } from './routes.ts';
import { VERSION } from './version.ts';

export function openApiDocument(): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Silent authentication backend',
      version: VERSION,
      description:
        'Proves that an app runs on the phone that owns a number. Routes without a prefix stay ' +
        'version 1: answers may gain members and enum values, and nothing is removed.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'https://api.example.org', description: 'Your deployment' }],
    tags: [
      { name: 'app', description: 'For the mobile app.' },
      { name: 'backend', description: 'For your backend.' },
      { name: 'vonage', description: 'For Vonage.' },
      { name: 'contract', description: 'The contract itself.' },
    ],
    paths: paths(),
    components: {
      schemas: { ...jsonSchemas(usedSchemas()), ...MORE_SCHEMAS },
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
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
    security: requirements(security),
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

function requirements(security: Route['security']): readonly JsonSchema[] {
  if (security === 'none') return [];
  return security === 'login' ? [{}, { login: [] }] : [{ [security]: [] }];
}

function tagOf(path: string): string {
  if (path === '/webhook') return 'vonage';
  if (path.endsWith('/jwks.json')) return 'backend';
  return path.endsWith('.json') ? 'contract' : 'app';
}
