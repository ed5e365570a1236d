/**
 * The calls of each function, counted where they arrive: the real bundles in processes that speak
 * the Runtime API, against peers that answer after a while. The numbers are those of
 * docs/architecture.md#paths.
 */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundlesIn } from '../../../infra/aws/bundle.ts';
import { openAssembly } from '../../../infra/local/assemblies.ts';
import type { FunctionName } from '../../../shared/config.ts';
import { webhooks } from '../../fixtures/scripted-vonage.ts';
import { webhookToken } from '../../fixtures/webhook-tokens.ts';
import { type BundledFunction, startFunction } from './bundled-function.ts';
import { longestChain } from './longest-chain.ts';
import {
  APPLICATION_ID,
  type RecordedCall,
  type RecordedPeers,
  startRecordedPeers,
  WEBHOOK,
} from './recorded-peers.ts';
import { httpEvent, socketEvent } from './requests.ts';

/** Longer than a busy machine takes to send the next request, so that an order can be seen. */
const ANSWER_AFTER_MS = 150;
const CHECK_URL = 'https://api-eu.vonage.com/v2/verify/redirect';

let bundles: Bundles;
let peers: RecordedPeers;
/** Makes the verifications that the others are about. */
let starter: BundledFunction;
let running: BundledFunction[] = [];
let numbers = 0;

beforeAll(async () => {
  bundles = bundlesIn(join(await openAssembly({ context: { stage: 'dev' } }), 'bundles'));
  peers = await startRecordedPeers();
  starter = await startFunction('start', bundles.start, peers);
});
afterEach(async () => {
  await Promise.all(running.map(({ stop }) => stop()));
  running = [];
});
afterAll(async () => {
  await starter?.stop();
  await peers?.close();
});

/** What is called while every answer takes its time. */
async function observe<Result>(task: () => Promise<Result>) {
  peers.take();
  peers.answerAfter(ANSWER_AFTER_MS);
  const result = await task();
  peers.answerAfter(0);
  return { result, ...summarize(peers.take()) };
}

async function run(name: FunctionName): Promise<BundledFunction> {
  const started = await startFunction(name, bundles[name], peers);
  running.push(started);
  return started;
}

interface Started {
  readonly requestId: string;
  readonly authorization: string;
  readonly token: string;
}

function startEvent(more: object = {}): object {
  numbers += 1;
  const number = String(numbers).padStart(6, '0');
  return httpEvent('POST /start', {
    body: { phone_number: `+4915112${number}`, ...more },
    headers: { 'idempotency-key': `${number}-a-key-of-enough-letters` },
  });
}

/** A verification in the store, made by the function itself. */
async function startOne(): Promise<Started> {
  const { statusCode, body = '' } = await starter.invoke(startEvent());
  expect(statusCode, body).toBe(202);
  const { request_id: requestId, client_token: token } = JSON.parse(body);
  return { requestId, token, authorization: `Bearer ${token}` };
}

function webhookEvent(webhook: object): object {
  const body = JSON.stringify(webhook);
  const token = webhookToken(
    { nowMs: Date.now(), body },
    {
      secret: WEBHOOK.signature_secret,
      claims: { api_key: WEBHOOK.api_key, application_id: APPLICATION_ID },
    },
  );
  return httpEvent('POST /webhook', { body, headers: { authorization: `Bearer ${token}` } });
}

interface Counted {
  readonly statusCode: number;
  readonly inSequence: number;
  readonly calls: Readonly<Record<string, number>>;
}

/** What an invocation calls: how many one after the other, and what in all. */
async function count({ invoke }: BundledFunction, event: object): Promise<Counted> {
  const { result, ...calls } = await observe(() => invoke(event));
  return { statusCode: result.statusCode, ...calls };
}

function summarize(calls: readonly RecordedCall[]): Omit<Counted, 'statusCode'> {
  const counts: Record<string, number> = {};
  for (const { peer, operation } of calls) {
    const name = `${peer} ${operation}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { inSequence: longestChain(calls), calls: counts };
}

async function subscribe({ token }: Started): Promise<void> {
  const message = await run('message');
  const body = { action: 'subscribe', client_token: token };
  const counted = await count(message, socketEvent('$default', { body }));
  expect(counted).toEqual({
    statusCode: 200,
    inSequence: 1,
    calls: { 'dynamodb UpdateItem': 1 },
  });
}

describe('a warm request', () => {
  it('of start makes four calls in sequence, and signs nothing', async () => {
    const start = await run('start');
    await start.invoke(startEvent());
    const before = await start.probe();
    expect(await count(start, startEvent())).toEqual({
      statusCode: 202,
      inSequence: 4,
      calls: {
        'dynamodb UpdateItem': 8,
        'vonage POST /v2/verify': 1,
        'queue SendMessage': 1,
      },
    });
    expect(await count(start, startEvent({ email: 'jo@example.org' }))).toEqual({
      statusCode: 202,
      inSequence: 4,
      calls: {
        'dynamodb UpdateItem': 9,
        'vonage POST /v2/verify': 1,
        'queue SendMessage': 1,
      },
    });
    expect((await start.probe()).signatures).toBe(before.signatures);
  });

  it('of webhook makes two with an app that listens, one without, three for a repeat', async () => {
    const started = await startOne();
    const webhook = await run('webhook');
    const url = (letter: string): object =>
      webhookEvent(webhooks.actionPending(started.requestId, `${CHECK_URL}/${letter}`));
    const first = url('a');
    expect(await count(webhook, first)).toEqual({
      statusCode: 204,
      inSequence: 1,
      calls: { 'dynamodb UpdateItem': 1 },
    });
    await subscribe(started);
    expect(await count(webhook, url('b'))).toEqual({
      statusCode: 204,
      inSequence: 2,
      calls: { 'dynamodb UpdateItem': 1, 'push POST': 1 },
    });
    expect(await count(webhook, url('b'))).toEqual({
      statusCode: 204,
      inSequence: 3,
      calls: { 'dynamodb UpdateItem': 1, 'dynamodb GetItem': 1, 'push POST': 1 },
    });
    expect((await webhook.probe()).signatures).toBe(0);
  });

  it('of check-code makes three and a push', async () => {
    const [silent, listening] = [await startOne(), await startOne()];
    await subscribe(listening);
    const checkCode = await run('check-code');
    const check = ({ requestId, authorization }: Started): object =>
      httpEvent('POST /check-code', {
        body: { request_id: requestId, code: 'aBcDeF' },
        headers: { authorization },
      });
    const calls = { 'dynamodb UpdateItem': 2, 'vonage POST /v2/verify/{id}': 1 };
    expect(await count(checkCode, check(silent))).toEqual({
      statusCode: 200,
      inSequence: 3,
      calls,
    });
    const before = await checkCode.probe();
    expect(await count(checkCode, check(listening))).toEqual({
      statusCode: 200,
      inSequence: 4,
      calls: { ...calls, 'push POST': 1 },
    });
    expect((await checkCode.probe()).signatures).toBe(before.signatures);
  });

  it('of cancel makes three: the end, its let_go, the DELETE', async () => {
    const started = await startOne();
    const headers = { authorization: started.authorization };
    const cancel = await run('cancel');
    expect(await count(cancel, httpEvent('POST /cancel', { headers }))).toEqual({
      statusCode: 200,
      inSequence: 3,
      calls: {
        'dynamodb UpdateItem': 2,
        'vonage DELETE /v2/verify/{id}': 1,
        'queue SendMessage': 1,
      },
    });
  });

  it('of status and connect makes one', async () => {
    const { authorization } = await startOne();
    const one = { statusCode: 200, inSequence: 1, calls: { 'dynamodb GetItem': 1 } };
    const status = await run('status');
    const event = httpEvent('GET /status', { headers: { authorization } });
    expect(await count(status, event)).toEqual(one);
    const connect = await run('connect');
    const headers = { Authorization: authorization };
    expect(await count(connect, socketEvent('$connect', { headers }))).toEqual(one);
  });
});

describe('a cold start', () => {
  it.each<[FunctionName, number, number]>([
    ['start', 2, 1],
    ['check-code', 1, 1],
    ['webhook', 1, 0],
    ['status', 0, 0],
    ['connect', 0, 0],
  ])(
    'of %s reads and signs in INIT, all at once, and writes nothing',
    async (name, secrets, signatures) => {
      const { result: started, ...seen } = await observe(() => run(name));
      const calls = {
        'dynamodb GetItem': 1,
        ...(secrets && { 'secrets GetSecretValue': secrets }),
      };
      expect(seen).toEqual({ inSequence: 1, calls });
      expect(await started.probe()).toEqual({ signatures, needless: [] });
      expect(started.lines).toEqual([]);
    },
  );

  it('opens the sockets of the first request and calls nobody for effect', async () => {
    const before = peers.connections();
    const { result: start, calls } = await observe(() => run('start'));
    const opened = peers.connections() - before;
    expect(Object.keys(calls).filter((name) => name.startsWith('vonage '))).toEqual([]);
    await start.invoke(startEvent());
    expect(peers.connections() - before - opened).toBeLessThanOrEqual(1);
  });

  it('waits no longer than a second or so for peers that do not answer', async () => {
    const deaf = await startRecordedPeers();
    deaf.answerAfter(60_000);
    try {
      const startedAtMs = performance.now();
      const started = await startFunction('start', bundles.start, deaf, { nodeOptions: [] });
      running.push(started);
      expect(performance.now() - startedAtMs).toBeGreaterThan(900);
      deaf.answerAfter(0);
      expect((await started.invoke(startEvent())).statusCode).toBe(202);
    } finally {
      await deaf.close();
    }
  });
});

describe('a bundle', () => {
  it('still reads what its peers refuse', async () => {
    const started = await startOne();
    const [again, status] = [await run('start'), await run('status')];
    const repeated = startEvent();
    const first = await again.invoke(repeated);
    expect((await again.invoke(repeated)).body).toBe(first.body);
    const unknown = { authorization: `Bearer ${randomUUID()}.${'A'.repeat(43)}` };
    const { statusCode } = await status.invoke(httpEvent('GET /status', { headers: unknown }));
    expect(statusCode).toBe(401);
    peers.refuse('ProvisionedThroughputExceededException', 'InternalServerError');
    const { authorization } = started;
    const patient = await count(status, httpEvent('GET /status', { headers: { authorization } }));
    expect(patient).toMatchObject({ statusCode: 200, calls: { 'dynamodb GetItem': 3 } });
    peers.refuse('SomethingNew');
    const failed = await status.invoke(httpEvent('GET /status', { headers: { authorization } }));
    expect(failed.statusCode).toBe(500);
    expect(status.lines.join('\n')).toContain('SomethingNew');
  });

  it('gives a count back once, whether or not its answer arrives', async () => {
    const start = await run('start');
    const event = startEvent();
    expect((await start.invoke(event)).statusCode).toBe(202);
    const repeat = {
      statusCode: 202,
      calls: { 'dynamodb UpdateItem': 9, 'dynamodb GetItem': 4 },
    };
    expect(await count(start, event)).toMatchObject(repeat);
    // The first write that gives back; without its answer, the second one is not sent.
    peers.refuse(...Array(8).fill(undefined), 'InternalServerError');
    expect(await count(start, event)).toMatchObject({
      statusCode: 202,
      calls: { 'dynamodb UpdateItem': 8, 'dynamodb GetItem': 4 },
    });
  });

  it('loads no undici, whatever it is asked', async () => {
    const { requestId, authorization } = await startOne();
    const headers = { authorization };
    const body = { request_id: requestId, code: 'aBcDeF' };
    const events: readonly (readonly [FunctionName, object])[] = [
      ['check-code', httpEvent('POST /check-code', { body, headers })],
      ['webhook', webhookEvent(webhooks.event(requestId, 'silent_auth', 'completed'))],
      ['status', httpEvent('GET /status', { headers })],
      ['next-workflow', httpEvent('POST /next-workflow', { headers })],
    ];
    for (const [name, event] of events) {
      const started = await run(name);
      expect((await started.invoke(event)).statusCode, name).toBeLessThan(500);
      expect((await started.probe()).needless, name).toEqual([]);
    }
  });
});
