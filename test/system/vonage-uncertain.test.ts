/**
 * What Vonage's documents leave open (protocol §12): the product under each reading. The table in
 * `docs/vonage.md` cites these titles.
 */

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VerificationObject } from '../../shared/contract/verification-object.ts';
import type { Channel } from '../../shared/domain/workflow.ts';
import { type Answer, call, phoneNumber } from '../fixtures/app.ts';
import {
  ALL_CHANNELS,
  check,
  created,
  problem,
  type ScriptedStack,
  startScriptedStack,
  steps,
} from '../fixtures/scripted-stack.ts';
import { type ScriptedAnswer, sign, webhooks } from '../fixtures/scripted-vonage.ts';

/** `strict`: a coverage check before the 202, and a SIM mismatch that ends everything. */
let usual: ScriptedStack;
let strict: ScriptedStack;

beforeAll(async () => {
  [usual, strict] = await Promise.all([
    startScriptedStack({ workflow: ALL_CHANNELS }),
    startScriptedStack({
      workflow: ALL_CHANNELS,
      coverageCheck: true,
      afterUserRejected: 'stop',
    }),
  ]);
});

afterEach(() => {
  usual.endTest();
  strict.endTest();
});

afterAll(async () => {
  await usual?.close();
  await strict?.close();
});

const { event, summary, actionPending } = webhooks;
const TWO = ['silent_auth', 'sms'] as const;
const PIN = '123456';
const BY_SMS = { status: 'completed', channel: 'sms' };
const SMS_RUNS = { status: 'action_pending', channel: 'sms' };

/** What must not depend on the order in which facts arrive. */
const lasting = (verification: VerificationObject): object => {
  const { request_id, seq, created_at, updated_at, expires_at, ended_at, ...rest } = verification;
  return rest;
};
const withCheckUrl =
  (checkUrl: string) =>
  (requestId: string): ScriptedAnswer =>
    created(requestId, checkUrl);

async function post(body: string, authorization: string): Promise<number> {
  const response = await fetch(`${usual.endpoints.api}/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body,
  });
  await response.text();
  return response.status;
}

const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

describe('webhooks', () => {
  it('webhooks come late, twice and after refusals', async () => {
    const app = await usual.start(TWO);
    const failed = event(app.requestId, 'silent_auth', 'failed');
    expect(await post(JSON.stringify(failed), '')).toBe(503);
    expect(await app.status()).toEqual(app.started);
    expect(await usual.send(failed, { claims: { iat: secondsAgo(23 * 3600) } })).toBe(204);
    const moved = await app.status();
    expect(moved).toMatchObject({ channel: 'sms', seq: 2 });
    expect(await usual.send({ ...failed, triggered_at: new Date(0).toISOString() })).toBe(204);
    expect(await usual.send({ ...failed, finalized_at: 'later', client_ref: 'x' })).toBe(204);
    expect(await app.status()).toEqual(moved);
  });

  it('a retry with the same or a new token', async () => {
    const app = await usual.start(TWO);
    const body = JSON.stringify(event(app.requestId, 'silent_auth', 'expired'));
    const token = sign(body, usual.endpoints);
    expect(await post(body, token)).toBe(204);
    const moved = await app.status();
    expect(await post(body, token)).toBe(204);
    expect(await post(body, sign(body, usual.endpoints))).toBe(204);
    const exp = (seconds: number): string =>
      sign(body, usual.endpoints, { claims: { exp: secondsAgo(-seconds) } });
    expect(await post(body, exp(3600))).toBe(204);
    expect(await post(body, exp(-1))).toBe(401);
    expect(await app.status()).toEqual(moved);
  });
});

describe('cancel under every answer and webhook', () => {
  const about = (requestId: string) => ({
    event: event(requestId, 'silent_auth', 'cancelled'),
    summary: summary(requestId, 'cancelled', { silent_auth: 'cancelled', sms: 'unused' }),
  });

  it.each<[string, ScriptedAnswer, readonly ('event' | 'summary')[]]>([
    ['204 and nothing', { status: 204 }, []],
    ['204 and an event', { status: 204 }, ['event']],
    ['204 and a summary', { status: 204 }, ['summary']],
    ['204 and both', { status: 204 }, ['event', 'summary']],
    ['404 and a summary', problem(404), ['summary']],
    ['409 and both', problem(409), ['summary', 'event']],
    ['500 and nothing', problem(500), []],
    ['a closed socket and nothing', 'reset', []],
  ])('%s', async (_name, answer, sent) => {
    const app = await usual.start(TWO);
    usual.vonage.script(`cancel ${app.requestId}`, answer);
    const { status, body } = await app.post('/cancel');
    expect(status).toBe(200);
    expect(body.verification).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled_by_client',
      action: null,
    });
    for (const kind of sent) expect(await usual.send(about(app.requestId)[kind])).toBe(204);
    expect(lasting(await app.status())).toEqual(lasting(body.verification));
    // A lost request is repeated once, on a new socket.
    const isLost = typeof answer === 'string' || answer.status === 500;
    expect(usual.vonage.count('cancel', app.requestId)).toBe(isLost ? 2 : 1);
  });

  it('ignores a request that Vonage lets run on', async () => {
    const app = await usual.start(TWO);
    usual.vonage.script(`cancel ${app.requestId}`, { status: 404 });
    const { verification } = (await app.post('/cancel')).body;
    await usual.send(event(app.requestId, 'silent_auth', 'expired'));
    await usual.send(summary(app.requestId, 'expired', { silent_auth: 'expired', sms: 'expired' }));
    const { status, reason } = verification;
    expect(await app.status()).toMatchObject({ status, reason });
    expect((await check(app, PIN)).status).toBe(410);
    expect(usual.vonage.count('check', app.requestId)).toBe(0);
  });
});

describe('silent_auth', () => {
  it.each([
    ['409', 'user_rejected', 'number_mismatch'],
    ['412', 'failed', 'carrier_failed'],
  ])("a carrier's no as 409 and as 412: %s", async (_status, outcome, reason) => {
    const app = await usual.start(TWO, usual.withCheckUrl);
    const report = { from: 'silent_auth', error: 'check_url_rejected' };
    const { body } = await app.post('/next-workflow', report);
    expect(body.verification).toMatchObject({ channel: 'silent_auth', status: 'action_pending' });
    await usual.send(event(app.requestId, 'silent_auth', outcome));
    const moved = await app.status();
    expect(steps(moved)).toEqual([`silent_auth ${outcome} ${reason}`, 'sms action_pending null']);
    expect((await app.post('/next-workflow', report)).body.verification).toEqual(moved);
    expect(usual.vonage.count('next', app.requestId)).toBe(0);
  });

  it('an unsupported network with and without its event: after a coverage check', async () => {
    const app = await strict.start(TWO);
    expect(steps(app.started)).toEqual([
      'silent_auth failed network_unsupported',
      'sms action_pending null',
    ]);
    await strict.send(event(app.requestId, 'silent_auth', 'failed'));
    expect(await app.status()).toEqual(app.started);
    const { body } = await check(app, PIN);
    const verified = { phone_number: true, email: false };
    expect(body.verification).toMatchObject({ ...BY_SMS, verified });
    const supported = await strict.start(TWO, strict.withCheckUrl);
    expect(supported.started).toMatchObject({ channel: 'silent_auth', status: 'action_pending' });
  });

  it('an unsupported network with and without its event: without a coverage check', async () => {
    const told = await usual.start(TWO);
    await usual.send(event(told.requestId, 'silent_auth', 'failed'));
    expect(await told.status()).toMatchObject(SMS_RUNS);

    const untold = await usual.start(TWO);
    expect(untold.started).toMatchObject({ channel: 'silent_auth', status: 'pending' });
    const { verification } = (await check(untold, PIN)).body;
    expect(verification).toMatchObject({ status: 'completed', verified: { phone_number: true } });
    const outcomes = { silent_auth: 'failed', sms: 'completed' };
    await usual.send(summary(untold.requestId, 'completed', outcomes));
    expect(steps(await untold.status())).toEqual([
      'silent_auth failed carrier_failed',
      'sms completed null',
    ]);
  });

  it('check_url in the answer, the webhook, both, neither', async () => {
    const url = usual.checkUrl(randomUUID());
    const shown = ({ action }: VerificationObject): unknown =>
      action?.type === 'open_check_url' && action.check_url;

    const answered = await usual.start(TWO, withCheckUrl(url));
    expect(shown(answered.started)).toBe(url);
    await usual.send(actionPending(answered.requestId, url));
    expect(await answered.status()).toEqual(answered.started);

    const reported = await usual.start(TWO);
    expect(reported.started).toMatchObject({ status: 'pending', action: null, seq: 1 });
    await usual.send(actionPending(reported.requestId, url));
    expect(shown(await reported.status())).toBe(url);

    for (const checkUrl of [url, undefined]) {
      const overtaken = await usual.start(TWO, (requestId) => ({
        ...created(requestId, checkUrl),
        until: () => usual.send(actionPending(requestId, url)),
      }));
      expect(shown(overtaken.started)).toBe(url);
      await usual.send(actionPending(overtaken.requestId, url));
      expect(await overtaken.status()).toEqual(overtaken.started);
    }

    const neither = await usual.start(TWO);
    const left = await neither.post('/next-workflow', { from: 'silent_auth' });
    expect(left.body.verification).toMatchObject(SMS_RUNS);
  });

  it('a check_url opened twice', async () => {
    const [first, second] = [usual.checkUrl('first'), usual.checkUrl('second')];
    const app = await usual.start(TWO, withCheckUrl(first));
    const foreseen = usual.vonage.calls.length;
    await usual.send(actionPending(app.requestId, second));
    const renewed = await app.status();
    expect(renewed.action).toMatchObject({ check_url: second });
    await usual.send(actionPending(app.requestId, first));
    await usual.send(actionPending(app.requestId, second));
    expect(await app.status()).toEqual(renewed);
    await app.post('/next-workflow', { from: 'silent_auth', error: 'sdk_timeout_error' });
    await usual.send(actionPending(app.requestId, usual.checkUrl('third')));
    const { action } = await app.status();
    expect(action).toMatchObject({ type: 'submit_code' });
    expect(usual.vonage.calls.slice(foreseen).map(({ method }) => method)).toEqual(['POST']);
  });

  it.each([
    ['another host', 'https://api.vonage.com.evil.example/check'],
    ['plain http', 'http://api-eu.vonage.com/check'],
    ['another port', 'http://127.0.0.1:1/check'],
    ['a script', 'javascript:alert(1)'],
  ])('a check_url on a foreign host: %s', async (_name, url) => {
    const app = await usual.start(TWO, withCheckUrl(url));
    expect(app.started).toMatchObject({ status: 'pending', action: null });
    expect(await usual.send(actionPending(app.requestId, url))).toBe(204);
    expect(await app.status()).toEqual(app.started);
    const { body } = await app.post('/next-workflow', { from: 'silent_auth', error: 'sdk_error' });
    expect(body.verification).toMatchObject(SMS_RUNS);
  });

  it.each([
    ['failed', 'carrier_failed'],
    ['expired', 'channel_expired'],
    ['blocked', 'blocked_by_provider'],
  ])('silent_auth fails for any reason: %s', async (outcome, reason) => {
    const app = await usual.start(TWO, usual.withCheckUrl);
    await usual.send(event(app.requestId, 'silent_auth', outcome));
    const moved = [`silent_auth ${outcome} ${reason}`, 'sms action_pending null'];
    expect(steps(await app.status())).toEqual(moved);
    expect((await check(app, PIN)).body.verification).toMatchObject(BY_SMS);
  });
});

describe('a wrong silent code under four readings', () => {
  const WRONG = 'aBcDeF';

  it.each(['before', 'after'])('Vonage moves on itself and says so %s its answer', async (when) => {
    const app = await usual.start(['silent_auth', 'sms', 'voice']);
    const failed = event(app.requestId, 'silent_auth', 'failed');
    let told: Promise<number> = Promise.resolve(0);
    const tell = async (): Promise<void> => {
      told = usual.send(failed);
      if (when === 'before') await told;
    };
    usual.vonage.script('check', { status: 400, until: tell });
    const answer = await check(app, WRONG);
    await told;
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'code_invalid', attempts_remaining: 0 });
    expect(steps(await app.status())).toEqual([
      'silent_auth failed code_rejected',
      'sms action_pending null',
      'voice unused null',
    ]);
    expect(usual.vonage.count('next', app.requestId)).toBe(0);
  });

  const NOTHING_LEFT = problem(409, { detail: 'There are no more events left to trigger.' });
  it.each<[string, readonly Channel[], readonly ScriptedAnswer[]]>([
    ['Vonage stays, so that it is asked for the next channel', TWO, []],
    ['Vonage stays, and two channels follow', ['silent_auth', 'sms', 'voice'], []],
    ['Vonage has moved on and has nothing left', TWO, [NOTHING_LEFT]],
  ])('%s', async (_reading, channels, answers) => {
    const app = await usual.start(channels);
    usual.vonage.script('check', problem(400));
    usual.vonage.script(`next ${app.requestId}`, ...answers);
    expect((await check(app, WRONG)).body.verification.channel).toBe('sms');
    expect(usual.vonage.count('next', app.requestId)).toBe(1);
    expect((await check(app, WRONG)).status).toBe(409);
    expect((await check(app, 'xBcDeF')).body.code).toBe('code_not_expected');
    expect(usual.vonage.count('check', app.requestId)).toBe(1);
    await usual.send(event(app.requestId, 'silent_auth', 'failed'));
    expect((await app.status()).channel).toBe('sms');
  });

  it('Vonage ends the request, by summary', async () => {
    const app = await usual.start(TWO);
    usual.vonage.script('check', problem(400));
    usual.vonage.script('next', problem(404));
    await check(app, WRONG);
    await usual.send(summary(app.requestId, 'failed', { silent_auth: 'failed', sms: 'unused' }));
    const ended = await app.status();
    const end = { status: 'failed', channel: 'silent_auth', reason: 'code_rejected' };
    expect(ended).toMatchObject(end);
    expect(steps(ended)).toEqual(['silent_auth failed code_rejected', 'sms unused null']);
  });

  it('Vonage answers 410, which ends the request', async () => {
    const app = await usual.start(TWO);
    usual.vonage.script('check', problem(410));
    const answer = await check(app, WRONG);
    expect(answer.status).toBe(410);
    expect(answer.body.verification).toMatchObject({ status: 'failed', reason: 'code_rejected' });
    expect(usual.vonage.count('next', app.requestId)).toBe(0);
  });
});

describe('a code too early and too late', () => {
  it('is not expected while silent_auth runs, and expected afterwards', async () => {
    const app = await usual.start(TWO);
    usual.vonage.script('check', problem(409));
    const early = await check(app, PIN);
    expect(early.status).toBe(409);
    expect(early.body.code).toBe('code_not_expected');
    await usual.send(event(app.requestId, 'silent_auth', 'failed'));
    expect((await check(app, PIN)).body.verification.status).toBe('completed');
  });

  it('is closed when Vonage does not know the request any more', async () => {
    const app = await usual.start(['sms']);
    usual.vonage.script('check', problem(404));
    const late = await check(app, PIN);
    expect(late.status).toBe(410);
    expect(late.body.code).toBe('verification_closed');
    await usual.send(summary(app.requestId, 'expired', { sms: 'expired' }));
    expect(await app.status()).toMatchObject({ status: 'expired', reason: 'channel_expired' });
  });

  it('may have been accepted before, when the answer to an earlier one was lost', async () => {
    const app = await usual.start(['sms']);
    usual.vonage.script('check', problem(500), problem(404));
    expect((await check(app, PIN)).status).toBe(202);
    const again = await check(app, PIN);
    expect(again.status).toBe(202);
    expect(again.body.verification.status).toBe('checking');
    await usual.send(summary(app.requestId, 'completed', { sms: 'completed' }));
    expect(await app.status()).toMatchObject({ ...BY_SMS, verified: { phone_number: true } });
  });
});

describe('the end', () => {
  it('PIN channels with and without events', async () => {
    const [silent, talking] = await Promise.all([
      usual.start(['sms', 'voice']),
      usual.start(['whatsapp', 'rcs']),
    ]);
    await usual.send(event(talking.requestId, 'whatsapp', 'failed'));
    expect(steps(await talking.status())).toEqual([
      'whatsapp failed provider_failed',
      'rcs action_pending null',
    ]);
    await check(talking, PIN);
    await usual.send(event(talking.requestId, 'rcs', 'completed'));
    const outcomes = { whatsapp: 'failed', rcs: 'completed' };
    await usual.send(summary(talking.requestId, 'completed', outcomes));
    await check(silent, PIN);
    await usual.send(summary(silent.requestId, 'completed', { sms: 'failed', voice: 'completed' }));
    const [one, other] = [await silent.status(), await talking.status()].map((verification) =>
      JSON.stringify(lasting(verification))
        .replaceAll('whatsapp', 'sms')
        .replaceAll('rcs', 'voice'),
    );
    expect(one).toBe(other);
    expect(one).toContain('"status":"completed","channel":"voice"');
  });

  it.each<[string, object, string, string | null]>([
    ['failed', { price: 0.05 }, 'failed', 'provider_failed'],
    ['expired', { price: '0.05' }, 'expired', 'channel_expired'],
    ['blocked', { price: 'free' }, 'blocked', 'blocked_by_provider'],
    ['cancelled', { price: null }, 'cancelled', 'provider_failed'],
    ['user_rejected', { price: -1 }, 'user_rejected', 'provider_failed'],
    ['completed', {}, 'action_pending', null],
    ['surprising', { price: '1' }, 'action_pending', null],
  ])('summaries with every status and price: %s', async (status, more, shown, reason) => {
    for (const workflow of [{ sms: status }, {}]) {
      const app = await usual.start(['sms']);
      expect(await usual.send({ ...summary(app.requestId, status, workflow), ...more })).toBe(204);
      expect(await app.status()).toMatchObject({ status: shown, reason, channel: 'sms' });
    }
  });

  it('a blocked channel', async () => {
    const reason = 'Fraudulent traffic detected for your account on network [ 23410 ].';
    const byEvent = await usual.start(['sms']);
    await usual.send({ ...event(byEvent.requestId, 'sms', 'blocked'), reason });
    const bySummary = await usual.start(['sms']);
    const { channel_timeout, ...blocked } = summary(bySummary.requestId, 'blocked', {});
    const at = blocked.submitted_at;
    const workflow = [{ channel: 'sms', initiated_at: at, status: 'blocked', reason }];
    await usual.send({ ...blocked, workflow, finalized_at: at });
    const [one, other] = [await byEvent.status(), await bySummary.status()];
    expect(one).toMatchObject({ status: 'blocked', reason: 'blocked_by_provider' });
    expect(lasting(one)).toEqual(lasting(other));
    expect(JSON.stringify(other)).not.toContain('Fraudulent');
  });
});

describe('a start', () => {
  it('throttled with and without retry-after', async () => {
    const start = (): Promise<Answer> =>
      call(usual.endpoints.api, 'POST', '/start', {
        body: { phone_number: phoneNumber('8'), channels: ['sms'] },
      });
    usual.vonage.script('start', { status: 429, headers: { 'retry-after': '77' } }, problem(429));
    for (const { status, body, headers } of [await start(), await start()]) {
      expect([status, body.code]).toEqual([503, 'provider_unavailable']);
      expect(headers.get('retry-after')).toBe('5');
    }
    expect((await start()).status).toBe(202);
  });
});

describe('user_rejected under both readings', () => {
  const REJECTED = { status: 'user_rejected', channel: 'silent_auth', reason: 'number_mismatch' };
  const step = 'silent_auth user_rejected number_mismatch';

  it('continues: the step ends at once and the next channel shows', async () => {
    const app = await usual.start(TWO, usual.withCheckUrl);
    const socket = await app.openSocket();
    await socket.subscribe();
    await usual.send(event(app.requestId, 'silent_auth', 'user_rejected'));
    const pushed = await socket.receives(({ channel }) => channel === 'sms');
    expect(steps(pushed)).toEqual([step, 'sms action_pending null']);
    socket.close();
    expect((await check(app, PIN)).body.verification).toMatchObject(BY_SMS);
  });

  it.each(['user_rejected', 'failed'])('continues, until a summary %s ends it', async (status) => {
    const app = await usual.start(TWO);
    await usual.send(event(app.requestId, 'silent_auth', 'user_rejected'));
    const outcomes = { silent_auth: 'user_rejected', sms: 'unused' };
    await usual.send(summary(app.requestId, status, outcomes));
    const ended = await app.status();
    expect(ended).toMatchObject(REJECTED);
    expect(steps(ended)).toEqual([step, 'sms unused null']);
  });

  it('stops: the verification ends at once, whatever Vonage does with the next channel', async () => {
    const app = await strict.start(TWO, strict.withCheckUrl);
    await strict.send(event(app.requestId, 'silent_auth', 'user_rejected'));
    const ended = await app.status();
    expect(ended).toMatchObject({ ...REJECTED, action: null });
    expect((await check(app, PIN)).status).toBe(410);
    const outcomes = { silent_auth: 'user_rejected', sms: 'completed' };
    await strict.send(summary(app.requestId, 'completed', outcomes));
    expect(await app.status()).toEqual(ended);
  });
});
