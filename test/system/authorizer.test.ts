/** The optional JWT authorizer in front of `POST /start` (docs/architecture.md#deployment, T18). */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Answer, call, phoneNumber } from '../fixtures/app.ts';
import { lastingLimit } from '../fixtures/limits.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { type ScriptedVonage, startScriptedVonage } from '../fixtures/scripted-vonage.ts';

const WEBVIEWS = ['capacitor://localhost', 'ionic://localhost', 'https://localhost'];

let issuer: string;
let server: Server;
let key: CryptoKey;
let vonage: ScriptedVonage;
let stack: OwnStack;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vonage = await startScriptedVonage();
  const subject = lastingLimit(2);
  const limit = lastingLimit(100);
  stack = await startOwnStack({
    vonageBaseUrl: vonage.url,
    settings: {
      authorizer: { issuer, audience: ['silent-auth'] },
      origins: WEBVIEWS,
      limits: { address: limit, subject, phoneNumber: limit, email: limit, prefix: limit },
    },
  });
});

afterAll(async () => {
  await stack?.close();
  await vonage?.close();
  await new Promise((resolve) => server.close(resolve));
});

function tokenOf(subject: string, audience = 'silent-auth'): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);
}

function start(token?: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return call(stack.endpoints.api, 'POST', '/start', {
    body: { phone_number: phoneNumber('8'), channels: ['silent_auth'] },
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...more },
  });
}

/** 101, or the status of the refusal. */
function statusOfSocket({ body }: Answer, origin: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(body.websocket_url, ['silent-auth.v1', body.client_token], {
      headers: { origin },
    });
    socket.on('open', () => resolve(101));
    socket.on('open', () => socket.terminate());
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    socket.on('error', reject);
  });
}

describe('POST /start behind an authorizer', () => {
  it("is the gateway's 401 without a token, with a foreign one, and with a broken one", async () => {
    for (const token of [undefined, await tokenOf('jo', 'other'), `${await tokenOf('jo')}x`]) {
      const answer = await start(token);
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ message: 'Unauthorized' });
    }
    expect(vonage.calls).toEqual([]);
  });

  it('counts the subject instead of the address', async () => {
    const [jo, mo] = [await tokenOf('jo'), await tokenOf('mo')];
    expect((await start(jo)).status).toBe(202);
    expect((await start(jo)).status).toBe(202);
    expect((await start(jo)).status).toBe(429);
    expect((await start(mo)).status).toBe(202);
  });

  it('asks for no such token anywhere else', async () => {
    const { body } = await start(await tokenOf('lo'));
    const headers = { authorization: `Bearer ${body.client_token}` };
    expect((await call(stack.endpoints.api, 'GET', '/status', { headers })).status).toBe(200);
  });
});

describe('a stage that allows WebViews', () => {
  it.each(WEBVIEWS)('takes preflight, start and socket from %s', async (origin) => {
    const preflight = await fetch(`${stack.endpoints.api}/start`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect((await start(undefined, { origin })).headers.get('access-control-allow-origin')).toBe(
      '*',
    );
    const answer = await start(await tokenOf(origin), { origin });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await statusOfSocket(answer, origin)).toBe(101);
  });

  it.each(['https://evil.example', 'capacitor://evil', 'null'])(
    'starts nothing for a page of %s, and opens no socket',
    async (origin) => {
      const asked = vonage.calls.length;
      const answer = await start(await tokenOf('a page'), { origin });
      expect([answer.status, answer.body]).toEqual([403, { message: 'Forbidden' }]);
      expect(vonage.calls).toHaveLength(asked);
      const own = await start(await tokenOf(`owner of ${origin}`));
      expect(await statusOfSocket(own, origin)).toBe(403);
    },
  );
});
