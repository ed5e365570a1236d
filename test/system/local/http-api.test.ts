import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../infra/local/stack.ts';
import { type RawCall, sendRaw } from '../../fixtures/raw-http.ts';
import { until } from '../../fixtures/until.ts';
import { callAct, order, startFixture } from './stack-fixture.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startFixture();
});

afterAll(() => stack.close());

const send = (path: string, call: RawCall) => sendRaw(stack.endpoints.api + path, call);

async function eventOf(path: string, call: RawCall) {
  return JSON.parse((await send(path, call)).text).event;
}

describe('an event of the HTTP API', () => {
  it('has the shape of payload format 2.0', async () => {
    const beforeMs = Date.now();
    const event = await eventOf('/act?a=1&b=x%20y&a=2', order({ a: 1 }));
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /act',
      rawPath: '/act',
      rawQueryString: 'a=1&b=x%20y&a=2',
      queryStringParameters: { a: '1,2', b: 'x y' },
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        domainName: new URL(stack.endpoints.api).host,
        http: { method: 'POST', path: '/act', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        routeKey: 'POST /act',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
    });
    expect(event.requestContext.timeEpoch).toBeGreaterThanOrEqual(beforeMs);
    expect(event.requestContext.timeEpoch).toBeLessThanOrEqual(Date.now());
  });

  it('has header names in lower case, repeated headers joined, and cookies apart', async () => {
    const sent = { 'X-Many': ['a', 'b'], Cookie: 'c=1; d=2', 'X-Forwarded-For': '1.2.3.4' };
    const { headers, cookies } = await eventOf('/act', order({}, sent));
    expect(headers).toMatchObject({ 'x-many': 'a,b', 'x-forwarded-for': '1.2.3.4, 127.0.0.1' });
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(headers).not.toHaveProperty('cookie');
    expect(cookies).toEqual(['c=1', 'd=2']);
  });

  it('is made for a client that offers HTTP/2', async () => {
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' };
    const sent = order({ a: 1 }, { ...offer, 'http2-settings': 'AAQAAP__' });
    const { body, headers } = await eventOf('/act', sent);
    expect(body).toBe('{"a":1}');
    expect(headers).not.toHaveProperty('upgrade');
  });
});

it.each<[what: string, value: object, answer: object]>([
  [
    'status, headers, cookies and body',
    { statusCode: 202, headers: { 'Retry-After': 3 }, cookies: ['a=1', 'b=2'], body: 'é' },
    {
      status: 202,
      text: 'é',
      headers: { 'content-length': '2', 'retry-after': '3', 'set-cookie': ['a=1', 'b=2'] },
    },
  ],
  [
    'a body in base64, which is plain text unless it has a type',
    { statusCode: 200, body: 'w6k=', isBase64Encoded: true },
    { text: 'é', headers: { 'content-type': 'text/plain;charset=UTF-8' } },
  ],
  [
    'a status that forbids a body',
    { statusCode: 204 },
    { text: '', headers: expect.not.objectContaining({ 'content-length': expect.anything() }) },
  ],
  [
    'no status: 200 and JSON',
    { hello: 'world' },
    {
      status: 200,
      text: '{"hello":"world"}',
      headers: { 'content-type': 'application/json' },
    },
  ],
  ['what cannot be understood: 500', { statusCode: 'many' }, { status: 500 }],
])('an answer of a function may have %s', async (_what, value, answer) => {
  expect(await callAct(stack, { do: 'return', value })).toMatchObject(answer);
});

describe('the gateway', () => {
  const TOO_LARGE = Buffer.alloc(10 * 1024 * 1024 + 1, 'a');
  const CHUNKED = { 'transfer-encoding': 'chunked' };

  it.each<[what: string, path: string, call: RawCall, status: number, message: string]>([
    ['another method', '/act', { method: 'PUT' }, 404, 'Not Found'],
    ['an unknown path', '/nowhere', {}, 404, 'Not Found'],
    ['a slash at the end', '/act/', {}, 404, 'Not Found'],
    ['a body above 10 MB', '/act', { body: TOO_LARGE }, 413, 'Request Entity Too Large'],
    [
      'a body above 10 MB in chunks',
      '/act',
      { body: TOO_LARGE, headers: CHUNKED },
      413,
      'Request Entity Too Large',
    ],
  ])('refuses a request with %s', async (_what, path, call, status, message) => {
    expect(await send(path, call)).toMatchObject({ status, text: JSON.stringify({ message }) });
  });

  it.each([
    [200, 9],
    [431, 11],
  ])('answers %i to %i KB of headers', async (status, kilobytes) => {
    const headers = { 'x-big': 'a'.repeat(kilobytes * 1024) };
    expect((await send('/act', order({}, headers))).status).toBe(status);
  });

  it.each([
    ['throws', '/act', { do: 'throw' }],
    ['ends', '/act', { do: 'exit' }],
    ['runs out of time', '/hasty', { do: 'hang' }],
  ])('answers 500 when a function %s, and later calls succeed', async (_what, path, what) => {
    const text = '{"message":"Internal Server Error"}';
    expect(await send(path, order(what))).toMatchObject({ status: 500, text });
    await until(async () => (await send(path, order({}))).status === 200 || undefined);
  });

  it("answers 429 above a route's limit", async () => {
    const statuses = [];
    for (let count = 0; count < 3; count += 1) {
      statuses.push((await send('/limited', order({}))).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('answers a preflight with what the API allows', async () => {
    const preflight = async (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'POST' };
      return (await send('/act', { method: 'OPTIONS', headers })).headers;
    };
    expect(await preflight('https://app.example')).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': expect.stringContaining('content-type'),
    });
    const refused = await preflight('https://evil.example');
    expect(refused).not.toHaveProperty('access-control-allow-origin');
  });
});
