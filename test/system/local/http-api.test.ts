import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../infra/local/stack.ts';
import { closeServer, listenLocally } from '../../fixtures/listen.ts';
import { type RawCall, sendRaw } from '../../fixtures/raw-http.ts';
import { until } from '../../fixtures/until.ts';
import { callAct, order, startFixture } from './stack-fixture.ts';

let stack: Stack;
let issuer: string;
const keys = await generateKeyPair('RS256');
const issuerServer = createServer(async (request, response) => {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256' };
  const isConfiguration = request.url?.endsWith('openid-configuration');
  const found = isConfiguration ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: [jwk] };
  response.end(JSON.stringify(found));
});

beforeAll(async () => {
  issuer = await listenLocally(issuerServer);
  stack = await startFixture({}, issuer);
});

afterAll(async () => {
  await stack.close();
  await closeServer(issuerServer);
});

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
      },
    });
    const { time, timeEpoch } = event.requestContext;
    expect(time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(timeEpoch).toBeGreaterThanOrEqual(beforeMs);
    expect(timeEpoch).toBeLessThanOrEqual(Date.now());
  });

  it('has header names in lower case, repeated headers joined, and cookies apart', async () => {
    const sent = { 'X-Many': ['a', 'b'], Cookie: 'c=1; d=2', 'X-Forwarded-For': '1.2.3.4' };
    const { headers, cookies } = await eventOf('/act', order({}, sent));
    expect(headers).toMatchObject({ 'x-many': 'a,b', 'x-forwarded-for': '1.2.3.4, 127.0.0.1' });
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(headers).not.toHaveProperty('cookie');
    expect(cookies).toEqual(['c=1', 'd=2']);
  });

  it.each(['application/json; charset=UTF-8', 'text/plain', 'application/problem+json'])(
    'has a body of type %s as text',
    async (type) => {
      const call = { headers: { 'content-type': type }, body: '{}' };
      expect(await eventOf('/act', call)).toMatchObject({ body: '{}', isBase64Encoded: false });
    },
  );

  it.each(['application/octet-stream', 'application/x-www-form-urlencoded'])(
    'is made of a body of type %s',
    async (type) => {
      const call = { headers: { 'content-type': type }, body: '' };
      expect(await send('/act', call)).toMatchObject({ status: 200 });
    },
  );

  it('is made for a client that offers HTTP/2', async () => {
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' };
    const sent = order({ a: 1 }, { ...offer, 'http2-settings': 'AAQAAP__' });
    const { body, headers } = await eventOf('/act', sent);
    expect(body).toBe('{"a":1}');
    expect(headers).not.toHaveProperty('upgrade');
  });

  it('has the address of a client at another loopback address', async () => {
    const event = await eventOf('/act', { ...order({}), from: '127.0.0.2' });
    expect(event.requestContext.http.sourceIp).toBe('127.0.0.2');
  });
});

describe('an answer of a function', () => {
  const answerTo = (value: unknown) => callAct(stack, { do: 'return', value });

  it('keeps status, headers, cookies and body', async () => {
    const type = 'application/problem+json';
    const headers = { 'Content-Type': type, 'Retry-After': 3 };
    const cookies = ['a=1', 'b=2'];
    expect(await answerTo({ statusCode: 202, headers, cookies, body: 'é' })).toMatchObject({
      status: 202,
      text: 'é',
      headers: {
        'content-type': type,
        'content-length': '2',
        'retry-after': '3',
        'set-cookie': cookies,
      },
    });
  });

  it('is decoded from base64, and is plain text unless the function gives a type', async () => {
    const answer = await answerTo({ statusCode: 200, body: 'w6k=', isBase64Encoded: true });
    const headers = { 'content-type': 'text/plain;charset=UTF-8' };
    expect(answer).toMatchObject({ text: 'é', headers });
  });

  it('has no body when the status forbids one', async () => {
    const answer = await answerTo({ statusCode: 204 });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('content-length');
  });

  it('is 200 and JSON when the function returned no status', async () => {
    const headers = { 'content-type': 'application/json' };
    const expected = { status: 200, text: '{"hello":"world"}', headers };
    expect(await answerTo({ hello: 'world' })).toMatchObject(expected);
  });

  it('is 500 when it cannot be understood', async () => {
    expect(await answerTo({ statusCode: 'many' })).toMatchObject({ status: 500 });
  });
});

describe('the gateway', () => {
  const refusal = (status: number, message: string): object => ({
    status,
    text: JSON.stringify({ message }),
  });

  it.each([
    ['GET', '/act'],
    ['POST', '/nowhere'],
    ['PUT', '/act'],
    ['POST', '/act/'],
  ])('answers %s %s with 404', async (method, path) => {
    expect(await send(path, { method })).toMatchObject(refusal(404, 'Not Found'));
  });

  it.each([{}, { 'transfer-encoding': 'chunked' }])(
    'answers 413 to a body above 10 MB with the headers %o',
    async (headers) => {
      const body = Buffer.alloc(10 * 1024 * 1024 + 1, 'a');
      const answer = await send('/act', { body, headers });
      expect(answer).toMatchObject(refusal(413, 'Request Entity Too Large'));
    },
  );

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
    expect(await send(path, order(what))).toMatchObject(refusal(500, 'Internal Server Error'));
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
    const preflight = (origin: string) =>
      send('/act', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    expect(await preflight('https://app.example')).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
      },
    });
    const refused = await preflight('https://evil.example');
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a route with a JWT authorizer', () => {
  const sign = (claims: object, expires = '1h') =>
    new SignJWT({ iss: issuer, aud: 'app', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setExpirationTime(expires)
      .sign(keys.privateKey);
  const call = (authorization?: string) =>
    send('/guarded', order({}, authorization === undefined ? {} : { authorization }));

  it('lets a good token in and passes its claims on as text', async () => {
    const token = await sign({ aud: ['app'], sub: 'user-1', level: 3 });
    const { status, text } = await call(`Bearer ${token}`);
    expect(status).toBe(200);
    expect(JSON.parse(text).event.requestContext.authorizer.jwt).toMatchObject({
      claims: { sub: 'user-1', level: '3', aud: '[app]', iss: issuer },
    });
  });

  it('answers 401 to everything else', async () => {
    const unsigned = `${(await sign({})).split('.', 2).join('.')}.`;
    const tokens = [
      ...[undefined, 'nonsense', unsigned],
      ...[await sign({ iss: 'https://other.example' }), await sign({ aud: 'other' })],
      await sign({}, '-1m'),
    ];
    for (const token of tokens) {
      const answer = await call(token && `Bearer ${token}`);
      expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
    }
  });
});
