import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../../shared/adapters/exchange.ts';
import { createAgents } from '../../../shared/adapters/https-agent.ts';
import { type HttpStub, json, silence, startHttpStub } from '../../fixtures/http-stub.ts';

const agent = createAgents();
let stub: HttpStub;

beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function ask(timeoutMs = 5000): ReturnType<typeof exchange> {
  const outgoing = {
    url: new URL(stub.url),
    method: 'POST',
    headers: { accept: '*/*' },
    body: 'a',
  };
  return exchange(agent, outgoing, timeoutMs);
}

describe('exchange', () => {
  it('answers status, headers and the whole body', async () => {
    stub.answer((response) => {
      response.writeHead(418, { 'x-kind': 'tea' });
      response.write('one ');
      setImmediate(() => response.end('two'));
    });
    const { status, headers, body } = await ask();
    expect([status, headers['x-kind'], body.toString()]).toEqual([418, 'tea', 'one two']);
    expect(stub.received).toMatchObject([{ method: 'POST', body: 'a' }]);
  });

  it('follows no redirect', async () => {
    stub.answer((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect((await ask()).status).toBe(302);
    expect(stub.received).toHaveLength(1);
  });

  it('gives up on silence', async () => {
    stub.answer(silence);
    await expect(ask(50)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('gives up on an answer that does not end, and on one that is cut off', async () => {
    stub.answer((response) => response.write('{"Item":'));
    await expect(ask(50)).rejects.toThrow();
    stub.answer((response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"Item":', () => response.destroy());
    });
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('says what the network says', async () => {
    const closed = await startHttpStub();
    await closed.stop();
    const url = new URL(closed.url);
    const call = exchange(agent, { url, method: 'GET', headers: {} }, 5000);
    await expect(call).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('leaves no timer and a socket that is used again', async () => {
    stub.answer(json(200, {}));
    await ask();
    const before = stub.connections();
    await ask();
    expect(stub.connections()).toBe(before);
  });
});
