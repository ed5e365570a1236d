/** The optional JWT authorizer in front of `POST /start` (docs/architecture.md#deployment, T18). */

import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call, phoneNumber } from '../fixtures/app.ts';
import { type HttpStub, json, startHttpStub } from '../fixtures/http-stub.ts';
import { everyLimit, lastingLimit } from '../fixtures/limits.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { shakeHands } from '../fixtures/raw-http.ts';
import { type ScriptedVonage, startScriptedVonage } from '../fixtures/scripted-vonage.ts';

const WEBVIEWS = ['capacitor://localhost', 'ionic://localhost', 'https://localhost'];

/** Publishes the keys that sign the tokens. */
let issuer: HttpStub;
let key: CryptoKey;
let vonage: ScriptedVonage;
let stack: OwnStack;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  issuer = await startHttpStub();
  const { url } = issuer;
  issuer.answer((response, received) => {
    const configuration = { issuer: url, jwks_uri: `${url}/keys` };
    json(200, received.path === '/keys' ? { keys: [jwk] } : configuration)(response, received);
  });
  vonage = await startScriptedVonage();
  const limits = { ...everyLimit(lastingLimit(100)), subject: lastingLimit(2) };
  stack = await startOwnStack({
    vonageBaseUrl: vonage.url,
    settings: {
      authorizer: { issuer: url, audience: ['silent-auth'] },
      origins: WEBVIEWS,
      limits,
    },
  });
});

afterAll(async () => {
  await stack?.close();
  await vonage?.close();
  await issuer?.stop();
});

function tokenOf(sub: string, claims: object = {}, expires = '5m'): Promise<string> {
  return new SignJWT({ iss: issuer.url, aud: 'silent-auth', sub, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setExpirationTime(expires)
    .sign(key);
}

function start(token?: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return call(stack.endpoints.api, 'POST', '/start', {
    body: { phone_number: phoneNumber('8'), channels: ['silent_auth'] },
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...more },
  });
}

/** 101, or the status of the refusal. */
async function statusOfSocket({ body }: Answer, origin: string): Promise<number> {
  const protocols = ['silent-auth.v1', body.client_token];
  const socket = await shakeHands(body.websocket_url, protocols, { origin });
  if (typeof socket === 'number') return socket;
  socket.terminate();
  return 101;
}

describe('POST /start behind an authorizer', () => {
  it('is answered 401 by the gateway without a token of the issuer for this API', async () => {
    const tokens = [
      undefined,
      `${await tokenOf('jo')}x`,
      await tokenOf('jo', { aud: 'other' }),
      await tokenOf('jo', { iss: 'https://other.example' }),
      await tokenOf('jo', {}, '-1m'),
    ];
    for (const token of tokens) {
      const { status, body } = await start(token);
      expect([status, body]).toEqual([401, { message: 'Unauthorized' }]);
    }
    expect(vonage.calls).toEqual([]);
  });

  it('counts the subject instead of the address', async () => {
    const [jo, mo] = [await tokenOf('jo'), await tokenOf('mo')];
    const statuses: number[] = [];
    for (const token of [jo, jo, jo, mo]) statuses.push((await start(token)).status);
    expect(statuses).toEqual([202, 202, 429, 202]);
  });
});

describe('a stage that allows WebViews', () => {
  it.each(WEBVIEWS)('answers the preflight, the start and the socket of %s', async (origin) => {
    const preflight = await fetch(`${stack.endpoints.api}/start`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    const unauthorized = await start(undefined, { origin });
    const answer = await start(await tokenOf(origin), { origin });
    expect(answer.status).toBe(202);
    for (const { headers } of [preflight, unauthorized, answer]) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
    }
    expect(await statusOfSocket(answer, origin)).toBe(101);
  });

  it.each(['https://evil.example', 'capacitor://evil', 'null'])(
    'starts nothing and opens no socket for a page of %s',
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
