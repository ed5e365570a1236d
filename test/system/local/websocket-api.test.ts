import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../infra/local/stack.ts';
import { type Answer, openSocket, send, startFixture } from './stack-fixture.ts';

let stack: Stack;
let url: string;

beforeAll(async () => {
  stack = await startFixture();
  url = stack.endpoints.websocket;
});

afterAll(() => stack.close());

function manage(method: string, id: string, body = '', authorization = 'AWS4-HMAC-SHA256 x') {
  const base = url.replace('ws:', 'http:');
  const path = `${base}/@connections/${encodeURIComponent(id)}`;
  return send(path, { method, headers: authorization ? { authorization } : {}, body });
}

/** Lets the function tell what it got. */
async function ask(socket: Awaited<ReturnType<typeof openSocket>>, message = '{"do":"tell"}') {
  socket.socket.send(message);
  return JSON.parse(await socket.next()).event;
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

  it('tells the function that the connection it pushes to is gone', async () => {
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
    const opened = await openSocket(url);
    const event = await ask(opened, '{"action":"subscribe"}');
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
    const opened = await openSocket(url);
    opened.socket.send('{"do":"throw"}');
    expect(JSON.parse(await opened.next())).toMatchObject({ message: 'Internal server error' });
    opened.socket.terminate();
  });

  it('that is binary closes the connection with 1003', async () => {
    const { socket, closed } = await openSocket(url);
    socket.send(Buffer.from('x'), { binary: true });
    expect(await closed).toEqual({ code: 1003 });
  });

  it('whose frame is above 32 KB closes the connection with 1009', async () => {
    const { socket, closed } = await openSocket(url);
    socket.send(`{"pad":"${'a'.repeat(33 * 1024)}"}`);
    expect(await closed).toEqual({ code: 1009 });
  });

  it('of several frames may have 128 KB, not more', async () => {
    const sendFrames = (
      socket: Awaited<ReturnType<typeof openSocket>>['socket'],
      count: number,
    ) => {
      for (let index = 0; index < count; index += 1) {
        const piece = index === 0 ? '{"pad":"' : index === count - 1 ? '"}' : 'a'.repeat(30_000);
        socket.send(piece, { fin: index === count - 1 });
      }
    };
    const large = await openSocket(url);
    sendFrames(large.socket, 5);
    expect(JSON.parse(await large.next()).event.body.length).toBeGreaterThan(90_000);
    large.socket.terminate();
    const tooLarge = await openSocket(url);
    sendFrames(tooLarge.socket, 8);
    expect(await tooLarge.closed).toEqual({ code: 1009 });
  });
});

describe('@connections', () => {
  async function connectionId(): Promise<{ id: string } & Awaited<ReturnType<typeof openSocket>>> {
    const opened = await openSocket(url);
    return { id: (await ask(opened)).requestContext.connectionId, ...opened };
  }

  it('POST sends, GET describes, DELETE closes', async () => {
    const { id, next, closed } = await connectionId();
    expect((await manage('POST', id, 'hello é')).status).toBe(200);
    expect(await next()).toBe('hello é');
    const described: Answer = await manage('GET', id);
    expect(JSON.parse(described.text).identity).toMatchObject({ sourceIp: '127.0.0.1' });
    expect((await manage('DELETE', id)).status).toBe(204);
    await closed;
    expect(await manage('POST', id, 'x')).toMatchObject({ status: 410 });
  });

  it('is 410 with the name of the exception for a connection that is not there', async () => {
    const answer = await manage('POST', 'L0SM9cOFvHcCIhw=', 'x');
    expect(answer.status).toBe(410);
    expect(answer.headers['x-amzn-errortype']).toBe('GoneException');
  });

  it('is 403 without a signature, 413 above 128 KB', async () => {
    const { id, socket } = await connectionId();
    expect((await manage('POST', id, 'x', '')).status).toBe(403);
    expect((await manage('POST', id, 'x'.repeat(128 * 1024 + 1))).status).toBe(413);
    socket.terminate();
  });
});
