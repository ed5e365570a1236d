/**
 * Handshakes and messages that nobody honest sends (docs/security.md#bad-inputs): refused, and
 * nothing else happens.
 */

import { type OutgoingHttpHeaders, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { beforeWatched, type Watched } from './observe.ts';

const PROTOCOL = 'silent-auth.v1';

let stack: ScriptedStack;
let watched: Watched;

interface Handshake {
  readonly query?: string;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The open socket, or the status of the refusal. */
function shake(handshake: Handshake): Promise<WebSocket | number> {
  const { query = '', protocols = [], headers = {} } = handshake;
  return new Promise((resolve, reject) => {
    const url = `${stack.endpoints.websocket}${query}`;
    const socket = new WebSocket(url, [...protocols], { headers });
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
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
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

async function expectRefused(status: number, handshakes: readonly Handshake[]): Promise<void> {
  await watched.expectNoEffect(async () => {
    for (const handshake of handshakes) {
      expect(await shake(handshake), JSON.stringify(handshake)).toBe(status);
    }
  });
}

/** The subprotocol that was selected. */
async function protocolOf(handshake: Handshake): Promise<string> {
  const socket = await open(handshake);
  socket.terminate();
  return socket.protocol;
}

async function open(
  handshake: Handshake = { protocols: [PROTOCOL, watched.app.token] },
): Promise<WebSocket> {
  const socket = await shake(handshake);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

/** @param running the stack, once it runs */
export function badSockets(running: () => ScriptedStack): void {
  beforeWatched(running, (...begun) => {
    [stack, watched] = begun;
  });

  describe('a handshake', () => {
    it('is answered 401 without the right token, wherever else it stands', async () => {
      const { requestId, token } = watched.app;
      const [, secret = ''] = token.split('.');
      await expectRefused(401, [
        {},
        { protocols: [PROTOCOL] },
        { protocols: [PROTOCOL, requestId] },
        { protocols: [PROTOCOL, `${requestId}.${'A'.repeat(43)}`] },
        { protocols: [PROTOCOL, `00000000-0000-4000-8000-000000000000.${secret}`] },
        { query: `?client_token=${token}`, protocols: [PROTOCOL] },
        { query: `?authorization=Bearer%20${token}` },
        { headers: { authorization: `Basic ${token}` } },
        { headers: { authorization: token } },
        { headers: { cookie: `client_token=${token}` } },
      ]);
    });

    it('is answered 403 from a foreign page, even with the right token', async () => {
      const protocols = [PROTOCOL, watched.app.token];
      const { host } = new URL(stack.endpoints.websocket);
      const origins = [
        ...['https://evil.example', 'null', '*', 'HTTP://LOCALHOST:3000'],
        ...[`https://${host}.evil.example`, `https://evil.example/${host}`, `https://user@${host}`],
      ];
      const handshakes = origins.map((origin) => ({ protocols, headers: { origin } }));
      await expectRefused(403, handshakes);
    });

    it('succeeds from its own origin and without any, and selects the subprotocol that was offered', async () => {
      const { token } = watched.app;
      const origin = `https://${new URL(stack.endpoints.websocket).host}`;
      const protocols = [PROTOCOL, token];
      expect(await protocolOf({ protocols })).toBe(PROTOCOL);
      expect(await protocolOf({ protocols, headers: { origin } })).toBe(PROTOCOL);
      expect(await protocolOf({ headers: { authorization: `Bearer ${token}` } })).toBe('');
    });

    it('may have two lines of Sec-WebSocket-Protocol, and several spaces after Bearer', async () => {
      const { token } = watched.app;
      const lines = { 'sec-websocket-protocol': [PROTOCOL, token] };
      expect(await upgrade(lines)).toEqual([101, PROTOCOL]);
      expect(await upgrade({ authorization: `Bearer   ${token}` })).toEqual([101, undefined]);
    });
  });

  describe('a message', () => {
    it('is answered with an error that repeats nothing of it', async () => {
      const { requestId, token } = watched.app;
      const other = await stack.start(['silent_auth']);
      const [, secret = ''] = token.split('.');
      const subscribe = (client_token: unknown): string =>
        JSON.stringify({ action: 'subscribe', client_token });
      const messages: Readonly<Record<string, readonly string[]>> = {
        request_invalid: [
          ...[' ', 'NaN', '{"action":"ping",}', '{"action":"ping"}x', '\ufeff{"action":"ping"}'],
          ...['{}', '[]', '"subscribe"', '{"action":"completed"}', '{"type":"transition"}'],
          ...[undefined, 7, 'x'.repeat(300)].map(subscribe),
          JSON.stringify({ action: 'cancel', client_token: token }),
          JSON.stringify({ action: ['subscribe'], client_token: token }),
        ],
        client_token_invalid: ['', requestId, `${other.requestId}.${secret}`].map(subscribe),
        payload_too_large: [JSON.stringify({ action: 'ping', more: 'x'.repeat(2048) })],
      };
      const socket = await open();
      await watched.expectNoEffect(async () => {
        for (const [code, sent] of Object.entries(messages)) {
          for (const message of sent) {
            const answer = new Promise((resolve) => socket.once('message', resolve));
            socket.send(message);
            expect(String(await answer), message).toBe(JSON.stringify({ type: 'error', code }));
          }
        }
      });
      socket.terminate();
    });

    it.each([
      ['binary', () => Buffer.from([1, 2, 3]), 1003],
      ['more than 32 KB', () => 'x'.repeat(33 * 1024), 1009],
    ])('ends its own socket alone when it is %s', async (_name, message, expected) => {
      await watched.expectNoEffect(async () => {
        const socket = await open();
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.send(message());
        expect(await closed).toBe(expected);
      });
    });
  });
}
