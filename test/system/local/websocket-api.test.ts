import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Stack } from '../../../infra/local/stack.ts';
import { sendRaw } from '../../fixtures/raw-http.ts';
import { until } from '../../fixtures/until.ts';
import { startFixture } from './stack-fixture.ts';

let stack: Stack;
let url: string;

beforeAll(async () => {
  stack = await startFixture();
  url = stack.endpoints.websocket;
});

afterAll(() => stack.close());

interface Opened {
  readonly socket: WebSocket;
  /** The next message as text. */
  next(): Promise<string>;
  /** The code of the close. */
  readonly closed: Promise<number>;
}

/** @throws with the status that refused the handshake */
async function openSocket(address = url, protocols: string[] = []): Promise<Opened> {
  const socket = new WebSocket(address, protocols);
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(String(data)));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, closed, next: () => until(() => messages.shift()) };
}

function manage(method: string, id: string, body = '', authorization = 'AWS4-HMAC-SHA256 x') {
  const path = `${url.replace('ws:', 'http:')}/@connections/${encodeURIComponent(id)}`;
  return sendRaw(path, { method, headers: authorization ? { authorization } : {}, body });
}

/** The event that the function got with this message. */
async function eventOf({ socket, next }: Opened, message = '{"do":"tell"}') {
  socket.send(message);
  return JSON.parse(await next()).event;
}

describe('the handshake', () => {
  it('selects the subprotocol that the function names', async () => {
    const { socket } = await openSocket(url, ['silent-auth.v1', 'token']);
    expect(socket.protocol).toBe('silent-auth.v1');
    socket.terminate();
  });

  it.each([401, 403, 410])('is refused with the status %i of the function', async (status) => {
    await expect(openSocket(`${url}?status=${status}`)).rejects.toThrow(String(status));
  });

  it('is refused on a path that is not the stage', async () => {
    await expect(openSocket(`${url}/x`)).rejects.toThrow('403');
  });

  it('answers 410 when the function pushes before the connection is open', async () => {
    const lines: string[] = [];
    const stop = stack.onLine(({ line }) => lines.push(line));
    const { socket } = await openSocket(`${url}?push=1`);
    await expect.poll(() => lines.join()).toContain('pushed 410 GoneException');
    stop();
    socket.terminate();
  });
});

describe('a message', () => {
  it('reaches the default route with its connection and no headers', async () => {
    const opened = await openSocket();
    const event = await eventOf(opened, '{"action":"subscribe"}');
    expect(event).toMatchObject({
      body: '{"action":"subscribe"}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        messageDirection: 'IN',
        stage: 'dev',
        domainName: new URL(url).host,
        identity: { sourceIp: '127.0.0.1' },
      },
    });
    expect(event.headers).toBeUndefined();
    expect(event.requestContext.connectionId).toMatch(/^[\w-]{15}=$/);
    opened.socket.terminate();
  });

  it('that the function fails on is answered with a fixed text', async () => {
    const opened = await openSocket();
    opened.socket.send('{"do":"throw"}');
    expect(JSON.parse(await opened.next())).toMatchObject({ message: 'Internal server error' });
    opened.socket.terminate();
  });

  it('of several frames may have 128 KB, not more', async () => {
    const sendFrames = ({ socket }: Opened, count: number): void => {
      for (let index = 0; index < count; index += 1) {
        const piece = index === 0 ? '{"pad":"' : index === count - 1 ? '"}' : 'a'.repeat(30_000);
        socket.send(piece, { fin: index === count - 1 });
      }
    };
    const large = await openSocket();
    sendFrames(large, 5);
    expect(JSON.parse(await large.next()).event.body.length).toBeGreaterThan(90_000);
    large.socket.terminate();
    const tooLarge = await openSocket();
    sendFrames(tooLarge, 8);
    expect(await tooLarge.closed).toBe(1009);
  });
});

describe('@connections', () => {
  async function connectionId(): Promise<{ readonly id: string } & Opened> {
    const opened = await openSocket();
    return { id: (await eventOf(opened)).requestContext.connectionId, ...opened };
  }

  it('POST sends, GET describes, DELETE closes', async () => {
    const { id, next, closed } = await connectionId();
    expect((await manage('POST', id, 'hello é')).status).toBe(200);
    expect(await next()).toBe('hello é');
    const described = await manage('GET', id);
    expect(JSON.parse(described.text).identity).toMatchObject({ sourceIp: '127.0.0.1' });
    expect((await manage('DELETE', id)).status).toBe(204);
    await closed;
    expect(await manage('POST', id, 'x')).toMatchObject({ status: 410 });
  });

  it('is 410 with the name of the exception for a connection that is not there', async () => {
    const headers = { 'x-amzn-errortype': 'GoneException' };
    const answer = await manage('POST', 'L0SM9cOFvHcCIhw=', 'x');
    expect(answer).toMatchObject({ status: 410, headers });
  });

  it('is 403 without a signature, 413 above 128 KB', async () => {
    const { id, socket } = await connectionId();
    expect((await manage('POST', id, 'x', '')).status).toBe(403);
    expect((await manage('POST', id, 'x'.repeat(128 * 1024 + 1))).status).toBe(413);
    socket.terminate();
  });
});
