import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createContractsHandler } from '../../../functions/contracts/handler.ts';
import { assertContract } from '../../fixtures/contract-check.ts';
import { member, members } from '../../fixtures/json.ts';
import { httpRequest } from '../../fixtures/requests.ts';

const telemetry = { measure: () => {}, annotate: () => {}, flush: () => {} };

async function get(
  path: string,
  addresses: { publicUrl?: string; websocketUrl?: string } = {},
): Promise<unknown> {
  const handler = createContractsHandler({
    telemetry,
    budget: () => ({ lastCallAtMs: 0 }),
    publicUrl: 'https://auth.example.com',
    websocketUrl: 'wss://push.example.com/live',
    ...addresses,
  });
  const { requestContext: context } = httpRequest();
  const request = httpRequest({}, { requestContext: { ...context, routeKey: `GET ${path}` } });
  const answer = await handler(request, {} as Context);
  const given = Object.entries(answer.headers ?? {});
  const headers = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const body: unknown = JSON.parse(answer.body ?? '');
  assertContract('GET', path, answer.statusCode ?? 0, headers, body);
  expect(headers['cache-control']).toBe('public, max-age=300');
  return body;
}

describe('GET /openapi.json', () => {
  it('answers the published document with the address of this deployment', async () => {
    const published: unknown = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
    expect(await get('/openapi.json')).toEqual({
      ...members(published),
      servers: [{ url: 'https://auth.example.com' }],
    });
  });
});

describe('requests of the published documents', () => {
  it.each(['docs/openapi.json', 'docs/asyncapi.json'])('have no defaults in %s', (file) => {
    // Generators of typed clients make a member with a default required of the caller.
    const schemas = members(JSON.parse(readFileSync(file, 'utf8')), 'components', 'schemas');
    expect(JSON.stringify(schemas)).not.toContain('"default":');
  });
});

describe('GET /asyncapi.json', () => {
  it('answers the published document with the address of the pushes', async () => {
    const body = await get('/asyncapi.json');
    expect(member(body, 'servers', 'push')).toMatchObject({
      host: 'push.example.com',
      protocol: 'wss',
      pathname: '/live',
    });
    const published: unknown = JSON.parse(readFileSync('docs/asyncapi.json', 'utf8'));
    expect(member(body, 'channels')).toEqual(member(published, 'channels'));
  });

  it('names a local address as it is', async () => {
    const body = await get('/asyncapi.json', { websocketUrl: 'ws://127.0.0.1:3001' });
    const push = members(body, 'servers', 'push');
    expect(push).toMatchObject({ host: '127.0.0.1:3001', protocol: 'ws' });
    expect(push).not.toHaveProperty('pathname');
  });
});
