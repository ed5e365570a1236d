/**
 * Handshakes and messages that nobody honest sends (docs/security.md#bad-inputs): refused, and
 * nothing else happens.
 */

import { randomBytes } from 'node:crypto';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { NO_JSON_TEXTS } from '../../fixtures/bad-input/json-texts.ts';
import { type Watched, watch } from '../../fixtures/bad-input/observe.ts';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';

const PROTOCOL = 'silent-auth.v1';

let stack: ScriptedStack;
let watched: Watched;

interface Handshake {
  readonly query?: string;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** `open`, or the status of the refusal. */
function shake({
  query = '',
  protocols = [],
  headers = {},
}: Handshake): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${stack.endpoints.websocket}${query}`, [...protocols], {
      headers,
    });
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (refused, response) => {
      resolve(response.statusCode ?? 0);
      refused.destroy();
    });
    socket.on('error', reject);
  });
}

/** A handshake with these very lines: status and selected subprotocol. */
function upgrade(lines: OutgoingHttpHeaders): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...lines,
    };
    const sent = request(stack.endpoints.websocket.replace(/^ws/, 'http'), { headers });
    sent.on('upgrade', ({ statusCode, headers: received }, socket) => {
      socket.destroy();
      resolve([statusCode, received['sec-websocket-protocol']]);
    });
    sent.on('response', ({ statusCode }) => resolve([statusCode]));
    sent.on('error', reject);
    sent.end();
  });
}

async function statusOf(handshake: Handshake): Promise<string | number> {
  const shaken = await shake(handshake);
  if (typeof shaken === 'number') return shaken;
  shaken.terminate();
  return 'open';
}

async function open(): Promise<WebSocket> {
  const socket = await shake({ protocols: [PROTOCOL, watched.app.token] });
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

/** @param running the stack, once it runs */
export function badSockets(running: () => ScriptedStack): void {
  beforeAll(async () => {
    stack = running();
    watched = await watch(stack, await stack.start(['silent_auth', 'email']));
  });
  afterAll(() => watched?.close());

  describe('a handshake', () => {
    it('is answered 401 without the right token, wherever else it stands', async () => {
      const { requestId, token } = watched.app;
      const [, secret = ''] = token.split('.');
      await watched.expectNoEffect(async () => {
        for (const handshake of [
          {},
          { protocols: [PROTOCOL] },
          { protocols: [PROTOCOL, 'nonsense'] },
          { protocols: [PROTOCOL, requestId] },
          { protocols: [PROTOCOL, `${requestId}.${'A'.repeat(43)}`] },
          { protocols: [PROTOCOL, `00000000-0000-4000-8000-000000000000.${secret}`] },
          { query: `?token=${token}` },
          { query: `?client_token=${token}`, protocols: [PROTOCOL] },
          { query: `?authorization=Bearer%20${token}` },
          { headers: { authorization: `Basic ${token}` } },
          { headers: { authorization: token } },
          { headers: { cookie: `client_token=${token}` } },
        ]) {
          expect(await statusOf(handshake), JSON.stringify(handshake)).toBe(401);
        }
      });
    });

    it('is answered 403 from a foreign page, even with the right token', async () => {
      const { token } = watched.app;
      const { host } = new URL(stack.endpoints.websocket);
      await watched.expectNoEffect(async () => {
        for (const origin of [
          'https://evil.example',
          'null',
          `https://${host}.evil.example`,
          `https://evil.example/${host}`,
          `https://user@${host}`,
          'http://localhost:3000.evil.example',
          'HTTP://LOCALHOST:3000',
          '*',
        ]) {
          const handshake = { protocols: [PROTOCOL, token], headers: { origin } };
          expect(await statusOf(handshake), origin).toBe(403);
        }
      });
    });

    it('succeeds without an origin and from the own one', async () => {
      const { token } = watched.app;
      const { host } = new URL(stack.endpoints.websocket);
      const headers = { origin: `https://${host}` };
      expect(await statusOf({ protocols: [PROTOCOL, token] })).toBe('open');
      expect(await statusOf({ headers: { authorization: `Bearer ${token}` } })).toBe('open');
      expect(await statusOf({ protocols: [PROTOCOL, token], headers })).toBe('open');
    });

    it('takes two lines of Sec-WebSocket-Protocol for one list, and several spaces after Bearer', async () => {
      const { token } = watched.app;
      const lines = { 'sec-websocket-protocol': [PROTOCOL, token] };
      expect(await upgrade(lines)).toEqual([101, PROTOCOL]);
      expect(await upgrade({ authorization: `Bearer   ${token}` })).toEqual([101, undefined]);
    });

    it('selects the subprotocol only when it was offered', async () => {
      const offered = await open();
      expect(offered.protocol).toBe(PROTOCOL);
      offered.terminate();
      const headers = { authorization: `Bearer ${watched.app.token}` };
      const other = await shake({ headers });
      if (typeof other === 'number') throw new Error('refused');
      expect(other.protocol).toBe('');
      other.terminate();
    });
  });

  describe('a message', () => {
    it('is answered with an error that repeats nothing of it', async () => {
      const { requestId, token } = watched.app;
      const other = await stack.start(['silent_auth']);
      const [, secret = ''] = token.split('.');
      const socket = await open();
      const messages: readonly [string, string][] = [
        ...NO_JSON_TEXTS.map((text): [string, string] => [text, 'request_invalid']),
        ['{}', 'request_invalid'],
        ['[]', 'request_invalid'],
        ['"subscribe"', 'request_invalid'],
        ['{"action":"completed"}', 'request_invalid'],
        [
          JSON.stringify({ type: 'transition', verification: { status: 'completed' } }),
          'request_invalid',
        ],
        [JSON.stringify({ action: 'cancel', client_token: token }), 'request_invalid'],
        [JSON.stringify({ action: ['subscribe'], client_token: token }), 'request_invalid'],
        [JSON.stringify({ action: 'subscribe' }), 'request_invalid'],
        [JSON.stringify({ action: 'subscribe', client_token: 7 }), 'request_invalid'],
        [JSON.stringify({ action: 'subscribe', client_token: 'x'.repeat(300) }), 'request_invalid'],
        [JSON.stringify({ action: 'subscribe', client_token: '' }), 'client_token_invalid'],
        [JSON.stringify({ action: 'subscribe', client_token: requestId }), 'client_token_invalid'],
        [
          JSON.stringify({ action: 'subscribe', client_token: `${other.requestId}.${secret}` }),
          'client_token_invalid',
        ],
        [JSON.stringify({ action: 'ping', more: 'x'.repeat(2048) }), 'payload_too_large'],
      ];
      await watched.expectNoEffect(async () => {
        for (const [message, code] of messages) {
          const answer = new Promise((resolve) =>
            socket.once('message', (data) => resolve(String(data))),
          );
          socket.send(message);
          expect(await answer, message.slice(0, 80)).toBe(JSON.stringify({ type: 'error', code }));
        }
      });
      socket.terminate();
    });

    it.each([
      ['binary', () => Buffer.from([1, 2, 3]), 1003],
      ['more than 32 KB', () => 'x'.repeat(33 * 1024), 1009],
    ])('ends the socket when it is %s, and no other', async (_name, message, expected) => {
      await watched.expectNoEffect(async () => {
        const socket = await open();
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.send(message());
        expect(await closed).toBe(expected);
      });
    });
  });
}
