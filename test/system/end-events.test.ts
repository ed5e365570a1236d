/** The event on the bus when a verification ends: for every end, also after the bus failed. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { age } from '../fixtures/age.ts';
import { type App, idempotencyKey, phoneNumber, startApp } from '../fixtures/app.ts';
import { type HttpStub, startHttpStub } from '../fixtures/http-stub.ts';
import { type EndEvent, endEvents } from '../fixtures/local-services.ts';
import { sendWebhook, webhooks } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

/** Longer than the function that ended a verification has to publish it. */
const PUBLISHED_MS = 10_000;

let stack: WatchedStack;
/** In front of EventBridge, so that it can fail. */
let bus: HttpStub;
let isBusDown = false;

beforeAll(async () => {
  bus = await startHttpStub();
  bus.answer(async (response) => {
    if (isBusDown) return void response.writeHead(503).end('{}');
    const { headers: received, body = '' } = bus.received.at(-1) ?? {};
    const { 'content-type': type = '', 'x-amz-target': target = '' } = received ?? {};
    const headers = { 'content-type': type, 'x-amz-target': String(target) };
    const answer = await fetch(stack.endpoints.secretsmanager, { method: 'POST', headers, body });
    response.writeHead(answer.status).end(await answer.text());
  });
  stack = await startWatchedStack({
    functionEnvironment: { AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url },
  });
});

afterAll(async () => {
  await bus?.stop();
  await stack?.close();
});

async function eventsOf({ requestId }: App): Promise<readonly EndEvent[]> {
  const events = await endEvents(stack.endpoints);
  return events.filter(({ detail }) => detail.request_id === requestId);
}

function start(ending: string, body: object = {}): Promise<App> {
  return startApp(stack.endpoints.api, { phone_number: phoneNumber(ending), ...body });
}

/** The event comes at least once: the check, its webhooks and a read may all publish it. */
function published(app: App): Promise<readonly EndEvent[]> {
  return until(async () => {
    const events = await eventsOf(app);
    return events.length > 0 ? events : undefined;
  });
}

describe('the end of a verification', () => {
  it('is published on the bus, without a number', async () => {
    const number = phoneNumber('4');
    const nonce = idempotencyKey();
    const app = await startApp(stack.endpoints.api, { phone_number: number, nonce });
    expect(await eventsOf(app)).toEqual([]);
    expect((await app.completeSilently()).status).toBe(200);
    const events = await published(app);
    const event = {
      source: 'silent-auth',
      'detail-type': 'verification.ended',
      detail: {
        request_id: app.requestId,
        status: 'completed',
        channel: 'silent_auth',
        verified: { phone_number: true, email: false },
        reason: null,
        sub: null,
        nonce,
        at: expect.any(String),
      },
    };
    expect(events).toEqual(events.map(() => expect.objectContaining(event)));
    expect(JSON.stringify(events)).not.toContain(number.slice(1));
  });

  const mismatch = { request_id: 'another-request', code: 'aB3dE6' };
  it.each<[string, string, (app: App) => Promise<unknown>]>([
    ['cancelled', '2', (app) => app.post('/cancel')],
    ['user_rejected', '1', (app) => app.openCheckUrl()],
    ['failed', '99', (app) => app.openCheckUrl()],
    ['aborted', '2', (app) => app.post('/check-code', mismatch)],
    ['expired', '8', (app) => age(stack.endpoints, app.requestId, 3_600_000).then(app.status)],
  ])('is published when it is %s', async (status, ending, end) => {
    const app = await start(ending, { channels: ['silent_auth'] });
    await end(app);
    const [event] = await published(app);
    expect(event?.detail).toMatchObject({ status, verified: { phone_number: false } });
    expect((await app.status()).status).toBe(status);
  });
});

describe('an end while the bus is down', () => {
  /** Ends while the bus is down; then the bus is up again, and the time to publish is over. */
  async function endUnpublished(): Promise<App> {
    const app = await start('8');
    const { body } = await app.openCheckUrl();
    isBusDown = true;
    try {
      expect((await app.post('/check-code', body)).status).toBe(200);
      const completed = webhooks.event(app.requestId, 'silent_auth', 'completed');
      expect(await sendWebhook(stack.endpoints, completed)).toBe(204);
      await allWebhooksOf(app);
    } finally {
      isBusDown = false;
    }
    expect(await eventsOf(app)).toEqual([]);
    await age(stack.endpoints, app.requestId, PUBLISHED_MS);
    return app;
  }

  /** Waits for the answers to Vonage's webhooks; each was sent once, because none was refused. */
  async function allWebhooksOf({ requestId }: App): Promise<void> {
    const url = `${stack.endpoints.vonage}/_local/calls?operation=webhook&request_id=${requestId}`;
    const sent = await until(async () => {
      const calls: { status: number; attempt: number; body: { type: string } }[] = await (
        await fetch(url)
      ).json();
      const isComplete = calls.some(({ body }) => body.type === 'summary');
      return isComplete && calls.every(({ status }) => status) ? calls : undefined;
    });
    for (const { status, attempt } of sent) expect([status, attempt]).toEqual([204, 1]);
  }

  it('fails neither the check nor a webhook, and is counted', async () => {
    const failed = (): number =>
      stack.own().filter(({ metric }) => metric.name === 'EventFailed').length;
    const before = failed();
    const asked = bus.received.length;
    await endUnpublished();
    expect(bus.received.length).toBeGreaterThanOrEqual(asked + 2);
    await until(() => failed() > before || undefined);
  });

  it('is published by the next read, once', async () => {
    const app = await endUnpublished();
    for (let reads = 0; reads < 2; reads += 1) {
      await app.status();
      expect(await eventsOf(app)).toHaveLength(1);
    }
  });

  it('is published by the next webhook, even by a repeated one', async () => {
    const app = await endUnpublished();
    const again = webhooks.event(app.requestId, 'silent_auth', 'completed');
    expect(await sendWebhook(stack.endpoints, again)).toBe(204);
    const [event] = await eventsOf(app);
    expect(event?.detail).toMatchObject({ status: 'completed' });
  });
});
