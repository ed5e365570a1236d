/**
 * Every callback of Vonage, what it is silent about, and what a start sends (protocol §1.3, §5).
 */

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { age } from '../fixtures/age.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import {
  ALL_CHANNELS,
  check,
  leave,
  problem,
  type ScriptedStack,
  startScriptedStack,
  steps,
} from '../fixtures/scripted-stack.ts';
import { webhooks } from '../fixtures/scripted-vonage.ts';

const STEP_SECONDS = 15;
const REDIRECT_URL = 'https://app.example/sa';

let stack: ScriptedStack;

beforeAll(async () => {
  stack = await startScriptedStack({
    workflow: ALL_CHANNELS,
    channelTimeoutSeconds: STEP_SECONDS,
    redirectUrl: REDIRECT_URL,
  });
});

afterEach(() => stack.endTest());

afterAll(() => stack?.close());

const { event, summary } = webhooks;
const PIN = '123456';

describe('events', () => {
  const CODE_CHANNELS = ['sms', 'voice', 'email', 'whatsapp', 'rcs'] as const;
  const NEGATIVE: Readonly<Record<string, string>> = {
    failed: 'failed provider_failed',
    expired: 'expired channel_expired',
    user_rejected: 'user_rejected provider_failed',
    rejected: 'user_rejected provider_failed',
    blocked: 'blocked blocked_by_provider',
    cancelled: 'cancelled provider_failed',
  };

  it.each(CODE_CHANNELS)('of %s end it under every status', async (channel) => {
    const next = channel === 'rcs' ? 'sms' : 'rcs';
    const workflow = ALL_CHANNELS.map((known) => known.channel).filter(
      (known) => known === channel || known === next,
    );
    const isFirst = workflow[0] === channel;
    await Promise.all(
      Object.entries(NEGATIVE).map(async ([status, shown]) => {
        const app = await stack.start(workflow);
        await stack.send(event(app.requestId, channel, status));
        const now = await app.status();
        expect(steps(now)).toContain(`${channel} ${shown}`);
        if (isFirst) expect(now).toMatchObject({ channel: next, status: 'action_pending' });
        else expect(now).toMatchObject({ channel, status: shown.split(' ')[0], action: null });
      }),
    );
  });

  it.each(CODE_CHANNELS)('of %s complete what a code of ours began', async (channel) => {
    const app = await stack.start([channel]);
    stack.vonage.script('check', problem(500));
    expect((await check(app, PIN)).status).toBe(202);
    await stack.send({
      ...event(app.requestId, channel, 'completed'),
      finalized_at: new Date().toISOString(),
      client_ref: '9f2c1b7a4e5d4c0fa1b2c3d4e5f60718',
    });
    const isEmail = channel === 'email';
    expect(await app.status()).toMatchObject({
      status: 'completed',
      channel,
      verified: { phone_number: !isEmail, email: isEmail },
    });
  });

  it('with nothing but the required members, or an absurd time, count', async () => {
    for (const more of [{}, { triggered_at: 'yesterday' }, { triggered_at: -1, mode: null }]) {
      const app = await stack.start(['silent_auth', 'sms']);
      const request = { request_id: app.requestId, type: 'event', channel: 'silent_auth' };
      expect(await stack.send({ ...request, status: 'expired', ...more })).toBe(204);
      expect((await app.status()).channel).toBe('sms');
    }
  });

  it.each<[string, (url: string) => object]>([
    ['an object', (url) => ({ action: { type: 'check', check_url: url } })],
    ['an array of one', (url) => ({ action: [{ type: 'check', check_url: url }] })],
    ['an object without type', (url) => ({ action: { check_url: url } })],
    [
      'more members',
      (url) => ({ action: { type: 'check', check_url: url, x: {} }, mode: 'standard' }),
    ],
  ])('give a check_url by an action that is %s', async (_name, more) => {
    const app = await stack.start(['silent_auth', 'sms']);
    const url = stack.checkUrl(randomUUID());
    const pending = event(app.requestId, 'silent_auth', 'action_pending');
    expect(await stack.send({ ...pending, ...more(url) })).toBe(204);
    expect((await app.status()).action).toMatchObject({ check_url: url, method: 'fetch' });
  });

  it.each<[string, object]>([
    ['no action', {}],
    ['an empty array', { action: [] }],
    [
      'an action of another type',
      { action: { type: 'auth', check_url: 'https://api.vonage.com' } },
    ],
    ['an action without check_url', { action: { type: 'check' } }],
    [
      'mode advanced',
      {
        mode: 'advanced',
        action: { type: 'auth', sim_based_authz_data: { vpResponse: { claims: [{}] } } },
      },
    ],
    ['an unknown status', { status: 'pending' }],
    ['an unknown channel', { channel: 'pigeon', status: 'failed' }],
    ['a channel of no workflow', { channel: 'rcs', status: 'failed' }],
    ['an unknown type', { type: 'progress', status: 'failed' }],
    ['no type', { type: undefined, status: 'failed' }],
    ['a status that is no text', { status: ['failed'] }],
  ])('with %s are taken and have no effect', async (_name, more) => {
    const app = await stack.start(['silent_auth', 'sms']);
    const pending = event(app.requestId, 'silent_auth', 'action_pending');
    expect(await stack.send({ ...pending, ...more })).toBe(204);
    expect(await app.status()).toEqual(app.started);
  });

  it('of a channel already left change nothing that runs', async () => {
    const app = await stack.start(['silent_auth', 'sms', 'voice'], stack.withCheckUrl);
    await leave(app, 'silent_auth', 'sdk_error');
    await leave(app, 'sms');
    for (const channel of ['sms', 'silent_auth']) {
      await stack.send(event(app.requestId, channel, 'failed'));
      expect(await app.status()).toMatchObject({ channel: 'voice', status: 'action_pending' });
    }
  });
});

describe('summaries', () => {
  it('end by the last channel that they name, with those unused', async () => {
    const app = await stack.start(['silent_auth', 'sms', 'voice']);
    const outcomes = { silent_auth: 'failed', sms: 'expired', voice: 'unused' };
    await stack.send(summary(app.requestId, 'failed', outcomes));
    const ended = await app.status();
    expect(ended).toMatchObject({ status: 'expired', channel: 'sms', reason: 'channel_expired' });
    expect(steps(ended)).toEqual([
      'silent_auth failed carrier_failed',
      'sms expired channel_expired',
      'voice unused null',
    ]);
  });

  it.each<[string, (whole: Record<string, unknown>) => object]>([
    ['without workflow', ({ workflow: _, ...rest }) => rest],
    ['without channel_timeout', ({ channel_timeout: _, ...rest }) => rest],
    [
      'without times',
      ({ submitted_at: _, ...rest }) => ({
        ...rest,
        workflow: [{ channel: 'sms', status: 'expired' }],
      }),
    ],
    ['with an empty workflow', (whole) => ({ ...whole, workflow: [] })],
    [
      'with a workflow of nonsense',
      (whole) => ({
        ...whole,
        workflow: [null, 7, { status: [] }, { channel: 'pigeon', status: 'expired' }],
      }),
    ],
    ['with a workflow that is no array', (whole) => ({ ...whole, workflow: 'sms' })],
    ['with more members', (whole) => ({ ...whole, price: '0.05', client_ref: 'x', later: {} })],
  ])('%s end it by their status', async (_name, change) => {
    const app = await stack.start(['sms']);
    const whole = summary(app.requestId, 'expired', { sms: 'expired' });
    expect(await stack.send(change(whole))).toBe(204);
    expect(await app.status()).toMatchObject({
      status: 'expired',
      channel: 'sms',
      reason: 'channel_expired',
    });
  });

  it('name the channel that an ambiguous PIN came through', async () => {
    const app = await stack.start(['sms', 'email']);
    const { body } = await check(app, PIN);
    expect(body.verification).toMatchObject({
      status: 'completed',
      verified: { phone_number: false, email: false },
    });
    await stack.send(summary(app.requestId, 'completed', { sms: 'expired', email: 'completed' }));
    const certain = await app.status();
    expect(certain).toMatchObject({
      status: 'completed',
      channel: 'email',
      verified: { phone_number: false, email: true },
    });
    expect(certain.seq).toBe(body.verification.seq + 1);
  });

  it('that come after the end change no status', async () => {
    const app = await stack.start(['sms', 'voice']);
    await check(app, PIN);
    await stack.send(summary(app.requestId, 'failed', { sms: 'failed', voice: 'failed' }));
    expect((await app.status()).status).toBe('completed');
  });
});

describe('the local clock', () => {
  it('shows voice when the time of SMS is over, of which Vonage says nothing', async () => {
    const app = await stack.start(['sms', 'voice']);
    const { created_at, next_change_at } = app.started;
    expect(app.started).toMatchObject({ channel: 'sms', next_channel: 'voice', seq: 1 });
    const stepMs = Date.parse(String(next_change_at)) - Date.parse(created_at);
    expect(stepMs).toBe(STEP_SECONDS * 1000);
    await age(stack.endpoints, app.requestId, stepMs - 8_000);
    expect(await app.status()).toMatchObject({ channel: 'sms', status: 'action_pending', seq: 1 });
    await age(stack.endpoints, app.requestId, 8_000);
    const voice = await app.status();
    expect(steps(voice)).toEqual(['sms expired channel_expired', 'voice action_pending null']);
    expect(voice).toMatchObject({ seq: 1, next_channel: null, next_change_at: voice.expires_at });
    expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
    expect(stack.vonage.count('next', app.requestId)).toBe(0);
    expect((await check(app, PIN)).body.verification.status).toBe('completed');
  });
});

describe('what a start sends', () => {
  it('is every channel with its own fields, in the order of the request', async () => {
    const to = phoneNumber('8');
    const channels = ['silent_auth', 'whatsapp', 'rcs'];
    const body = { phone_number: to, channels, locale: 'de-DE' };
    await call(stack.endpoints.api, 'POST', '/start', { body });
    const digits = to.slice(1);
    expect(stack.vonage.calls.at(-1)?.body).toEqual({
      brand: expect.any(String),
      locale: 'de-de',
      channel_timeout: STEP_SECONDS,
      client_ref: expect.stringMatching(/^[0-9a-f]{32}$/),
      code_length: 6,
      workflow: [
        { channel: 'silent_auth', to: digits, coverage_check: false },
        { channel: 'whatsapp', to: digits, from: '447700900000' },
        { channel: 'rcs', to: digits, from: 'acme' },
      ],
    });
  });

  it('is the redirect_url only for a web page, which then navigates', async () => {
    const sent = { phone_number: phoneNumber('8'), channels: ['silent_auth'], result: 'redirect' };
    stack.vonage.script('start', stack.withCheckUrl(randomUUID()));
    const { body } = await call(stack.endpoints.api, 'POST', '/start', { body: sent });
    expect(body.verification.action).toMatchObject({ method: 'navigate' });
    expect(stack.vonage.calls.at(-1)?.body.workflow[0]).toMatchObject({
      redirect_url: REDIRECT_URL,
    });
  });
});
