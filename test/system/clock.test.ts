/**
 * What happens although Vonage sends no webhook and apps never ask: the clock's steps, and the event on
 * the bus at each end. Time passes in the store, for one verification at a time; the queue and the bus
 * can fail.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { age } from '../fixtures/age.ts';
import { type App, idempotencyKey, phoneNumber, startApp } from '../fixtures/app.ts';
import {
  type Answer,
  type HttpStub,
  hangUp,
  json,
  silence,
  startHttpStub,
} from '../fixtures/http-stub.ts';
import { type EndEvent, endEvents } from '../fixtures/local-services.ts';
import {
  check,
  problem,
  type ScriptedStack,
  SILENT_CODE,
  startScriptedStack,
} from '../fixtures/scripted-stack.ts';
import { webhooks } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';
import { clockQueue, sendToClock } from '../fixtures/wake-up.ts';

/** silent_auth 60 s, sms and voice 120 s each, and 30 s of grace. */
const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
/** Longer than the function that ended a verification has to publish it. */
const PUBLISHED_MS = 10_000;

let stack: ScriptedStack;
/** In front of SQS: it delivers nothing by itself. */
let queue: HttpStub;
/** In front of EventBridge. */
let bus: HttpStub;

beforeAll(async () => {
  [queue, bus] = await Promise.all([startHttpStub(), startHttpStub()]);
  stack = await startScriptedStack(
    { workflow: WORKFLOW.map((channel) => ({ channel })) },
    {
      functionEnvironment: {
        AWS_ENDPOINT_URL_SQS: queue.url,
        AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
      },
    },
  );
});

/** To the local bus. */
const forward: Answer = async (response) => {
  const { headers: received = {}, body = '' } = bus.received.at(-1) ?? {};
  const { 'content-type': type = '', 'x-amz-target': target = '' } = received;
  const headers = { 'content-type': type, 'x-amz-target': String(target) };
  const answer = await fetch(stack.endpoints.secretsmanager, { method: 'POST', headers, body });
  response.writeHead(answer.status).end(await answer.text());
};

beforeEach(() => {
  queue.answer(json(200, {}));
  bus.answer(forward);
});

afterEach(() => stack.endTest());

afterAll(async () => {
  await Promise.all([queue?.stop(), bus?.stop()]);
  await stack?.close();
});

interface Message {
  readonly step: number;
  readonly delaySeconds: number;
  readonly body: string;
}

/** What the functions have sent to the queue about a verification, in order. */
const sentAbout = ({ requestId }: App): readonly Message[] =>
  queue.received.flatMap(({ body: sent }) => {
    const { DelaySeconds: delaySeconds, MessageBody: body } = JSON.parse(sent);
    const { request_id, step } = JSON.parse(body);
    return request_id === requestId ? [{ step, delaySeconds, body }] : [];
  });

/** Delivers the last message about a verification when it is due, and waits until it is handled. */
async function isDelivered(app: App): Promise<Message> {
  const message = sentAbout(app).at(-1);
  if (!message) throw new Error('no message was sent');
  await age(stack.endpoints, app.requestId, message.delaySeconds * 1000);
  await sendToClock(stack.endpoints, message.body);
  await isIdle();
  return message;
}

async function isIdle(): Promise<void> {
  const handled = await until(async () => {
    const { messages, deadLetters } = await clockQueue(stack.endpoints);
    return messages.length === 0 ? { deadLetters } : undefined;
  });
  expect(handled.deadLetters).toEqual([]);
}

async function endsOf({ requestId }: App): Promise<readonly EndEvent[]> {
  const events = await endEvents(stack.endpoints);
  return events.filter(({ detail }) => detail.request_id === requestId);
}

describe('the clock', () => {
  it('brings each step and the end to a socket and the bus, although Vonage sends nothing', async () => {
    const app = await stack.start(WORKFLOW);
    const socket = await app.openSocket();
    await socket.subscribe();
    const delivered = [await isDelivered(app), await isDelivered(app), await isDelivered(app)];
    const end = await socket.receives(({ ended_at }) => ended_at !== null);
    const heard = socket.verifications().map(({ status, channel, seq }) => [status, channel, seq]);
    expect(heard).toEqual([
      ['pending', 'silent_auth', 1],
      ['action_pending', 'sms', 1],
      ['action_pending', 'voice', 1],
      ['expired', 'voice', 2],
    ]);
    expect(end).toEqual(await app.status());
    expect(new Date(end.ended_at ?? 0) >= new Date(end.expires_at)).toBe(true);
    expect((await endsOf(app)).map(({ detail }) => detail.status)).toEqual(['expired']);
    // One message at a time: each is sent when the one before it is delivered.
    expect(sentAbout(app)).toEqual(delivered);
    expect(delivered.map(({ step }) => step)).toEqual([0, 1, 2]);
    for (const [index, mostSeconds] of [62, 120, 150].entries()) {
      expect(delivered[index]?.delaySeconds).toBeLessThanOrEqual(mostSeconds);
    }
    socket.close();
  });

  it('cancels at Vonage again at 31 s when the first DELETE came too early', async () => {
    const app = await stack.start(WORKFLOW);
    stack.vonage.script(`cancel ${app.requestId}`, problem(409));
    expect((await app.post('/cancel')).status).toBe(200);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(1);
    for (let times = 0; times < 2; times += 1) {
      expect((await isDelivered(app)).delaySeconds).toBeLessThanOrEqual(31);
      expect(stack.vonage.count('cancel', app.requestId)).toBe(2);
    }
  });

  it.each<[string, Answer]>([
    ['refuses', json(503, {})],
    ['hangs', silence],
    ['is down', hangUp],
  ])('is missed by no start and no app that asks, when its queue %s', async (_what, answer) => {
    queue.answer(answer);
    const app = await stack.start(WORKFLOW);
    await age(stack.endpoints, app.requestId, 62_000);
    expect(await app.status()).toMatchObject({ status: 'action_pending', channel: 'sms' });
    await age(stack.endpoints, app.requestId, 300_000);
    expect(await app.status()).toMatchObject({ status: 'expired' });
    expect(await endsOf(app)).toHaveLength(1);
    expect(sentAbout(app)).toHaveLength(1);
  });
});

describe('the event of an end', () => {
  it('says what was verified by whom, without a number', async () => {
    const number = phoneNumber('8');
    const nonce = idempotencyKey();
    const app = await startApp(stack.endpoints.api, { phone_number: number, nonce });
    expect(await endsOf(app)).toEqual([]);
    expect((await check(app, SILENT_CODE)).status).toBe(200);
    const [event, ...others] = await endsOf(app);
    expect(others).toEqual([]);
    const verified = { phone_number: true, email: false };
    expect(event).toMatchObject({
      source: 'silent-auth',
      'detail-type': 'verification.ended',
      detail: { status: 'completed', channel: 'silent_auth', verified, nonce },
    });
    expect(JSON.stringify(event)).not.toContain(number.slice(1));
  });

  const webhook =
    (status: string) =>
    ({ requestId }: App): Promise<unknown> =>
      stack.send(webhooks.event(requestId, 'silent_auth', status));
  it.each<[string, (app: App) => Promise<unknown>]>([
    ['cancelled', (app) => app.post('/cancel')],
    ['user_rejected', webhook('user_rejected')],
    ['failed', webhook('failed')],
    ['aborted', (app) => app.post('/check-code', { request_id: 'another', code: SILENT_CODE })],
    ['expired', (app) => age(stack.endpoints, app.requestId, 3_600_000).then(app.status)],
  ])('is published when it is %s', async (status, end) => {
    const app = await stack.start(['silent_auth']);
    await end(app);
    const [event] = await endsOf(app);
    expect(event?.detail).toMatchObject({ status, verified: { phone_number: false } });
    expect((await app.status()).status).toBe(status);
  });

  it('is published by the next read, once, when the bus was down', async () => {
    const app = await stack.start(['silent_auth']);
    bus.answer(json(503, {}));
    expect((await check(app, SILENT_CODE)).status).toBe(200);
    const completed = webhooks.event(app.requestId, 'silent_auth', 'completed');
    expect(await stack.send(completed)).toBe(204);
    expect(bus.received.length).toBeGreaterThanOrEqual(2);
    bus.answer(forward);
    expect(await endsOf(app)).toEqual([]);
    await age(stack.endpoints, app.requestId, PUBLISHED_MS);
    for (let reads = 0; reads < 2; reads += 1) {
      await app.status();
      expect(await endsOf(app)).toHaveLength(1);
    }
  });
});
