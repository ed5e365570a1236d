import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Bounds,
  type Exchanged,
  exchange,
} from '../../../../../shared/adapters/https/exchange.ts';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import type { OutgoingCall } from '../../../../../shared/domain/ports/telemetry.ts';
import { type HttpStub, json, silence, startHttpStub } from '../../../../fixtures/http-stub.ts';
import { inVirtualTime } from '../../../../fixtures/virtual-time.ts';

const calls: OutgoingCall[] = [];
const agent = createAgents((call) => void calls.push(call));
let stub: HttpStub;

beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function ask(bounds: Partial<Bounds> = {}): Promise<Exchanged> {
  const headers = { accept: '*/*' };
  const url = new URL(stub.url);
  const outgoing = { operation: 'test.ask', url, method: 'POST', headers, body: 'a' };
  return exchange(agent, outgoing, { timeoutMs: 60_000, maxBytes: 1024, ...bounds });
}

describe('exchange', () => {
  it('answers status, headers and the whole body', async () => {
    stub.answer((response) => {
      response.writeHead(418, { 'x-kind': 'tea' });
      response.write('one ');
      setImmediate(() => response.end('two'));
    });
    const answer = await ask();
    expect(answer).toMatchObject({
      outcome: 'answered',
      status: 418,
      headers: { 'x-kind': 'tea' },
    });
    expect(answer.outcome === 'answered' && answer.body.toString()).toBe('one two');
    expect(stub.received).toMatchObject([{ method: 'POST', body: 'a' }]);
  });

  it('reports operation, outcome and time of each call, and nothing else of it', async () => {
    calls.length = 0;
    stub.answer((response) => response.writeHead(202).end());
    await ask();
    stub.answer((response) => response.destroy());
    await ask();
    const milliseconds = expect.any(Number);
    expect(calls).toEqual([
      { operation: 'test.ask', outcome: '202', milliseconds },
      { operation: 'test.ask', outcome: 'ECONNRESET', milliseconds },
    ]);
  });

  it('follows no redirect', async () => {
    stub.answer((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await ask()).toMatchObject({ outcome: 'answered', status: 302 });
    expect(stub.received).toHaveLength(1);
  });

  it('gives up on silence', async () => {
    stub.answer(silence);
    const failure = { outcome: 'failed', wasSent: true, error: { name: 'TimeoutError' } };
    expect(await inVirtualTime(ask, { stub, agent })).toMatchObject(failure);
  });

  it('gives up on an answer that does not end, is cut off or too long, and tells its status', async () => {
    stub.answer((response) => response.writeHead(200).write('{"Item":'));
    const begun = { outcome: 'failed', wasSent: true, status: 200 };
    expect(await inVirtualTime(ask, { stub, agent })).toMatchObject({
      ...begun,
      error: { name: 'TimeoutError' },
    });
    stub.answer((response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"Item":', () => response.destroy());
    });
    expect(await ask()).toMatchObject({ ...begun, error: { code: 'ECONNRESET' } });
    stub.answer((response) => response.writeHead(200).end('a'.repeat(11)));
    expect(await ask({ maxBytes: 10 })).toMatchObject(begun);
    expect(await ask({ maxBytes: 11 })).toMatchObject({ outcome: 'answered' });
  });

  it('reports a request that the peer cannot have received', async () => {
    const outgoing = {
      operation: 'test.ask',
      url: new URL('http://127.0.0.1:9'),
      method: 'GET',
      headers: {},
    };
    const failure = { outcome: 'failed', wasSent: false, error: { code: 'ECONNREFUSED' } };
    const bounds = { timeoutMs: 60_000, maxBytes: 10 };
    expect(await exchange(agent, outgoing, bounds)).toMatchObject(failure);
  });

  it('leaves no timer and a socket that is used again', async () => {
    stub.answer(json(200, {}));
    await ask();
    const before = stub.connections();
    await ask();
    expect(stub.connections()).toBe(before);
  });
});
