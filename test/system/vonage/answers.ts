/** Every answer of Vonage that a running verification can meet (protocol §2, §3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { age } from '../../fixtures/age.ts';
import type { Answer, App } from '../../fixtures/app.ts';
import { check, leave, problem, type ScriptedStack, steps } from '../../fixtures/scripted-stack.ts';
import { type ScriptedAnswer, webhooks } from '../../fixtures/scripted-vonage.ts';
import { until } from '../../fixtures/until.ts';

let stack: ScriptedStack;
/**
 * Checks that Vonage does not answer whole; begun with the file, because their time has to run out.
 */
let stalled: PendingCheck;
let lost: PendingCheck;

interface PendingCheck {
  readonly app: App;
  readonly answer: Promise<Answer>;
}

/** Resolves when Vonage has got the code. */
async function beginCheck(answer: ScriptedAnswer): Promise<PendingCheck> {
  const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
  stack.vonage.script('check', answer);
  const pending = { app, answer: check(app, SILENT_CODE) };
  await until(() => stack.vonage.count('check', app.requestId) || undefined);
  return pending;
}

const { event, summary } = webhooks;
const PIN = '123456';
const SILENT_CODE = 'si9sfG';
const EARLY_MS = 600_000;

/** @param running the stack, once it runs */
export function vonageAnswers(running: () => ScriptedStack): void {
  beforeAll(async () => {
    stack = running();
    stalled = await beginCheck({ status: 200, stalls: true });
    lost = await beginCheck('reset');
  });

  describe('the answer to a check', () => {
    it('200 completes, whatever its body', async () => {
      const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
      stack.vonage.script('check', { status: 200, raw: '<html>' });
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

    it('429 decided nothing: 503, and the try is given back', async () => {
      const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
      stack.vonage.script('check', problem(429));
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

    it('a redirect is unknown until Vonage says more', async () => {
      const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
      const headers = { location: 'https://api.nexmo.com/' };
      stack.vonage.script('check', { status: 302, headers });
      const lost = await check(app, SILENT_CODE);
      expect(lost.status).toBe(202);
      expect(lost.body.verification).toMatchObject({ status: 'checking', action: null });
      expect((await check(app, SILENT_CODE)).status).toBe(409);
      expect(stack.vonage.count('check', app.requestId)).toBe(1);
      await stack.send(event(app.requestId, 'silent_auth', 'completed'));
      expect((await app.status()).status).toBe('completed');
    });

    it('and the webhooks about it make one transition, whichever is first', async () => {
      const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
      const socket = await app.openSocket();
      await socket.subscribe();
      const completed = event(app.requestId, 'silent_auth', 'completed');
      stack.vonage.script('check', { status: 200, until: () => stack.send(completed) });
      const { body } = await check(app, SILENT_CODE);
      const outcomes = { silent_auth: 'completed', sms: 'unused' };
      await stack.send(summary(app.requestId, 'completed', outcomes));
      expect(await app.status()).toEqual(body.verification);
      const ends = socket.verifications().filter(({ status }) => status === 'completed');
      expect(new Set(ends.map(({ seq }) => seq)).size).toBe(1);
      socket.close();
    });

    it('400 leaves no try where the summary of the end was faster', async () => {
      const app = await stack.start(['sms']);
      const ended = summary(app.requestId, 'failed', { sms: 'failed' });
      stack.vonage.script('check', {
        status: 400,
        body: { title: 'Invalid Code' },
        until: () => stack.send(ended),
      });
      const wrong = await check(app, PIN);
      expect(wrong.status).toBe(400);
      expect(wrong.body).toMatchObject({
        attempts_remaining: 0,
        verification: { status: 'failed', action: null },
      });
      expect((await check(app, PIN)).status).toBe(410);
    });

    it('is not asked for when silent_auth is over, and its code comes late', async () => {
      const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
      await stack.send(event(app.requestId, 'silent_auth', 'failed'));
      const late = await check(app, SILENT_CODE);
      expect(late.status).toBe(409);
      expect(late.body).toMatchObject({
        code: 'code_not_expected',
        verification: { channel: 'sms', action: { attempts_remaining: 3 } },
      });
      expect(stack.vonage.count('check', app.requestId)).toBe(0);
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

    it('needs no body, and 200 moves on', async () => {
      const app = await stack.start(['silent_auth', 'sms', 'voice'], stack.withCheckUrl);
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

    it.each<[string, readonly ScriptedAnswer[], number]>([
      ['409 not yet, four times', Array.from({ length: 4 }, () => problem(409, LATER)), 4],
      ['429', [problem(429)], 1],
    ])(
      '%s did not move: 503, the channel runs on and may be left anew',
      async (_name, answers, calls) => {
        const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
        stack.vonage.script('next', ...answers);
        const refused = await leave(app, 'silent_auth', 'sdk_error');
        expect(refused.status).toBe(503);
        expect(refused.body).toMatchObject({
          code: 'provider_unavailable',
          verification: { channel: 'silent_auth', status: 'action_pending' },
        });
        expect(stack.vonage.count('next', app.requestId)).toBe(calls);
        expect((await leave(app, 'silent_auth', 'sdk_error')).body.verification.channel).toBe(
          'sms',
        );
        expect(stack.vonage.count('next', app.requestId)).toBe(calls + 1);
      },
    );
  });

  describe('a check without a whole answer', () => {
    it('completes by the status, although the body never comes', async () => {
      const { status, body } = await stalled.answer;
      expect([status, body.verification.status]).toEqual([200, 'completed']);
    });

    it('is unknown without any, until a webhook tells', async () => {
      expect((await lost.answer).status).toBe(202);
      await stack.send(event(lost.app.requestId, 'silent_auth', 'failed'));
      expect(await lost.app.status()).toMatchObject({
        channel: 'sms',
        action: { type: 'submit_code', attempts_remaining: 3 },
      });
    });
  });

  describe('POST /next-workflow', () => {
    it.each<[string, object]>([
      ['that name the channel', { from: 'silent_auth', error: 'sdk_error' }],
      ['with an error of the handset alone', { error: 'sdk_no_data_connectivity' }],
    ])('20 at once %s skip one channel', async (_name, body) => {
      const app = await stack.start(['silent_auth', 'sms', 'voice'], stack.withCheckUrl);
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
      const app = await stack.start(['silent_auth', 'sms', 'voice'], stack.withCheckUrl);
      for (let times = 0; times < 3; times += 1) {
        expect((await leave(app, 'sms')).body.verification.channel).toBe('silent_auth');
      }
      await stack.send(event(app.requestId, 'silent_auth', 'failed'));
      expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
      expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
      expect(stack.vonage.count('next', app.requestId)).toBe(1);
    });

    it('skips nothing when Vonage was faster', async () => {
      const app = await stack.start(['silent_auth', 'sms', 'voice'], stack.withCheckUrl);
      await stack.send(event(app.requestId, 'silent_auth', 'failed'));
      for (const body of [
        { from: 'silent_auth', error: 'sdk_error' },
        { error: 'sdk_error' },
        {},
      ]) {
        const { status, body: answer } = await app.post('/next-workflow', body);
        expect(status).toBe(200);
        expect(answer.verification.channel).toBe('sms');
      }
      expect(stack.vonage.count('next', app.requestId)).toBe(0);
    });

    it('answers with the object after the end, and asks nobody', async () => {
      const app = await stack.start(['silent_auth', 'sms'], stack.withCheckUrl);
      const cancels = await Promise.all(Array.from({ length: 10 }, () => app.post('/cancel')));
      expect(new Set(cancels.map(({ status }) => status))).toEqual(new Set([200]));
      expect(stack.vonage.count('cancel', app.requestId)).toBe(1);
      const ended = await app.status();
      const { status, body } = await leave(app, 'silent_auth', 'sdk_error');
      expect(status).toBe(200);
      expect(body.verification).toEqual(ended);
      expect(stack.vonage.count('next', app.requestId)).toBe(0);
    });

    it('ends silent_auth alone after an error of the handset, and cancels at Vonage', async () => {
      const app = await stack.start(['silent_auth'], stack.withCheckUrl);
      expect((await leave(app, 'silent_auth')).body.code).toBe('no_next_channel');
      const { status, body } = await leave(app, 'silent_auth', 'sdk_connection_error');
      expect(status).toBe(200);
      expect(body.verification).toMatchObject({ status: 'failed', reason: 'handset_error' });
      expect(stack.vonage.count('next', app.requestId)).toBe(0);
      expect(stack.vonage.count('cancel', app.requestId)).toBe(1);
    });

    it('records a first check_url_rejected, and goes upstream with one after 5 s', async () => {
      const app = await stack.start(['silent_auth', 'sms', 'voice'], stack.withCheckUrl);
      const report = (): Promise<Answer> => leave(app, 'silent_auth', 'check_url_rejected');
      const atOnce = (): Promise<Answer[]> => Promise.all(Array.from({ length: 5 }, report));
      const seen = ({ status, body }: Answer) => `${status} ${body.verification.channel}`;
      expect(seen(await report())).toBe('200 silent_auth');
      // However long they take, they come before the 5 s are over.
      await age(stack.endpoints, app.requestId, -EARLY_MS);
      expect(new Set((await atOnce()).map(seen))).toEqual(new Set(['200 silent_auth']));
      expect(stack.vonage.count('next', app.requestId)).toBe(0);
      await age(stack.endpoints, app.requestId, EARLY_MS + 5_000);
      expect(steps((await report()).body.verification)).toEqual([
        'silent_auth failed carrier_failed',
        'sms action_pending null',
        'voice unused null',
      ]);
      await atOnce();
      expect(stack.vonage.count('next', app.requestId)).toBe(1);
      await stack.send(event(app.requestId, 'silent_auth', 'user_rejected'));
      expect((await app.status()).channel).toBe('sms');
    });
  });
}
