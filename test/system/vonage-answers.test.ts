/** Every answer and callback of Vonage that a running verification can meet (reference §2, §3, §5). */

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VerificationObject } from '../../shared/contract/verification-object.ts';
import type { Channel } from '../../shared/domain/workflow.ts';
import { type Answer, type App, call, phoneNumber } from '../fixtures/app.ts';
import {
  ALL_CHANNELS,
  created,
  type ScriptedStack,
  startScriptedStack,
} from '../fixtures/scripted-stack.ts';
import { type ScriptedAnswer, webhooks } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';

const STEP_SECONDS = 15;
const REDIRECT_URL = 'https://app.example/sa';

let stack: ScriptedStack;
/** Begun with the file, because it has to wait for real time. */
let clocked: App;

beforeAll(async () => {
  stack = await startScriptedStack({
    workflow: ALL_CHANNELS,
    channelTimeoutSeconds: STEP_SECONDS,
    redirectUrl: REDIRECT_URL,
  });
  clocked = await stack.start(['sms', 'voice']);
});

afterEach(() => {
  for (const operation of ['start', 'check', 'next', 'cancel'] as const) {
    stack.vonage.script(operation);
  }
  expect(stack.vonage.violations).toEqual([]);
});

afterAll(() => stack?.close());

const { event, summary } = webhooks;
const PIN = '123456';
const SILENT_CODE = 'si9sfG';
const problem = (status: number, more: object = {}): ScriptedAnswer => ({
  status,
  body: { title: 'canary-title', detail: 'canary-detail', instance: 'canary', ...more },
});
const check = (app: App, code: string): Promise<Answer> =>
  app.post('/check-code', { request_id: app.requestId, code });
const leave = (app: App, from: Channel, error?: string): Promise<Answer> =>
  app.post('/next-workflow', { from, ...(error !== undefined && { error }) });
const steps = ({ workflow }: VerificationObject): string[] =>
  workflow.map(({ channel, status, reason }) => `${channel} ${status} ${reason}`);
const withCheckUrl = (requestId: string): ScriptedAnswer =>
  created(requestId, stack.checkUrl(requestId));

describe('the answer to a check', () => {
  it.each<[string, ScriptedAnswer]>([
    ['200', { status: 200, body: { request_id: 'x', status: 'completed' } }],
    ['200 without a body', { status: 200 }],
    ['200 that is no JSON', { status: 200, raw: '<html>' }],
    ['200 with unknown members', { status: 200, body: { later: [{}], status: 'new' } }],
  ])('%s completes', async (_name, answer) => {
    const app = await stack.start(['silent_auth', 'sms'], withCheckUrl);
    stack.vonage.script('check', answer);
    const checked = await check(app, SILENT_CODE);
    expect(checked.status).toBe(200);
    expect(checked.body.verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true, email: false },
    });
    expect(stack.vonage.calls.at(-1)).toMatchObject({
      path: `/v2/verify/${app.requestId}`,
      body: { code: SILENT_CODE },
    });
    expect((await check(app, SILENT_CODE)).status).toBe(200);
    expect(stack.vonage.count('check', app.requestId)).toBe(1);
  });

  it('401 is signed anew once, with another token', async () => {
    const app = await stack.start(['sms']);
    stack.vonage.script('check', problem(401));
    const { body } = await check(app, PIN);
    expect(body.verification.status).toBe('completed');
    const [first, second] = stack.vonage.calls.slice(-2).map((known) => known.authorization);
    expect(first).not.toBe(second);
  });

  it.each<[string, readonly ScriptedAnswer[]]>([
    ['401 twice', [problem(401), problem(401)]],
    ['402', [problem(402)]],
    ['403', [problem(403)]],
    ['422', [problem(422)]],
    ['429', [problem(429)]],
  ])('%s judged nothing: 503, and the try is given back', async (_name, answers) => {
    const app = await stack.start(['silent_auth', 'sms'], withCheckUrl);
    stack.vonage.script('check', ...answers);
    const refused = await check(app, SILENT_CODE);
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ code: 'provider_unavailable', retryable: true });
    expect(refused.headers.get('retry-after')).not.toBeNull();
    expect(JSON.stringify(refused.body)).not.toContain('canary');
    expect(refused.body.verification).toMatchObject({
      status: 'action_pending',
      channel: 'silent_auth',
    });
    expect((await check(app, SILENT_CODE)).body.verification.status).toBe('completed');
  });

  it('400 counts a PIN down, 410 ends it, and then Vonage is not asked any more', async () => {
    const app = await stack.start(['sms', 'voice']);
    stack.vonage.script('check', problem(400), problem(400), problem(410));
    for (const left of [2, 1]) {
      const wrong = await check(app, PIN);
      expect(wrong.status).toBe(400);
      expect(wrong.body).toMatchObject({ code: 'code_invalid', attempts_remaining: left });
      expect(wrong.body.verification.action).toMatchObject({ attempts_remaining: left });
      expect(JSON.stringify(wrong.body)).not.toContain('canary');
    }
    const last = await check(app, PIN);
    expect(last.status).toBe(410);
    expect(last.body).toMatchObject({
      code: 'verification_closed',
      verification: { status: 'failed', reason: 'code_attempts_exhausted', channel: 'sms' },
    });
    expect((await check(app, PIN)).status).toBe(410);
    expect(stack.vonage.count('check', app.requestId)).toBe(3);
    expect(stack.vonage.count('next', app.requestId)).toBe(0);
  });

  it('400 three times leaves no try, whatever Vonage would still take', async () => {
    const app = await stack.start(['sms']);
    stack.vonage.script('check', problem(400), problem(400), problem(400));
    for (let tries = 0; tries < 3; tries += 1) expect((await check(app, PIN)).status).toBe(400);
    expect((await check(app, PIN)).status).toBe(410);
    expect(await app.status()).toMatchObject({ status: 'pending', action: null });
    expect(stack.vonage.count('check', app.requestId)).toBe(3);
  });

  it.each<[string, ScriptedAnswer]>([
    ['500', problem(500)],
    ['503 that is no JSON', { status: 503, raw: '<html>busy' }],
    ['a redirect', { status: 302, headers: { location: 'https://api.nexmo.com/' } }],
    ['a closed socket', 'reset'],
  ])('%s is unknown until Vonage says more', async (_name, answer) => {
    const app = await stack.start(['silent_auth', 'sms'], withCheckUrl);
    stack.vonage.script('check', answer);
    const lost = await check(app, SILENT_CODE);
    expect(lost.status).toBe(202);
    expect(lost.body.verification).toMatchObject({ status: 'checking', action: null });
    expect((await check(app, SILENT_CODE)).status).toBe(409);
    expect(stack.vonage.count('check', app.requestId)).toBe(1);
    await stack.send(event(app.requestId, 'silent_auth', 'completed'));
    expect((await app.status()).status).toBe('completed');
  });

  it('200 whose body never comes completes; no answer at all is unknown', async () => {
    const [heard, unheard] = [
      await stack.start(['silent_auth', 'sms'], withCheckUrl),
      await stack.start(['silent_auth', 'sms'], withCheckUrl),
    ];
    stack.vonage.script('check', { status: 200, stalls: true });
    const stalled = check(heard, SILENT_CODE);
    await until(() => stack.vonage.count('check', heard.requestId) || undefined);
    stack.vonage.script('check', 'hang');
    const [completed, lost] = await Promise.all([stalled, check(unheard, SILENT_CODE)]);
    expect(completed.body.verification.status).toBe('completed');
    expect(lost.status).toBe(202);
    await stack.send(event(unheard.requestId, 'silent_auth', 'failed'));
    expect(await unheard.status()).toMatchObject({
      channel: 'sms',
      action: { type: 'submit_code', attempts_remaining: 3 },
    });
  });

  it('a PIN whose answer was lost may be sent again', async () => {
    const app = await stack.start(['sms']);
    stack.vonage.script('check', problem(500));
    const lost = await check(app, PIN);
    expect(lost.status).toBe(202);
    expect(lost.body.verification).toMatchObject({
      status: 'checking',
      action: { type: 'submit_code', attempts_remaining: 2 },
    });
    expect((await check(app, PIN)).body.verification.status).toBe('completed');
  });
});

describe('the answer to next_workflow', () => {
  const LATER = {
    detail: 'The operation cannot be performed at this time. Please try again later.',
  };

  it('has no body of ours, and 200 moves on', async () => {
    const app = await stack.start(['silent_auth', 'sms', 'voice'], withCheckUrl);
    const left = await leave(app, 'silent_auth', 'sdk_error');
    expect(left.status).toBe(200);
    expect(steps(left.body.verification)).toEqual([
      'silent_auth failed handset_error',
      'sms action_pending null',
      'voice unused null',
    ]);
    expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
    expect((await leave(app, 'voice')).body.code).toBe('no_next_channel');
    expect(stack.vonage.count('next', app.requestId)).toBe(2);
  });

  it.each<[string, ScriptedAnswer]>([
    ['409: nothing left', problem(409, { detail: 'There are no more events left to trigger.' })],
    ['409: nothing left, by its type', problem(409, { type: 'https://x/errors#no-events' })],
    ['404', problem(404)],
    ['500', problem(500)],
    ['a closed socket', 'reset'],
  ])('%s is never asked again, and the next channel shows', async (_name, answer) => {
    const app = await stack.start(['silent_auth', 'sms']);
    stack.vonage.script('next', answer);
    const left = await leave(app, 'silent_auth', 'sdk_error');
    expect(left.status).toBe(200);
    expect(left.body.verification.channel).toBe('sms');
    expect((await leave(app, 'silent_auth', 'sdk_error')).body).toEqual(left.body);
    expect(stack.vonage.count('next', app.requestId)).toBe(1);
  });

  it.each<[string, ScriptedAnswer]>([
    ['not yet', problem(409, LATER)],
    ['a conflict that we do not know', problem(409, { detail: 'Mercury is in retrograde.' })],
    ['a conflict without a word', { status: 409 }],
  ])('409: %s is asked again after a moment', async (_name, answer) => {
    const app = await stack.start(['silent_auth', 'sms']);
    stack.vonage.script('next', answer);
    expect((await leave(app, 'silent_auth', 'sdk_error')).body.verification.channel).toBe('sms');
    expect(stack.vonage.count('next', app.requestId)).toBe(2);
  });

  it.each<[string, readonly ScriptedAnswer[], number]>([
    ['409 that stays unknown', [problem(409), problem(409)], 2],
    ['409 not yet, four times', Array.from({ length: 4 }, () => problem(409, LATER)), 4],
    ['401 twice', [problem(401), problem(401)], 2],
    ['402', [problem(402)], 1],
    ['429', [problem(429)], 1],
  ])(
    '%s did not move: 503, the channel runs on and may be left anew',
    async (_name, answers, calls) => {
      const app = await stack.start(['silent_auth', 'sms'], withCheckUrl);
      stack.vonage.script('next', ...answers);
      const refused = await leave(app, 'silent_auth', 'sdk_error');
      expect(refused.status).toBe(503);
      expect(refused.body).toMatchObject({
        code: 'provider_unavailable',
        verification: { channel: 'silent_auth', status: 'action_pending' },
      });
      expect(stack.vonage.count('next', app.requestId)).toBe(calls);
      expect((await leave(app, 'silent_auth', 'sdk_error')).body.verification.channel).toBe('sms');
      expect(stack.vonage.count('next', app.requestId)).toBe(calls + 1);
    },
  );
});

describe('POST /next-workflow', () => {
  it.each<[string, object]>([
    ['that name the channel', { from: 'silent_auth', error: 'sdk_error' }],
    ['with an error of the handset alone', { error: 'sdk_no_data_connectivity' }],
    ['with nothing at all', {}],
  ])('20 at once %s skip one channel', async (_name, body) => {
    const app = await stack.start(['silent_auth', 'sms', 'voice'], withCheckUrl);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.post('/next-workflow', body)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(steps(await app.status())).toEqual([
      expect.stringMatching(/^silent_auth (failed|cancelled) /),
      'sms action_pending null',
      'voice unused null',
    ]);
    expect(stack.vonage.count('next', app.requestId)).toBe(1);
  });

  it('leaves a channel that was said to be left before it ran', async () => {
    const app = await stack.start(['silent_auth', 'sms', 'voice'], withCheckUrl);
    for (let times = 0; times < 3; times += 1) {
      expect((await leave(app, 'sms')).body.verification.channel).toBe('silent_auth');
    }
    await stack.send(event(app.requestId, 'silent_auth', 'failed'));
    expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
    expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
    expect(stack.vonage.count('next', app.requestId)).toBe(1);
  });

  it('skips nothing when Vonage was faster', async () => {
    const app = await stack.start(['silent_auth', 'sms', 'voice'], withCheckUrl);
    await stack.send(event(app.requestId, 'silent_auth', 'failed'));
    for (const body of [{ from: 'silent_auth', error: 'sdk_error' }, { error: 'sdk_error' }, {}]) {
      const { status, body: answer } = await app.post('/next-workflow', body);
      expect(status).toBe(200);
      expect(answer.verification.channel).toBe('sms');
    }
    expect(stack.vonage.count('next', app.requestId)).toBe(0);
  });

  it('ends silent_auth alone after an error of the handset, and cancels at Vonage', async () => {
    const app = await stack.start(['silent_auth'], withCheckUrl);
    expect((await leave(app, 'silent_auth')).body.code).toBe('no_next_channel');
    const { status, body } = await leave(app, 'silent_auth', 'sdk_connection_error');
    expect(status).toBe(200);
    expect(body.verification).toMatchObject({ status: 'failed', reason: 'handset_error' });
    expect(stack.vonage.count('next', app.requestId)).toBe(0);
    expect(stack.vonage.count('cancel', app.requestId)).toBe(1);
  });

  it('records a first check_url_rejected, and goes upstream with one after 5 s', async () => {
    const app = await stack.start(['silent_auth', 'sms', 'voice'], withCheckUrl);
    const report = (): Promise<Answer> => leave(app, 'silent_auth', 'check_url_rejected');
    const reports = await Promise.all(Array.from({ length: 5 }, report));
    const { next_change_at: nextChangeAt = '' } = (await app.status()) ?? {};
    for (const { status, body } of reports) {
      expect(status).toBe(200);
      expect(body.verification.channel).toBe('silent_auth');
    }
    const waitMs = Date.parse(String(nextChangeAt)) - Date.now();
    expect(waitMs).toBeGreaterThan(2_000);
    expect(waitMs).toBeLessThanOrEqual(5_000);
    expect(stack.vonage.count('next', app.requestId)).toBe(0);
    const moved = await until(async () => {
      const { verification } = (await report()).body;
      return verification.channel === 'silent_auth' ? undefined : verification;
    });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(String(nextChangeAt)));
    expect(steps(moved)).toEqual([
      'silent_auth failed carrier_failed',
      'sms action_pending null',
      'voice unused null',
    ]);
    await Promise.all(Array.from({ length: 5 }, report));
    expect(stack.vonage.count('next', app.requestId)).toBe(1);
    await stack.send(event(app.requestId, 'silent_auth', 'user_rejected'));
    expect((await app.status()).channel).toBe('sms');
  });
});

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
    const app = await stack.start(['silent_auth', 'sms', 'voice'], withCheckUrl);
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
    const { created_at, next_change_at, expires_at } = clocked.started;
    const seconds = (at: string | null): number =>
      (Date.parse(String(at)) - Date.parse(created_at)) / 1000;
    expect(clocked.started).toMatchObject({ channel: 'sms', next_channel: 'voice', seq: 1 });
    expect(seconds(next_change_at)).toBe(STEP_SECONDS);
    const voice = await clocked.becomes(({ channel }) => channel === 'voice');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(String(next_change_at)));
    expect(steps(voice)).toEqual(['sms expired channel_expired', 'voice action_pending null']);
    expect(voice).toMatchObject({ seq: 1, next_channel: null, next_change_at: expires_at });
    expect((await leave(clocked, 'sms')).body.verification.channel).toBe('voice');
    expect(stack.vonage.count('next', clocked.requestId)).toBe(0);
    expect((await check(clocked, PIN)).body.verification.status).toBe('completed');
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
    stack.vonage.script('start', withCheckUrl(randomUUID()));
    const { body } = await call(stack.endpoints.api, 'POST', '/start', { body: sent });
    expect(body.verification.action).toMatchObject({ method: 'navigate' });
    expect(stack.vonage.calls.at(-1)?.body.workflow[0]).toMatchObject({
      redirect_url: REDIRECT_URL,
    });
  });
});
