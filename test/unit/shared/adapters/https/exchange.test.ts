import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Exchanged, exchange } from '../../../../../shared/adapters/https/exchange.ts';
import type { OutgoingCall } from '../../../../../shared/domain/ports/telemetry.ts';
import { hangUp, json, silence, stall, text, truncate } from '../../../../fixtures/http-stub.ts';
import { NOWHERE, startNetwork } from '../../../../fixtures/network.ts';
import { inVirtualTime, virtualMs } from '../../../../fixtures/virtual-time.ts';

const calls: OutgoingCall[] = [];
const network = await startNetwork((call) => void calls.push(call));
const { stub, agent } = network;

beforeEach(() => {
  calls.length = 0;
});

const TIMEOUT_MS = 6_000;

function send(url = stub.url): Promise<Exchanged> {
  const headers = { accept: '*/*' };
  const outgoing = { operation: 'test.ask', url: new URL(url), method: 'POST', headers, body: 'a' };
  return exchange(agent, outgoing, { timeoutMs: TIMEOUT_MS, maxBytes: 1024 });
}

/** The time limit passes only when nothing is on the way any more. */
function ask(url?: string): Promise<Exchanged> {
  return inVirtualTime(() => send(url), network);
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
    stub.answer(json(202));
    await ask();
    stub.answer(hangUp);
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

  it.each([
    ['silence', silence, { error: { name: 'TimeoutError' } }],
    [
      'an answer that does not end',
      stall(200, '{'),
      { status: 200, error: { name: 'TimeoutError' } },
    ],
    ['an answer cut off', truncate(200, '{'), { status: 200, error: { code: 'ECONNRESET' } }],
    ['an answer that is too long', text(200, 'a'.repeat(1025)), { status: 200 }],
  ])('gives up on %s, and reports the status if there was one', async (_, answer, failure) => {
    stub.answer(answer);
    expect(await ask()).toMatchObject({ outcome: 'failed', wasSent: true, ...failure });
  });

  it('gives up after its time limit, and reads as many bytes as it may', async () => {
    stub.answer(silence);
    expect(await virtualMs(() => send(), network)).toBe(TIMEOUT_MS);
    stub.answer(text(200, 'a'.repeat(1024)));
    expect(await ask()).toMatchObject({ outcome: 'answered' });
  });

  it('reports a request that the peer cannot have received', async () => {
    const failure = { outcome: 'failed', wasSent: false, error: { code: 'ECONNREFUSED' } };
    expect(await ask(NOWHERE)).toMatchObject(failure);
  });

  it('leaves no timer and a socket that is used again', () =>
    inVirtualTime(async () => {
      stub.answer(json(200, {}));
      await send();
      const before = stub.connections();
      await send();
      expect(vi.getTimerCount()).toBe(0);
      expect(stub.connections()).toBe(before);
    }, network));
});
