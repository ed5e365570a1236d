/**
 * What may arrive at the webhook (docs/security.md#bad-inputs): answered as it says there, and
 * without any effect. Every form of a token and of a body is a matter of the unit lane.
 */

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { storedItem } from '../../fixtures/aws-call.ts';
import { type RawCall, sendRaw } from '../../fixtures/raw-http.ts';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { type Signing, sign } from '../../fixtures/scripted-vonage.ts';
import { beforeWatched, startAhead, type Watched } from './observe.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

let stack: ScriptedStack;
let watched: Watched;

/** What would end a verification if it were believed. */
const harmful = (requestId = watched.app.requestId, more: object = {}): string => {
  const event = { type: 'event', channel: 'silent_auth', status: 'user_rejected' };
  return JSON.stringify({ request_id: requestId, ...event, ...more });
};

const webhook = async (call: RawCall, query = ''): Promise<number> =>
  (await sendRaw(`${stack.endpoints.api}/webhook${query}`, call)).status;

/** Signed as Vonage does it, whatever the body is. */
const authentic = (body: string | Buffer, headers: RawCall['headers'] = JSON_TYPE) =>
  webhook({ headers: { ...headers, authorization: sign(body, stack.endpoints) }, body });

/** @param running the stack, once it runs */
export function badWebhooks(running: () => ScriptedStack): void {
  beforeWatched(running, (...begun) => {
    [stack, watched] = begun;
  });

  describe('a token of POST /webhook', () => {
    const signed = (how: Signing = {}): string => sign(harmful(), stack.endpoints, how);

    it.each<[string, () => string]>([
      ['no scheme', () => signed().replace('Bearer ', '')],
      ['two segments', () => signed().replace(/\.[^.]*$/, '')],
      ['another algorithm', () => signed({ header: { alg: 'none' } })],
      ['another secret', () => signed({ secret: 'of somebody else' })],
      ['another account', () => signed({ claims: { api_key: 'ffffffff' } })],
      ['yesterday', () => signed({ claims: { iat: Date.now() / 1000 - 90_000 } })],
      ['the hash of another body', () => signed({ hashed: `${harmful()} ` })],
    ])('is answered 401 with %s', async (_name, authorization) => {
      const headers = { ...JSON_TYPE, authorization: authorization() };
      await watched.expectNoEffect(async () =>
        expect(await webhook({ headers, body: harmful() })).toBe(401),
      );
    });

    it('is answered 503 when it is missing, wherever else one stands', async () => {
      const query = new URLSearchParams({ token: signed(), authorization: signed() });
      await watched.expectNoEffect(async () => {
        for (const search of ['', `?${query}`]) {
          expect(await webhook({ headers: JSON_TYPE, body: harmful() }, search)).toBe(503);
        }
      });
    });
  });

  describe('a body of POST /webhook', () => {
    const type = (name: string): RawCall['headers'] => ({ 'content-type': name });

    it.each<[number, string, () => string | Buffer, RawCall['headers']?]>([
      [400, 'empty', () => ''],
      [400, 'not UTF-8', () => Buffer.from([0x22, 0xff, 0xfe, 0x22])],
      [400, 'after a byte order mark', () => `\ufeff${harmful()}`],
      [400, 'UTF-16', () => Buffer.from(harmful(), 'utf16le')],
      [400, 'followed by something', () => `${harmful()}x`],
      [400, 'with NaN', () => '{"a":NaN}'],
      [400, 'with a comment', () => `${harmful()}// comment`],
      [400, '17 levels deep', () => `${'['.repeat(17)}${']'.repeat(17)}`],
      [413, '16 KB and a byte', () => `"${'x'.repeat(16 * 1024 - 1)}"`],
      [413, '10 MB', () => Buffer.alloc(10 * 1024 * 1024, 0x20)],
      [415, 'compressed', () => gzipSync(harmful()), { ...JSON_TYPE, 'content-encoding': 'gzip' }],
      [415, 'without a content type', harmful, {}],
      [415, 'text/plain', harmful, type('text/plain')],
      [415, 'a form', harmful, type('application/x-www-form-urlencoded')],
      [415, 'of another charset', harmful, type('application/json; charset=utf-16')],
      [415, 'of a type that looks like JSON', harmful, type('application/jsonx')],
    ])('is answered %i: %s', async (status, _name, body, headers) => {
      await watched.expectNoEffect(async () =>
        expect(await authentic(body(), headers)).toBe(status),
      );
    });

    it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('is answered 404 with %s', async (method) => {
      expect(await webhook({ method, headers: JSON_TYPE })).toBe(404);
    });
  });

  describe('the meaning of a webhook', () => {
    const about = (more: object): string => harmful(undefined, more);
    const action = (check_url: unknown): string =>
      about({ status: 'action_pending', action: { type: 'check', check_url } });

    it.each<[string, () => string]>([
      ['a status twice', () => harmful().replace('}', ',"status":"failed"}')],
      ['__proto__', () => harmful().replace('}', ',"__proto__":{}}')],
      ['an array', () => `[${harmful()}]`],
      ['null', () => 'null'],
      ['a list as request_id', () => about({ request_id: [watched.app.requestId] })],
      ['an unknown type', () => about({ type: 'message' })],
      ['an unknown status', () => about({ status: 'delivered' })],
      ['an unknown channel', () => about({ channel: 'pigeon' })],
      ['a channel that is not in the workflow', () => about({ channel: 'voice' })],
      ['no action', () => about({ status: 'action_pending' })],
      ['a check_url of a foreign host', () => action('https://vonage.com.evil.example/x')],
      ['a check_url of plain http', () => action('http://api.vonage.com/x')],
      ['a check_url with user info', () => action('https://api.vonage.com@evil.example/x')],
      ['a check_url of an address', () => action('https://127.0.0.1/x')],
      ['a check_url with a fragment', () => action(`${stack.checkUrl('one')}#code=1`)],
      ['a check_url that runs a script', () => action('javascript:alert(1)')],
      ['completed without a code of ours', () => about({ status: 'completed' })],
      ['completed by a summary', () => about({ type: 'summary', status: 'completed' })],
      ['an unknown status of a summary', () => about({ type: 'summary', status: 'done' })],
    ])('has no effect: %s', async (_name, body) => {
      await watched.expectNoEffect(async () => expect(await authentic(body())).toBe(204), {
        mayStore: true,
      });
    });

    it('is stored for an hour, visible to nobody, when the request is unknown', async () => {
      const requestId = randomUUID();
      await watched.expectNoEffect(async () =>
        expect(await authentic(harmful(requestId))).toBe(204),
      );
      const stored = JSON.stringify(await storedItem(stack.endpoints, requestId));
      const ttl = Number(/"ttl":\{"N":"(\d+)"\}/.exec(stored)?.[1]);
      expect(ttl).toBeLessThanOrEqual(Date.now() / 1000 + 3600);
      expect(stored).not.toContain('client_token_hash');
    });

    it('is accepted although it looks unusual', async () => {
      const other = await startAhead(stack);
      const body = ` ${harmful(other.requestId)} `;
      const charset = { 'content-type': 'Application/JSON; charset=UTF-8' };
      const authorization = sign(body, stack.endpoints).replace('Bearer', 'bearer');
      expect(await webhook({ headers: { ...charset, authorization }, body })).toBe(204);
      expect(await other.status()).toMatchObject({ channel: 'email' });
    });
  });
}
