/**
 * The clock as a source of events: Vonage sends no webhook, apps never ask, the queue can fail. Time
 * passes in the store and in front of the queue, for one verification at a time.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { age } from '../fixtures/age.ts';
import type { App } from '../fixtures/app.ts';
import { type HttpStub, startHttpStub } from '../fixtures/http-stub.ts';
import { everyLimit } from '../fixtures/limits.ts';
import { type EndEvent, endEvents } from '../fixtures/local-services.ts';
import { problem, type ScriptedStack, startScriptedStack } from '../fixtures/scripted-stack.ts';
import { until } from '../fixtures/until.ts';
import { clockQueue, sendToClock } from '../fixtures/wake-up.ts';

/** silent_auth 60 s, sms and voice 120 s each, and 30 s of grace. */
const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
const ABANDONED = Number(process.env.ABANDONED ?? 40);
const PLENTY = everyLimit({ count: 100_000, windowSeconds: 3600 });

type Queue = 'works' | 'refuses' | 'hangs' | 'is down';
let queueThat: Queue = 'works';
let stack: ScriptedStack;
/** In front of SQS: it keeps a message until its time has come, and can fail. */
let queue: HttpStub;

interface Message {
  readonly requestId: string;
  readonly step: number;
  readonly delaySeconds: number;
  readonly body: string;
  /** Seconds that had passed for its verification when it was sent. */
  readonly sentAt: number;
  isDelivered: boolean;
}

/** Everything that the functions have sent to the queue, in order. */
const sent: Message[] = [];
/** Seconds that have passed for a verification. */
const passed = new Map<string, number>();

beforeAll(async () => {
  queue = await startHttpStub();
  queue.answer((response) => {
    const { DelaySeconds: delaySeconds, MessageBody: body } = JSON.parse(
      queue.received.at(-1)?.body ?? '',
    );
    const { request_id: requestId, step } = JSON.parse(body);
    const sentAt = passed.get(requestId) ?? 0;
    sent.push({ requestId, step, delaySeconds, body, sentAt, isDelivered: queueThat !== 'works' });
    if (queueThat === 'hangs') return;
    if (queueThat === 'is down') response.destroy();
    else response.writeHead(queueThat === 'works' ? 200 : 503).end('{}');
  });
  stack = await startScriptedStack(
    { workflow: WORKFLOW.map((channel) => ({ channel })), limits: PLENTY },
    { functionEnvironment: { AWS_ENDPOINT_URL_SQS: queue.url } },
  );
});

afterEach(() => {
  queueThat = 'works';
  stack.endTest();
});

afterAll(async () => {
  await queue?.stop();
  await stack?.close();
});

const start = (): Promise<App> => stack.start(WORKFLOW);
const sentAbout = ({ requestId }: App): readonly Message[] =>
  sent.filter((message) => message.requestId === requestId);

/** Lets time pass for one verification, and delivers what is due then. */
async function wait({ requestId }: App, seconds: number): Promise<void> {
  await age(stack.endpoints, requestId, seconds * 1000);
  const now = (passed.get(requestId) ?? 0) + seconds;
  passed.set(requestId, now);
  for (const message of sent) {
    if (message.requestId !== requestId || message.isDelivered) continue;
    if (message.sentAt + message.delaySeconds > now) continue;
    message.isDelivered = true;
    await sendToClock(stack.endpoints, message.body);
  }
}

/** Waits until the clock has handled every message. */
async function isIdle(): Promise<void> {
  await until(async () => {
    const { messages } = await clockQueue(stack.endpoints);
    return messages.length === 0 ? true : undefined;
  });
  expect((await clockQueue(stack.endpoints)).deadLetters).toEqual([]);
}

async function ends(): Promise<readonly EndEvent['detail'][]> {
  return (await endEvents(stack.endpoints)).map(({ detail }) => detail);
}

describe('an app that opens one socket and never asks', () => {
  it('receives each step and the end in order, although Vonage sends nothing', async () => {
    const app = await start();
    const socket = await app.openSocket();
    await socket.subscribe();
    expect(sentAbout(app)).toHaveLength(1);
    expect(sentAbout(app)[0]?.delaySeconds).toBeLessThanOrEqual(62);
    await wait(app, 62);
    await socket.receives(({ channel }) => channel === 'sms');
    await isIdle();
    await wait(app, 120);
    await socket.receives(({ channel }) => channel === 'voice');
    await isIdle();
    await wait(app, 150);
    const end = await socket.receives(({ ended_at }) => ended_at !== null);
    await isIdle();
    const heard = socket.verifications().map(({ status, channel, seq }) => [status, channel, seq]);
    expect(heard).toEqual([
      ['pending', 'silent_auth', 1],
      ['action_pending', 'sms', 1],
      ['action_pending', 'voice', 1],
      ['expired', 'voice', 2],
    ]);
    expect(end).toEqual(await app.status());
    expect(new Date(end.ended_at ?? 0) >= new Date(end.expires_at)).toBe(true);
    const told = (await ends()).filter(({ request_id }) => request_id === app.requestId);
    expect(told.map(({ status }) => status)).toEqual(['expired']);
    // One message at a time: each is sent when the one before it is delivered.
    expect(sentAbout(app).map(({ step, sentAt }) => [step, sentAt])).toEqual([
      [0, 0],
      [1, 62],
      [2, 182],
    ]);
    socket.close();
  });
});

describe('the bus', () => {
  it(`receives the end of each of ${ABANDONED} verifications that nobody asks about`, async () => {
    const apps: App[] = [];
    for (let count = 0; count < ABANDONED; count += 1) apps.push(await start());
    for (const app of apps) await wait(app, 400);
    await isIdle();
    const told = (await ends()).map(({ request_id, status }) => `${request_id} ${status}`);
    expect(told).toEqual(
      expect.arrayContaining(apps.map(({ requestId }) => `${requestId} expired`)),
    );
  });
});

describe('a verification that ends early', () => {
  it('costs one message, which changes nothing, when it completes', async () => {
    const app = await start();
    const body = { request_id: app.requestId, code: 'aB3dE6' };
    expect((await app.post('/check-code', body)).body.verification.status).toBe('completed');
    const before = await app.status();
    await wait(app, 62);
    await isIdle();
    expect(sentAbout(app)).toHaveLength(1);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(0);
    expect((await app.status()).seq).toBe(before.seq);
  });

  it('is cancelled at Vonage again at 31 s when the first DELETE came too early', async () => {
    const app = await start();
    stack.vonage.script(`cancel ${app.requestId}`, problem(409));
    expect((await app.post('/cancel')).status).toBe(200);
    const deletes = (): number => stack.vonage.count('cancel', app.requestId);
    expect(deletes()).toBe(1);
    const [, late, ...others] = sentAbout(app);
    expect(late?.delaySeconds).toBeLessThanOrEqual(31);
    expect(others).toEqual([]);
    await wait(app, 31);
    await isIdle();
    expect(deletes()).toBe(2);
    await wait(app, 60);
    await isIdle();
    expect(deletes()).toBe(2);
  });
});

describe.each<Queue>(['refuses', 'hangs', 'is down'])('a queue that %s', (trouble) => {
  it('fails no start, and whoever asks still gets the current state', async () => {
    queueThat = trouble;
    const app = await start();
    expect(sentAbout(app)).toHaveLength(1);
    await wait(app, 62);
    expect(await app.status()).toMatchObject({ status: 'action_pending', channel: 'sms' });
    await wait(app, 300);
    expect(await app.status()).toMatchObject({ status: 'expired' });
    expect((await ends()).map(({ request_id }) => request_id)).toContain(app.requestId);
    expect(sentAbout(app)).toHaveLength(1);
  });
});

describe('a message', () => {
  it.each([
    ['that is not JSON', 'boom'],
    ['of another version', '{"v":99,"request_id":"x","step":0}'],
    ['about a verification that is not there', '{"v":1,"request_id":"gone","step":0}'],
  ])('%s is dropped after one delivery', async (_what, body) => {
    await sendToClock(stack.endpoints, body);
    await isIdle();
  });

  it.each([
    ['for the second time', 0],
    ['about a step that its workflow lacks', 7],
  ])('%s changes nothing', async (_what, step) => {
    const app = await start();
    await wait(app, 400);
    await isIdle();
    const [before, told] = [await app.status(), (await ends()).length];
    const body = { v: 1, request_id: app.requestId, step };
    await sendToClock(stack.endpoints, JSON.stringify(body));
    await isIdle();
    expect(await app.status()).toEqual(before);
    expect(await ends()).toHaveLength(told);
  });
});
