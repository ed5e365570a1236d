import type { Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import asyncapi from '../../../docs/asyncapi.json' with { type: 'json' };
import openapi from '../../../docs/openapi.json' with { type: 'json' };
import { createContractsHandler } from '../../../functions/contracts/handler.ts';
import { assertContract } from '../../fixtures/contract-check.ts';
import { httpRequest } from '../../fixtures/requests.ts';

const { push } = asyncapi.servers;
const LOCAL = { host: '127.0.0.1:3001', protocol: 'ws' };
const DEPLOYED = { host: 'push.example.com', protocol: 'wss', pathname: '/live' };

it.each([
  ['openapi', openapi, 'wss://push.example.com/live', [{ url: 'https://auth.example.com' }]],
  ['asyncapi', asyncapi, 'wss://push.example.com/live', { push: { ...push, ...DEPLOYED } }],
  ['asyncapi', asyncapi, 'ws://127.0.0.1:3001', { push: { ...push, ...LOCAL } }],
])(
  'GET /%s.json answers the published document with the addresses of its deployment',
  async (...row) => {
    const [name, published, websocketUrl, servers] = row;
    const handler = createContractsHandler({
      telemetry: { measure: () => {}, annotate: () => {}, flush: () => {} },
      budget: () => ({ lastCallAtMs: 0 }),
      publicUrl: 'https://auth.example.com',
      websocketUrl,
    });
    const path = `/${name}.json`;
    const answer = await handler(httpRequest({}, {}, `GET ${path}`), {} as Context);
    const given = Object.entries(answer.headers ?? {});
    const headers = Object.fromEntries(given.map(([header, value]) => [header, String(value)]));
    const body: unknown = JSON.parse(answer.body ?? '');
    assertContract('GET', path, answer.statusCode ?? 0, headers, body);
    expect(body).toEqual({ ...published, servers });
  },
);
