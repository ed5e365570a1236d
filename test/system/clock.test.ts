/**
 * Time as a source of events: a Vonage that sends no webhook, apps that never ask, and a queue that
 * can fail. Time goes by in the store (`age`), and the queue's own delays are short.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StartSettings } from '../../shared/config.ts';
import { age } from '../fixtures/age.ts';
import type { App } from '../fixtures/app.ts';
import { problem, type ScriptedStack, startScriptedStack } from '../fixtures/scripted-stack.ts';
import { until } from '../fixtures/until.ts';
import { clockQueue, sendToClock } from '../fixtures/wake-up.ts';

/** A delay of a minute takes half a second. */
const TIME_SCALE = 0.01;
/** With sms and voice, each 120 s, after 60 s of silent authentication, and 30 s of grace. */
const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
const ABANDONED = Number(process.env.ABANDONED ?? 60);
const PLENTY = { count: 100_000, windowSeconds: 3600 };
const LIMITS: StartSettings['limits'] = {
  address: PLENTY,
  subject: PLENTY,
  phoneNumber: PLENTY,
  email: PLENTY,
  prefix: PLENTY,
};

type Queue = 'works' | 'refuses' | 'hangs' | 'is down';
let queueThat: Queue = 'works';
let stack: ScriptedStack;
/** What the functions have sent to the queue, in order. */
const sent: Message[] = [];

interface Message {
  readonly requestId: string;
  readonly step: number;
  readonly delaySeconds: number;
}

/** In front of SQS, so that it can fail. */
const queue = createServer(async (request, response) => {
  const body = await text(request);
  const { DelaySeconds: delaySeconds, MessageBody } = JSON.parse(body);
  const { request_id: requestId, step } = JSON.parse(MessageBody);
  sent.push({ requestId, step, delaySeconds });
  if (queueThat === 'hangs') return;
  if (queueThat === 'is down') return void response.destroy();
  if (queueThat === 'refuses') return void response.writeHead(503).end('{}');
  const { 'content-type': type = '', 'x-amz-target': target = '' } = request.headers;
  const headers = { 'content-type': type, 'x-amz-target': String(target) };
  const answer = await fetch(stack.endpoints.secretsmanager, { method: 'POST', headers, body });
  response.writeHead(answer.status).end(await answer.text());
});

beforeAll(async () => {
  queue.listen(0, '127.0.0.1');
  await once(queue, 'listening');
  const { port } = queue.address() as AddressInfo;
  stack = await startScriptedStack(
    { workflow: WORKFLOW.map((channel) => ({ channel })), limits: LIMITS },
    {
      timeScale: TIME_SCALE,
      functionEnvironment: { AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}` },
    },
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
const sleep = (app: App, seconds: number) => age(stack.endpoints, app.requestId, seconds * 1000);
const sentAbout = ({ requestId }: App) => sent.filter((message) => message.requestId === requestId);

/** Waits until the clock has nothing more to do for it. */
async function settled(requestId: string): Promise<void> {
  await until(async () => {
    const { messages } = await clockQueue(stack.endpoints);
    return messages.some(({ body }) => body.includes(requestId)) ? undefined : true;
  });
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
    // One message; of the wait for it, only the delay is known.
    expect(sentAbout(app)).toEqual([{ requestId: app.requestId, step: 0, delaySeconds: 62 }]);
    await sleep(app, 61);
    await socket.receives(({ channel }) => channel === 'sms');
    await sleep(app, 120);
    await socket.receives(({ channel }) => channel === 'voice');
    await sleep(app, 150);
    const end = await socket.receives(({ ended_at }) => ended_at !== null);
    expect(
      socket.verifications().map(({ status, channel, seq }) => [status, channel, seq]),
    ).toEqual([
      ['pending', 'silent_auth', 1],
      ['action_pending', 'sms', 1],
      ['action_pending', 'voice', 1],
      ['expired', 'voice', 2],
    ]);
    expect(end.workflow.map(({ status }) => status)).toEqual(['expired', 'expired', 'expired']);
    expect(new Date(end.ended_at ?? 0) >= new Date(end.expires_at)).toBe(true);
    await settled(app.requestId);
    expect((await ends()).filter(({ request_id }) => request_id === app.requestId)).toEqual([
      expect.objectContaining({ status: 'expired' }),
    ]);
    // Each message was sent when the one before it had come.
    const steps = sentAbout(app).map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted());
    expect(new Set(steps)).toEqual(new Set([0, 1, 2]));
    socket.close();
  });
});

describe('the bus', () => {
  it(`has every end of ${ABANDONED} verifications that nobody ever asked about`, async () => {
    const apps: App[] = [];
    for (let count = 0; count < ABANDONED; count += 5) {
      apps.push(...(await Promise.all(Array.from({ length: 5 }, start))));
    }
    await Promise.all(apps.map((app) => sleep(app, 400)));
    const wanted = apps.map(({ requestId }) => requestId).sort();
    const told = await until(async () => {
      const of = new Map((await ends()).map((end) => [end.request_id, end.status]));
      return wanted.every((id) => of.has(id)) ? of : undefined;
    });
    expect(new Set(wanted.map((id) => told.get(id)))).toEqual(new Set(['expired']));
    for (const id of wanted) await settled(id);
    expect((await clockQueue(stack.endpoints)).deadLetters).toEqual([]);
  });
});

describe('a verification that ends early', () => {
  it('costs one message and nothing else when it completes', async () => {
    const app = await start();
    const body = { request_id: app.requestId, code: 'aB3dE6' };
    expect((await app.post('/check-code', body)).status).toBe(200);
    await settled(app.requestId);
    expect(sentAbout(app)).toHaveLength(1);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(0);
  });

  it('is let go of at 31 s when it was cancelled before Vonage takes a DELETE', async () => {
    const app = await start();
    await sleep(app, 5);
    stack.vonage.script('cancel', problem(409));
    expect((await app.post('/cancel')).status).toBe(200);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(1);
    const [, late, ...others] = sentAbout(app);
    expect(late?.delaySeconds).toBeGreaterThan(20);
    expect(late?.delaySeconds).toBeLessThanOrEqual(26);
    expect(others).toEqual([]);
    // It comes too early by our own clock, is sent again, and asks Vonage for nothing until then.
    await until(() => sentAbout(app)[2]);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(1);
    await sleep(app, 26);
    await settled(app.requestId);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(2);
  });
});

describe.each<Queue>(['refuses', 'hangs', 'is down'])('a queue that %s', (trouble) => {
  it('fails no start, and whoever asks still finds the verification as it is', async () => {
    queueThat = trouble;
    const app = await start();
    expect(sentAbout(app)).toHaveLength(1);
    await sleep(app, 61);
    expect(await app.status()).toMatchObject({ status: 'action_pending', channel: 'sms' });
    await sleep(app, 300);
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
    ['about a step that its workflow lacks', 'beyond'],
  ])('%s is gone after one delivery', async (_what, form) => {
    const app = form === 'beyond' ? await start() : undefined;
    if (app) await app.post('/check-code', { request_id: app.requestId, code: 'aB3dE6' });
    const MessageBody = app ? `{"v":1,"request_id":"${app.requestId}","step":7}` : form;
    await sendToClock(stack.endpoints, MessageBody);
    await settled(MessageBody);
    expect((await clockQueue(stack.endpoints)).deadLetters).toEqual([]);
  });
});
