import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Stack } from '../../../infra/local/stack.ts';
import { sendRaw, shakeHands } from '../../fixtures/raw-http.ts';
import { startFixture } from './stack-fixture.ts';

let stack: Stack;
let url: string;

beforeAll(async () => {
  stack = await startFixture();
  url = stack.endpoints.websocket;
});

afterAll(() => stack.close());

async function openSocket(query = ''): Promise<WebSocket> {
  const socket = await shakeHands(url + query);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

/** Sends the frames as one message; the answer. */
function tell(socket: WebSocket, ...frames: readonly string[]): Promise<string> {
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data)));
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
  for (const [index, frame] of frames.entries()) {
    socket.send(frame, { fin: index === frames.length - 1 });
  }
  return answer;
}

function manage(method: string, id: string, body = '', authorization = 'AWS4-HMAC-SHA256 x') {
  const path = `${url.replace('ws:', 'http:')}/@connections/${encodeURIComponent(id)}`;
  return sendRaw(path, { method, headers: authorization ? { authorization } : {}, body });
}

describe('the handshake', () => {
  it.each([
    ['the status of the function', '?status=410', 410],
    ['403 on a path that is not the stage', '/x', 403],
  ])('is refused with %s', async (_what, query, status) => {
    expect(await shakeHands(url + query)).toBe(status);
  });

  it('answers 410 when the function pushes before the connection is open', async () => {
    const lines: string[] = [];
    const stop = stack.onLine(({ line }) => lines.push(line));
    (await openSocket('?push=1')).terminate();
    await expect.poll(() => lines.join()).toContain('pushed 410 GoneException');
    stop();
  });
});

describe('a message', () => {
  it('reaches the default route with its connection and no headers', async () => {
    const socket = await openSocket();
    const { event } = JSON.parse(await tell(socket, '{"action":"subscribe"}'));
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
        connectionId: expect.stringMatching(/^[\w-]{15}=$/),
      },
    });
    expect(event).not.toHaveProperty('headers');
    socket.terminate();
  });

  it('that the function fails on is answered with a fixed text', async () => {
    const socket = await openSocket();
    const answer = JSON.parse(await tell(socket, '{"do":"throw"}'));
    expect(answer).toMatchObject({ message: 'Internal server error' });
    socket.terminate();
  });

  it('of several frames may have 128 KB, not more', async () => {
    const frames = (count: number): readonly string[] => Array(count).fill('a'.repeat(30_000));
    const socket = await openSocket();
    const large = JSON.parse(await tell(socket, '{"pad":"', ...frames(4), '"}'));
    expect(large.event.body).toHaveLength(120_010);
    await expect(tell(socket, '{"pad":"', ...frames(5), '"}')).rejects.toThrow('1009');
  });
});

describe('@connections', () => {
  async function connect(): Promise<{ readonly id: string; readonly socket: WebSocket }> {
    const socket = await openSocket();
    const { event } = JSON.parse(await tell(socket, '{}'));
    return { id: event.requestContext.connectionId, socket };
  }

  it('POST sends, GET describes, DELETE closes', async () => {
    const { id, socket } = await connect();
    const received = new Promise((resolve) => socket.once('message', resolve));
    expect((await manage('POST', id, 'hello é')).status).toBe(200);
    expect(String(await received)).toBe('hello é');
    const described = await manage('GET', id);
    expect(JSON.parse(described.text).identity).toMatchObject({ sourceIp: '127.0.0.1' });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    expect((await manage('DELETE', id)).status).toBe(204);
    await closed;
    const headers = { 'x-amzn-errortype': 'GoneException' };
    expect(await manage('POST', id, 'x')).toMatchObject({ status: 410, headers });
  });

  it('is 403 without a signature, 413 above 128 KB', async () => {
    const { id, socket } = await connect();
    expect((await manage('POST', id, 'x', '')).status).toBe(403);
    expect((await manage('POST', id, 'x'.repeat(128 * 1024 + 1))).status).toBe(413);
    socket.terminate();
  });
});
