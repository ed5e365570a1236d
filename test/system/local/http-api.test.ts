import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../../infra/local/listen.ts';
import type { Stack } from '../../../infra/local/stack.ts';
import { order, send, startFixture } from './stack-fixture.ts';

let stack: Stack;
let issuer: string;
let issuerServer: Server;
const keys = await generateKeyPair('RS256');

beforeAll(async () => {
  issuerServer = createServer(async (request, response) => {
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256' };
    const found = request.url?.endsWith('openid-configuration')
      ? { issuer, jwks_uri: `${issuer}/keys` }
      : { keys: [jwk] };
    response.end(JSON.stringify(found));
  });
  const { port } = await listen(issuerServer, 0, '127.0.0.1');
  issuer = `http://127.0.0.1:${port}`;
  stack = await startFixture({}, issuer);
});

afterAll(async () => {
  await stack.close();
  issuerServer.close();
});

async function eventOf(path: string, call: Parameters<typeof send>[1]) {
  const answer = await send(stack.endpoints.api + path, call);
  return JSON.parse(answer.text).event;
}

describe('an event of the HTTP API', () => {
  it('has the shape of payload format 2.0', async () => {
    const event = await eventOf('/act?a=1&b=x%20y&a=2', order({ do: 'tell' }));
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /act',
      rawPath: '/act',
      rawQueryString: 'a=1&b=x%20y&a=2',
      queryStringParameters: { a: '1,2', b: 'x y' },
      body: '{"do":"tell"}',
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        domainName: new URL(stack.endpoints.api).host,
        http: { method: 'POST', path: '/act', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        routeKey: 'POST /act',
        stage: '$default',
      },
    });
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(Math.abs(event.requestContext.timeEpoch - Date.now())).toBeLessThan(60_000);
  });

  it('lower-cases header names, joins repeated ones, and takes cookies out', async () => {
    const { headers, cookies } = await eventOf(
      '/act',
      order({}, { 'X-Many': ['a', 'b'], Cookie: 'c=1; d=2', 'X-Forwarded-For': '1.2.3.4' }),
    );
    expect(headers['x-many']).toBe('a,b');
    expect(cookies).toEqual(['c=1', 'd=2']);
    expect(headers.cookie).toBeUndefined();
    expect(headers['x-forwarded-for']).toBe('1.2.3.4, 127.0.0.1');
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it.each([
    ['application/json; charset=UTF-8', '{}', false],
    ['text/plain', '{}', false],
    ['application/problem+json', '{}', false],
    ['application/octet-stream', '{}', true],
    ['application/x-www-form-urlencoded', '{}', true],
  ])('carries a body of type %s as text or base64', async (type, body, isBase64Encoded) => {
    const answer = await send(`${stack.endpoints.api}/act`, {
      headers: { 'content-type': type },
      body: isBase64Encoded ? '' : body,
    });
    expect(answer.status).toBe(200);
    if (!isBase64Encoded) expect(JSON.parse(answer.text).event.isBase64Encoded).toBe(false);
  });

  it('comes from a client that offers HTTP/2, too', async () => {
    const offer = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAQAAP__',
    };
    const { body, headers } = await eventOf('/act', order({ do: 'tell' }, offer));
    expect(body).toBe('{"do":"tell"}');
    expect(headers).not.toHaveProperty('upgrade');
  });

  it('counts clients of other loopback addresses apart', async () => {
    const event = await eventOf('/act', { ...order({}), from: '127.0.0.2' });
    expect(event.requestContext.http.sourceIp).toBe('127.0.0.2');
  });
});

describe('an answer of a function', () => {
  const answerTo = (value: unknown) =>
    send(`${stack.endpoints.api}/act`, order({ do: 'return', value }));

  it('keeps status, headers, cookies and body', async () => {
    const answer = await answerTo({
      statusCode: 202,
      headers: { 'Content-Type': 'application/problem+json', 'Retry-After': 3 },
      cookies: ['a=1', 'b=2'],
      body: 'é',
    });
    expect(answer).toMatchObject({ status: 202, text: 'é' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'content-length': '2',
      'retry-after': '3',
      'set-cookie': ['a=1', 'b=2'],
    });
  });

  it('decodes base64, and has a plain type where the function gave none', async () => {
    const answer = await answerTo({ statusCode: 200, body: 'w6k=', isBase64Encoded: true });
    expect(answer.text).toBe('é');
    expect(answer.headers['content-type']).toBe('text/plain;charset=UTF-8');
  });

  it('has no body when the status forbids one', async () => {
    const answer = await answerTo({ statusCode: 204 });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers['content-length']).toBeUndefined();
  });

  it('is 200 and JSON when the function returned no status', async () => {
    const answer = await answerTo({ hello: 'world' });
    expect(answer).toMatchObject({ status: 200, text: '{"hello":"world"}' });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('is 500 when it cannot be understood', async () => {
    expect(await answerTo({ statusCode: 'many' })).toMatchObject({ status: 500 });
  });
});

describe("the gateway's own answers", () => {
  it.each([
    ['GET', '/act'],
    ['POST', '/nowhere'],
    ['PUT', '/act'],
    ['POST', '/act/'],
  ])('%s %s is 404', async (method, path) => {
    const answer = await send(stack.endpoints.api + path, { method });
    expect(answer).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
  });

  it('a body above 10 MB is 413', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1, 'a');
    const whole = await send(`${stack.endpoints.api}/act`, { body });
    expect(whole).toMatchObject({ status: 413, text: '{"message":"Request Entity Too Large"}' });
    const headers = { 'transfer-encoding': 'chunked' };
    expect(await send(`${stack.endpoints.api}/act`, { body, headers })).toMatchObject({
      status: 413,
    });
  });

  it('headers above 10 KB are 431, nine are not', async () => {
    const withHeader = (kilobytes: number) =>
      send(`${stack.endpoints.api}/act`, order({}, { 'x-big': 'a'.repeat(kilobytes * 1024) }));
    expect((await withHeader(9)).status).toBe(200);
    expect((await withHeader(11)).status).toBe(431);
  });

  it('a function that throws, ends, or runs out of time is 500, and the next call is fine', async () => {
    const failed = { status: 500, text: '{"message":"Internal Server Error"}' };
    expect(await send(`${stack.endpoints.api}/act`, order({ do: 'throw' }))).toMatchObject(failed);
    expect(await send(`${stack.endpoints.api}/act`, order({ do: 'exit' }))).toMatchObject(failed);
    const slow = order({ do: 'sleep', ms: 5_000 });
    expect(await send(`${stack.endpoints.api}/hasty`, slow)).toMatchObject(failed);
    expect(await send(`${stack.endpoints.api}/act`, order({}))).toMatchObject({ status: 200 });
    expect(await send(`${stack.endpoints.api}/hasty`, order({}))).toMatchObject({ status: 200 });
  });

  it("a route's limit is 429", async () => {
    const statuses = [];
    for (let count = 0; count < 3; count += 1) {
      statuses.push((await send(`${stack.endpoints.api}/limited`, order({}))).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('a preflight is answered with what the API allows', async () => {
    const preflight = (origin: string) =>
      send(`${stack.endpoints.api}/act`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('https://app.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
    });
    const refused = await preflight('https://evil.example');
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a route with a JWT authorizer', () => {
  const sign = (claims: Record<string, unknown>, expires = '1m') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setExpirationTime(expires)
      .sign(keys.privateKey);
  const call = (authorization?: string) =>
    send(
      `${stack.endpoints.api}/guarded`,
      order({}, authorization === undefined ? {} : { authorization }),
    );

  it('lets a good token in and hands its claims on as text', async () => {
    const token = await sign({ iss: issuer, aud: ['app'], sub: 'user-1', level: 3 });
    const answer = await call(`Bearer ${token}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text).event.requestContext.authorizer.jwt).toMatchObject({
      claims: { sub: 'user-1', level: '3', aud: '[app]', iss: issuer },
    });
  });

  it('answers 401 to everything else', async () => {
    const foreign = await sign({ iss: 'https://other.example', aud: 'app' });
    const audience = await sign({ iss: issuer, aud: 'other' });
    const expired = await sign({ iss: issuer, aud: 'app' }, '-1m');
    const unsigned = `${(await sign({ iss: issuer, aud: 'app' })).split('.', 2).join('.')}.`;
    for (const token of [undefined, 'nonsense', foreign, audience, expired, unsigned]) {
      expect(await call(token)).toMatchObject({
        status: 401,
        text: '{"message":"Unauthorized"}',
      });
    }
  });
});
