/**
 * What may arrive at the webhook (docs/security.md#bad-inputs): answered as it says there, and
 * without any effect.
 */

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meaninglessWebhooks } from '../../fixtures/bad-input/bad-webhook-bodies.ts';
import { JSON_TEXTS, NO_JSON_TEXTS } from '../../fixtures/bad-input/json-texts.ts';
import { storedItem, type Watched, watch } from '../../fixtures/bad-input/observe.ts';
import { type RawAnswer, type RawRequest, sendRaw } from '../../fixtures/bad-input/raw-http.ts';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { segment, signed, type TokenParts, webhookClaims } from '../../fixtures/webhook-tokens.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

let stack: ScriptedStack;
let watched: Watched;

/** What would end the verification that is watched, if it were believed. */
const harmful = (): string =>
  JSON.stringify({
    request_id: watched.app.requestId,
    type: 'event',
    channel: 'silent_auth',
    status: 'user_rejected',
  });

const webhook = (request: RawRequest): Promise<RawAnswer> =>
  sendRaw(`${stack.endpoints.api}/webhook`, request);

/** As Vonage signs it, but for what `parts` says. */
function token(body: string | Buffer, { header, claims, ...how }: TokenParts = {}): string {
  const { webhook: of, application_id } = stack.endpoints;
  const ours = {
    ...webhookClaims({ nowMs: Date.now(), body }),
    api_key: of.api_key,
    application_id,
  };
  return signed(
    segment(JSON.stringify({ alg: 'HS256', typ: 'JWT', ...header })),
    segment(JSON.stringify({ ...ours, ...claims })),
    { secret: of.signature_secret, ...how },
  );
}

/** Signed as Vonage does it, whatever the body is. */
const authentic = (body: string | Buffer, headers: RawRequest['headers'] = JSON_TYPE) => {
  const authorization = `Bearer ${token(body)}`;
  return webhook({ headers: { ...headers, authorization }, body });
};

/** @param running the stack, once it runs */
export function badWebhooks(running: () => ScriptedStack): void {
  beforeAll(async () => {
    stack = running();
    watched = await watch(stack, await stack.start(['silent_auth', 'email']));
  });
  afterAll(() => watched?.close());

  describe('POST /webhook, header and token', () => {
    it('answers 401 to a forgery of every kind, without effect', async () => {
      const body = harmful();
      const forgeries: readonly [string, string][] = [
        ['no scheme', token(body)],
        ['two segments', `Bearer ${token(body).replace(/\.[^.]*$/, '')}`],
        ['another algorithm', `Bearer ${token(body, { header: { alg: 'none' } })}`],
        ['another secret', `Bearer ${token(body, { secret: 'of somebody else' })}`],
        ['another account', `Bearer ${token(body, { claims: { api_key: 'ffffffff' } })}`],
        ['yesterday', `Bearer ${token(body, { claims: { iat: Date.now() / 1000 - 90_000 } })}`],
        ['another body', `Bearer ${token(`${body} `)}`],
      ];
      await watched.expectNoEffect(async () => {
        for (const [name, authorization] of forgeries) {
          const { status } = await webhook({ headers: { ...JSON_TYPE, authorization }, body });
          expect(status, name).toBe(401);
        }
      });
    });

    it('answers 503 to what is not signed at all, wherever else a token stands', async () => {
      const forged = token(harmful());
      await watched.expectNoEffect(async () => {
        for (const query of ['', `?token=${forged}`, `?authorization=Bearer%20${forged}`]) {
          const url = `${stack.endpoints.api}/webhook${query}`;
          const { status } = await sendRaw(url, { headers: JSON_TYPE, body: harmful() });
          expect(status).toBe(503);
        }
      });
    });
  });

  describe('POST /webhook, body', () => {
    const BODIES: readonly [string, () => string | Buffer, number][] = [
      ['empty', () => '', 400],
      ['not UTF-8', () => Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400],
      ['cut in the middle of a character', () => Buffer.from('"é"').subarray(0, 2), 400],
      ['a byte order mark', () => `\ufeff${harmful()}`, 400],
      ['UTF-16', () => Buffer.from(harmful(), 'utf16le'), 400],
      ['17 levels deep', () => `${'['.repeat(17)}${']'.repeat(17)}`, 400],
      ['16 KB and a byte', () => `"${'x'.repeat(16 * 1024 - 1)}"`, 413],
      ['10 MB', () => Buffer.alloc(10 * 1024 * 1024, 0x20), 413],
    ];

    it.each(BODIES)('is refused: %s', async (_name, body, expected) => {
      await watched.expectNoEffect(async () =>
        expect((await authentic(body())).status).toBe(expected),
      );
    });

    it.each<[string, RawRequest['headers']]>([
      ['no content type', {}],
      ['text/plain', { 'content-type': 'text/plain' }],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
      ['a look-alike', { 'content-type': 'application/jsonx' }],
    ])('is answered 415: %s', async (_name, headers) => {
      await watched.expectNoEffect(async () => {
        expect((await authentic(harmful(), headers)).status).toBe(415);
      });
    });

    it('is answered 415 when it is compressed', async () => {
      const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
      await watched.expectNoEffect(async () => {
        expect((await authentic(gzipSync(harmful()), headers)).status).toBe(415);
      });
    });

    it.each(['GET', 'PUT', 'PATCH', 'DELETE'])(
      'is answered 404 by the gateway: %s',
      async (method) => {
        const { status, text } = await webhook({ method, headers: JSON_TYPE });
        expect([status, text]).toEqual([404, '{"message":"Not Found"}']);
      },
    );

    it('answers 400 to anything but JSON, and 204 without effect to JSON that says nothing', async () => {
      await watched.expectNoEffect(async () => {
        for (const text of NO_JSON_TEXTS) {
          expect((await authentic(text)).status, JSON.stringify(text)).toBe(400);
        }
        for (const text of JSON_TEXTS) {
          expect((await authentic(text)).status, JSON.stringify(text)).toBe(204);
        }
      });
    });
  });

  describe('POST /webhook, meaning', () => {
    it('answers 204 to what it may not act on, without effect', async () => {
      const { requestId } = watched.app;
      const about = { requestId, checkUrl: stack.checkUrl('one') };
      for (const [name, body] of meaninglessWebhooks(about)) {
        await watched.expectNoEffect(
          async () => expect((await authentic(body)).status, name).toBe(204),
          {
            mayStore: true,
          },
        );
      }
    });

    it('stores what is about an unknown request for an hour, visible to nobody', async () => {
      const requestId = randomUUID();
      const body = harmful().replace(watched.app.requestId, requestId);
      await watched.expectNoEffect(async () => expect((await authentic(body)).status).toBe(204));
      const stored = JSON.stringify(await storedItem(stack, requestId));
      const ttl = Number(/"ttl":\{"N":"(\d+)"\}/.exec(stored)?.[1]);
      expect(ttl).toBeLessThanOrEqual(Date.now() / 1000 + 3600);
      expect(stored).not.toContain('client_token_hash');
    });

    it('accepts what only looks unusual', async () => {
      const other = await stack.start(['silent_auth', 'email']);
      const body = ` ${harmful().replace(watched.app.requestId, other.requestId)} `;
      const charset = { 'content-type': 'Application/JSON; charset=UTF-8' };
      const authorization = `bearer ${token(body)}`;
      const { status } = await webhook({ headers: { ...charset, authorization }, body });
      expect(status).toBe(204);
      expect(await other.status()).toMatchObject({ channel: 'email' });
    });
  });
}
