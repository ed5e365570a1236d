/** The webhooks of Vonage, and what a start sends (protocol §1.3, §5). */

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
import { type ScriptedCall, webhooks } from '../fixtures/scripted-vonage.ts';

/** No test takes so long. */
const STEP_SECONDS = 900;
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
  const advanced = { type: 'auth', sim_based_authz_data: { vpResponse: { claims: [{}] } } };
  it.each<[string, object]>([
    ['mode advanced', { mode: 'advanced', action: advanced }],
    ['an unknown channel', { channel: 'pigeon', status: 'failed' }],
    ['a channel of no workflow', { channel: 'rcs', status: 'failed' }],
  ])('with %s are accepted and have no effect', async (_name, more) => {
    const app = await stack.start(['silent_auth', 'sms']);
    const pending = event(app.requestId, 'silent_auth', 'action_pending');
    expect(await stack.send({ ...pending, ...more })).toBe(204);
    expect(await app.status()).toEqual(app.started);
  });

  it('of a channel already left change nothing', async () => {
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
  it('end a verification by the last channel that was used', async () => {
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

  it('name the channel of a PIN that two channels could have sent', async () => {
    const app = await stack.start(['sms', 'email']);
    const { body } = await check(app, PIN);
    expect(body.verification).toMatchObject({
      status: 'completed',
      verified: { phone_number: false, email: false },
    });
    await stack.send(summary(app.requestId, 'completed', { sms: 'expired', email: 'completed' }));
    const certain = await app.status();
    const verified = { phone_number: false, email: true };
    expect(certain).toMatchObject({ status: 'completed', channel: 'email', verified });
    expect(certain.seq).toBe(body.verification.seq + 1);
  });

  it('after the end change no status', async () => {
    const app = await stack.start(['sms', 'voice']);
    await check(app, PIN);
    await stack.send(summary(app.requestId, 'failed', { sms: 'failed', voice: 'failed' }));
    expect((await app.status()).status).toBe('completed');
  });
});

describe('what a start sends', () => {
  /** The bodies that Vonage received for one start. */
  async function sentFor(more: object): Promise<ScriptedCall['body'][]> {
    const before = stack.vonage.calls.length;
    const body = { phone_number: phoneNumber('8'), ...more };
    expect((await call(stack.endpoints.api, 'POST', '/start', { body })).status).toBe(202);
    return stack.vonage.calls.slice(before).map(({ body: sent }) => sent);
  }

  it('is every channel with its own fields, in the order of the request', async () => {
    const channels = ['silent_auth', 'whatsapp', 'rcs'];
    const to = phoneNumber('8').slice(1);
    expect(await sentFor({ phone_number: `+${to}`, channels, locale: 'de_DE@rg=atzzzz' })).toEqual([
      {
        brand: expect.any(String),
        locale: 'de-de',
        channel_timeout: STEP_SECONDS,
        client_ref: expect.stringMatching(/^[0-9a-f]{32}$/),
        code_length: 6,
        workflow: [
          { channel: 'silent_auth', to, coverage_check: false },
          { channel: 'whatsapp', to, from: '447700900000' },
          { channel: 'rcs', to, from: 'acme' },
        ],
      },
    ]);
  });

  it('is repeated without a locale that Vonage refuses', async () => {
    const invalid_parameters = [{ name: 'locale', reason: 'Locale is invalid' }];
    stack.vonage.script('start', problem(422, { invalid_parameters }));
    const sent = await sentFor({ channels: ['sms'], locale: 'tlh' });
    expect(sent.map(({ locale }) => locale)).toEqual(['tlh', undefined]);
  });

  it('is the redirect_url only for a web page, which then navigates', async () => {
    const sent = { phone_number: phoneNumber('8'), channels: ['silent_auth'], result: 'redirect' };
    stack.vonage.script('start', stack.withCheckUrl(randomUUID()));
    const { body } = await call(stack.endpoints.api, 'POST', '/start', { body: sent });
    expect(body.verification.action).toMatchObject({ method: 'navigate' });
    const [silentAuth] = stack.vonage.calls.at(-1)?.body.workflow ?? [];
    expect(silentAuth).toMatchObject({ redirect_url: REDIRECT_URL });
  });
});
