/** The event on the bus when a verification ends: on every end, also after a failure of the bus. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { age } from '../fixtures/age.ts';
import { type App, idempotencyKey, phoneNumber, startApp } from '../fixtures/app.ts';
import { sendWebhook, webhooks } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

/** Milliseconds. Longer than the function that ended a verification may take to publish it. */
const A_MOMENT_MS = 10_000;

let stack: WatchedStack;
let isBusDown = false;
/** How often the bus was asked while it was down. */
let refused = 0;

/** In front of EventBridge, so that it can fail. */
const bus = createServer(async (request, response) => {
  const body = await text(request);
  if (isBusDown) {
    refused += 1;
    response.writeHead(503).end('{}');
    return;
  }
  const { 'content-type': type = '', 'x-amz-target': target = '' } = request.headers;
  const headers = { 'content-type': type, 'x-amz-target': String(target) };
  const answer = await fetch(stack.endpoints.secretsmanager, { method: 'POST', headers, body });
  response.writeHead(answer.status).end(await answer.text());
});

beforeAll(async () => {
  bus.listen(0, '127.0.0.1');
  await once(bus, 'listening');
  const { port } = bus.address() as AddressInfo;
  stack = await startWatchedStack({
    functionEnvironment: { AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${port}` },
  });
});

afterAll(async () => {
  bus.closeAllConnections();
  bus.close();
  await stack?.close();
});

interface EndEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: { readonly request_id: string; readonly status: string };
}

/** As anybody reads them: `GET /_local/events` of the local AWS. */
async function eventsOf({ requestId }: App): Promise<readonly EndEvent[]> {
  const response = await fetch(`${stack.endpoints.secretsmanager}/_local/events`);
  const events = (await response.json()) as readonly EndEvent[];
  return events.filter(({ detail }) => detail.request_id === requestId);
}

function start(ending: string, body: object = {}): Promise<App> {
  return startApp(stack.endpoints.api, { phone_number: phoneNumber(ending), ...body });
}

async function openCheckUrl(app: App): Promise<unknown> {
  const { action } = await app.becomes(({ status }) => status === 'action_pending');
  if (action?.type !== 'open_check_url') throw new Error('no check_url came');
  return (await app.openCheckUrl(action.check_url)).body;
}

async function completeSilently(app: App): Promise<void> {
  expect((await app.post('/check-code', await openCheckUrl(app))).status).toBe(200);
}

describe('the end of a verification', () => {
  it('is published on the bus, without a number', async () => {
    const number = phoneNumber('4');
    const nonce = idempotencyKey();
    const app = await startApp(stack.endpoints.api, { phone_number: number, nonce });
    expect(await eventsOf(app)).toEqual([]);
    await completeSilently(app);
    // At least once: the check, its webhooks and a read may all find that it was not published yet.
    const events = await until(async () => {
      const heard = await eventsOf(app);
      return heard.length > 0 ? heard : undefined;
    });
    for (const event of events) {
      expect(event).toMatchObject({
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
      });
    }
    expect(JSON.stringify(events)).not.toContain(number.slice(1));
  });

  it.each<[string, string, (app: App) => Promise<unknown>]>([
    ['cancelled', '2', (app) => app.post('/cancel')],
    ['user_rejected', '1', openCheckUrl],
    ['failed', '99', openCheckUrl],
    [
      'aborted',
      '2',
      (app) => app.post('/check-code', { request_id: 'another-request', code: 'aB3dE6' }),
    ],
    ['expired', '8', (app) => age(stack.endpoints, app.requestId, 3_600_000).then(app.status)],
  ])('is told when it is %s', async (status, ending, end) => {
    const app = await start(ending, { channels: ['silent_auth'] });
    await end(app);
    const [event] = await until(async () => {
      const events = await eventsOf(app);
      return events.length > 0 ? events : undefined;
    });
    expect(event?.detail).toMatchObject({ status, verified: { phone_number: false } });
    expect((await app.status()).status).toBe(status);
  });
});

describe('a bus that is down', () => {
  /** Ended while the bus was down; the bus is up again, and a moment has passed. */
  async function endUnheard(): Promise<App> {
    const app = await start('8');
    const body = await openCheckUrl(app);
    isBusDown = true;
    refused = 0;
    try {
      expect((await app.post('/check-code', body)).status).toBe(200);
      const completed = webhooks.event(app.requestId, 'silent_auth', 'completed');
      expect(await sendWebhook(stack.endpoints, completed)).toBe(204);
      await summaryOf(app);
    } finally {
      isBusDown = false;
    }
    expect(await eventsOf(app)).toEqual([]);
    await age(stack.endpoints, app.requestId, A_MOMENT_MS);
    return app;
  }

  /** Vonage's last webhook, which it sent once: it was not refused. */
  async function summaryOf({ requestId }: App): Promise<void> {
    const url = `${stack.endpoints.vonage}/_local/calls?operation=webhook&request_id=${requestId}`;
    const sent = await until(async () => {
      const calls: { status: number; attempt: number; body: { type: string } }[] = await (
        await fetch(url)
      ).json();
      return calls.some(({ body, status }) => body.type === 'summary' && status)
        ? calls
        : undefined;
    });
    for (const { status, attempt } of sent) expect([status, attempt]).toEqual([204, 1]);
  }

  it('fails neither the check nor a webhook, and is counted', async () => {
    const failed = (): number =>
      stack.own().filter(({ metric }) => metric.name === 'EventFailed').length;
    const before = failed();
    await endUnheard();
    expect(refused).toBeGreaterThanOrEqual(2);
    expect(failed()).toBeGreaterThan(before);
  });

  it('is published by the next read, once', async () => {
    const app = await endUnheard();
    await app.status();
    expect(await eventsOf(app)).toHaveLength(1);
    await app.status();
    expect(await eventsOf(app)).toHaveLength(1);
  });

  it('is published by the next webhook, even by a repeated one', async () => {
    const app = await endUnheard();
    const again = webhooks.event(app.requestId, 'silent_auth', 'completed');
    expect(await sendWebhook(stack.endpoints, again)).toBe(204);
    const [event] = await eventsOf(app);
    expect(event?.detail).toMatchObject({ status: 'completed' });
  });
});
