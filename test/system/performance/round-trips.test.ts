/**
 * The calls of each function, counted where they arrive: the real bundles in processes that speak
 * the Runtime API. The numbers are those of docs/architecture.md#paths.
 */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundlesIn } from '../../../infra/aws/bundle.ts';
import { openAssembly } from '../../../infra/local/assemblies.ts';
import type { FunctionName } from '../../../shared/config.ts';
import { type BundledFunction, startFunction } from '../../fixtures/bundled-function.ts';
import {
  type RecordedCall,
  type RecordedPeers,
  startRecordedPeers,
} from '../../fixtures/recorded-peers.ts';
import { httpEvent, socketEvent } from '../../fixtures/requests.ts';
import { webhooks } from '../../fixtures/scripted-vonage.ts';
import { webhookToken } from '../../fixtures/webhook-tokens.ts';

/** Calls that are under way together, by peer and operation. */
type Wave = Readonly<Record<string, number>>;

const CHECK_URL = 'https://api-eu.vonage.com/v2/verify/redirect';
const READ: Wave = { 'dynamodb GetItem': 1 };
const WRITE: Wave = { 'dynamodb UpdateItem': 1 };
const PUSH: Wave = { 'push POST': 1 };

let bundles: Bundles;
let peers: RecordedPeers;
/** Makes the verifications that the others are about. */
let starter: BundledFunction;
const running: BundledFunction[] = [];
let numbers = 0;

beforeAll(async () => {
  bundles = bundlesIn(join(await openAssembly({ context: { stage: 'dev' } }), 'bundles'));
  peers = await startRecordedPeers();
  starter = await startFunction('start', bundles.start, peers);
});
/** Whatever it was asked, none has loaded undici. */
afterEach(async () => {
  for (const { probe, stop } of running.splice(0)) {
    expect((await probe()).needless).toEqual([]);
    await stop();
  }
});
afterAll(async () => {
  await starter?.stop();
  await peers?.close();
});

function counted(calls: readonly RecordedCall[] = []): Wave {
  const named = Object.groupBy(calls, ({ peer, operation }) => `${peer} ${operation}`);
  return Object.fromEntries(Object.entries(named).map(([name, all]) => [name, all?.length ?? 0]));
}

/**
 * Expects a task to call exactly these waves. No call of a wave is answered before all of it have
 * come, so none of them can have waited for another, whatever the machine does meanwhile.
 */
async function inWaves<Result>(
  waves: readonly Wave[],
  task: () => Promise<Result>,
): Promise<Result> {
  peers.take();
  const sizes = waves.map((wave) => Object.values(wave).reduce((sum, calls) => sum + calls, 0));
  peers.answerInWaves(sizes);
  const result = await task();
  const calls = Object.values(Object.groupBy(peers.take(), ({ wave }) => wave));
  expect(calls.map(counted)).toEqual(waves);
  return result;
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
  const authorization = `Bearer ${webhookToken({ nowMs: Date.now(), body })}`;
  return httpEvent('POST /webhook', { body, headers: { authorization } });
}

async function expectWaves(
  { invoke }: BundledFunction,
  event: object,
  statusCode: number,
  waves: readonly Wave[],
): Promise<void> {
  expect((await inWaves(waves, () => invoke(event))).statusCode).toBe(statusCode);
}

async function subscribe({ token }: Started): Promise<void> {
  const body = { action: 'subscribe', client_token: token };
  await expectWaves(await run('message'), socketEvent('$default', { body }), 200, [WRITE]);
}

describe('a warm request', () => {
  it('of start makes four calls in sequence and signs nothing', async () => {
    const start = await run('start');
    await start.invoke(startEvent());
    const before = await start.probe();
    const forAddresses = (writes: number): readonly Wave[] => [
      WRITE,
      { 'dynamodb UpdateItem': writes },
      { 'vonage POST /v2/verify': 1 },
      { 'dynamodb UpdateItem': 3, 'queue SendMessage': 1 },
    ];
    await expectWaves(start, startEvent(), 202, forAddresses(4));
    await expectWaves(start, startEvent({ email: 'jo@example.org' }), 202, forAddresses(5));
    expect((await start.probe()).signatures).toBe(before.signatures);
  });

  it('of webhook makes one, two when an app listens, three for a repetition', async () => {
    const started = await startOne();
    const webhook = await run('webhook');
    const url = (letter: string): object =>
      webhookEvent(webhooks.actionPending(started.requestId, `${CHECK_URL}/${letter}`));
    await expectWaves(webhook, url('a'), 204, [WRITE]);
    await subscribe(started);
    await expectWaves(webhook, url('b'), 204, [WRITE, PUSH]);
    await expectWaves(webhook, url('b'), 204, [WRITE, READ, PUSH]);
    expect((await webhook.probe()).signatures).toBe(0);
  });

  it('of check-code makes three, and a push when an app listens', async () => {
    const [silent, listening] = [await startOne(), await startOne()];
    await subscribe(listening);
    const checkCode = await run('check-code');
    const check = ({ requestId, authorization }: Started): object =>
      httpEvent('POST /check-code', {
        body: { request_id: requestId, code: 'aBcDeF' },
        headers: { authorization },
      });
    const waves = [WRITE, { 'vonage POST /v2/verify/{id}': 1 }, WRITE];
    await expectWaves(checkCode, check(silent), 200, waves);
    const before = await checkCode.probe();
    await expectWaves(checkCode, check(listening), 200, [...waves, PUSH]);
    expect((await checkCode.probe()).signatures).toBe(before.signatures);
  });

  it('of cancel makes three: the end, its let_go, the DELETE', async () => {
    const { authorization } = await startOne();
    const event = httpEvent('POST /cancel', { headers: { authorization } });
    await expectWaves(await run('cancel'), event, 200, [
      WRITE,
      { 'dynamodb UpdateItem': 1, 'queue SendMessage': 1 },
      { 'vonage DELETE /v2/verify/{id}': 1 },
    ]);
  });

  it('of status and connect makes one', async () => {
    const { authorization } = await startOne();
    const status = httpEvent('GET /status', { headers: { authorization } });
    await expectWaves(await run('status'), status, 200, [READ]);
    const connect = socketEvent('$connect', { headers: { Authorization: authorization } });
    await expectWaves(await run('connect'), connect, 200, [READ]);
  });
});

describe('a cold start', () => {
  it.each<[name: FunctionName, secrets: number, signatures: number]>([
    ['start', 2, 1],
    ['check-code', 1, 1],
    ['webhook', 1, 0],
    ['status', 0, 0],
    ['connect', 0, 0],
  ])(
    'of %s reads and signs in INIT, all at once, and writes nothing',
    async (name, secrets, signatures) => {
      const wave = { ...READ, ...(secrets && { 'secrets GetSecretValue': secrets }) };
      const started = await inWaves([wave], () => run(name));
      expect(await started.probe()).toMatchObject({ signatures });
      expect(started.lines).toEqual([]);
    },
  );

  it('opens the sockets of the first request and calls nobody for effect', async () => {
    peers.take();
    const before = peers.connections();
    const start = await run('start');
    const opened = peers.connections() - before;
    expect(peers.take().filter(({ peer }) => peer === 'vonage')).toEqual([]);
    await start.invoke(startEvent());
    expect(peers.connections() - before - opened).toBeLessThanOrEqual(1);
  });

  it('ends INIT although no peer answers, and then starts a verification', async () => {
    const deaf = await startRecordedPeers();
    deaf.answerInWaves([Infinity]);
    try {
      const started = await startFunction('start', bundles.start, deaf);
      running.push(started);
      expect(deaf.take()).toEqual([]);
      deaf.answerInWaves([]);
      expect((await started.invoke(startEvent())).statusCode).toBe(202);
    } finally {
      await deaf.close();
    }
  });
});

describe('a bundle', () => {
  it('still reads what its peers refuse', async () => {
    const { authorization } = await startOne();
    const [again, status] = [await run('start'), await run('status')];
    const repeated = startEvent();
    const first = await again.invoke(repeated);
    expect((await again.invoke(repeated)).body).toBe(first.body);
    const statusOf = (bearer: string): object =>
      httpEvent('GET /status', { headers: { authorization: bearer } });
    const unknown = statusOf(`Bearer ${randomUUID()}.${'A'.repeat(43)}`);
    expect((await status.invoke(unknown)).statusCode).toBe(401);
    peers.refuse('ProvisionedThroughputExceededException', 'InternalServerError');
    await expectWaves(status, statusOf(authorization), 200, [READ, READ, READ]);
    peers.refuse('SomethingNew');
    expect((await status.invoke(statusOf(authorization))).statusCode).toBe(500);
    await expect.poll(() => status.lines.join('\n')).toContain('SomethingNew');
  });

  it('gives a count back once, whether or not its answer arrives', async () => {
    const start = await run('start');
    const event = startEvent();
    expect((await start.invoke(event)).statusCode).toBe(202);
    const repeat = async (): Promise<Wave> => {
      peers.take();
      expect((await start.invoke(event)).statusCode).toBe(202);
      return counted(peers.take());
    };
    expect(await repeat()).toEqual({ 'dynamodb UpdateItem': 9, 'dynamodb GetItem': 4 });
    // The first write that gives back; without its answer, the second one is not sent.
    peers.refuse(...Array(8).fill(undefined), 'InternalServerError');
    expect(await repeat()).toEqual({ 'dynamodb UpdateItem': 8, 'dynamodb GetItem': 4 });
  });
});
