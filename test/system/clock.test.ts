/**
 * Time as a source of events: a Vonage that sends no webhook, apps that never ask, and a queue that
 * can fail. Time goes by in the store and in front of the queue, for one verification at a time.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { age } from '../fixtures/age.ts';
import type { App } from '../fixtures/app.ts';
import { problem, type ScriptedStack, startScriptedStack } from '../fixtures/scripted-stack.ts';
import { until } from '../fixtures/until.ts';
import { clockQueue, sendToClock } from '../fixtures/wake-up.ts';

/** silent_auth 60 s, sms and voice 120 s each, and 30 s of grace. */
const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
const ABANDONED = Number(process.env.ABANDONED ?? 40);
const PLENTY = { count: 100_000, windowSeconds: 3600 };
const LIMITS = {
  address: PLENTY,
  subject: PLENTY,
  phoneNumber: PLENTY,
  email: PLENTY,
  prefix: PLENTY,
};

type Queue = 'works' | 'refuses' | 'hangs' | 'is down';
let queueThat: Queue = 'works';
let stack: ScriptedStack;

interface Message {
  readonly requestId: string;
  readonly step: number;
  /** After the one before it was due, or after the start. */
  readonly delaySeconds: number;
  readonly body: string;
  /** Seconds that had gone by when it was sent. */
  readonly sentAt: number;
  isDelivered: boolean;
}

/** Everything that the functions have sent to the queue, in order. */
const sent: Message[] = [];
/** Seconds that have gone by for a verification. */
const passed = new Map<string, number>();

/** In front of SQS: it keeps a message until its time has come, and can fail. */
const queue = createServer(async (request, response) => {
  const { DelaySeconds: delaySeconds, MessageBody: body } = JSON.parse(await text(request));
  const { request_id: requestId, step } = JSON.parse(body);
  const sentAt = passed.get(requestId) ?? 0;
  sent.push({ requestId, step, delaySeconds, body, sentAt, isDelivered: queueThat !== 'works' });
  if (queueThat === 'hangs') return;
  if (queueThat === 'is down') response.destroy();
  else response.writeHead(queueThat === 'works' ? 200 : 503).end('{}');
});

beforeAll(async () => {
  queue.listen(0, '127.0.0.1');
  await once(queue, 'listening');
  const { port } = queue.address() as AddressInfo;
  stack = await startScriptedStack(
    { workflow: WORKFLOW.map((channel) => ({ channel })), limits: LIMITS },
    { functionEnvironment: { AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}` } },
  );
});

afterEach(() => {
  queueThat = 'works';
  stack.endTest();
});

afterAll(async () => {
  queue.closeAllConnections();
  queue.close();
  await stack?.close();
});

const start = (): Promise<App> => stack.start(WORKFLOW);
const sentAbout = ({ requestId }: App): readonly Message[] =>
  sent.filter((message) => message.requestId === requestId);

/** Lets time go by for one verification, and delivers what is due then. */
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

/** Until the clock has dealt with everything that it was given. */
async function isIdle(): Promise<void> {
  await until(async () => {
    const { messages } = await clockQueue(stack.endpoints);
    return messages.length === 0 ? true : undefined;
  });
  expect((await clockQueue(stack.endpoints)).deadLetters).toEqual([]);
}

interface End {
  readonly request_id: string;
  readonly status: string;
}

async function ends(): Promise<readonly End[]> {
  const answer = await fetch(`${stack.endpoints.secretsmanager}/_local/events`);
  const events: readonly { readonly detail: End }[] = await answer.json();
  return events.map(({ detail }) => detail);
}

describe('an app that opens one socket and never asks', () => {
  it('hears of each step and of the end, in order, from a Vonage that says nothing', async () => {
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
    // One at a time: each was sent when the one before it had come, for the end of its step.
    expect(sentAbout(app).map(({ step, sentAt }) => [step, sentAt])).toEqual([
      [0, 0],
      [1, 62],
      [2, 182],
    ]);
    socket.close();
  });
});

describe('the bus', () => {
  it(`has every end of ${ABANDONED} verifications that nobody ever asks about`, async () => {
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
  it('costs one message, which finds nothing to do, when it completes', async () => {
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

  it('is let go of at 31 s when it was cancelled before Vonage takes a DELETE', async () => {
    const app = await start();
    await wait(app, 5);
    stack.vonage.script('cancel', problem(409));
    expect((await app.post('/cancel')).status).toBe(200);
    const deletes = (): number => stack.vonage.count('cancel', app.requestId);
    expect(deletes()).toBe(1);
    const [, late, ...others] = sentAbout(app);
    expect(late?.delaySeconds).toBeLessThanOrEqual(26);
    expect(others).toEqual([]);
    await wait(app, 26);
    await isIdle();
    expect(deletes()).toBe(2);
    await wait(app, 60);
    await isIdle();
    expect(deletes()).toBe(2);
  });
});

describe.each<Queue>(['refuses', 'hangs', 'is down'])('a queue that %s', (trouble) => {
  it('fails no start, and whoever asks still finds the verification as it is', async () => {
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
    ['that nobody understands', 'boom'],
    ['of another version', '{"v":99,"request_id":"x","step":0}'],
    ['about a verification that is not there', '{"v":1,"request_id":"gone","step":0}'],
  ])('%s is gone after one delivery', async (_what, body) => {
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
