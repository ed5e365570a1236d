/** Every answer of Vonage that a running verification can meet (protocol §2, §3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { age } from '../../fixtures/age.ts';
import type { Answer, App } from '../../fixtures/app.ts';
import {
  check,
  leave,
  PIN,
  problem,
  type ScriptedStack,
  SILENT_CODE,
  steps,
  TRY_LATER,
} from '../../fixtures/scripted-stack.ts';
import { type Operation, type ScriptedAnswer, webhooks } from '../../fixtures/scripted-vonage.ts';

let stack: ScriptedStack;

const { event, summary } = webhooks;
const EARLY_MS = 600_000;
const LEFT_BEHIND = ['sms action_pending null', 'voice unused null'];

/** A verification whose check_url is there. */
function start(...channels: Parameters<ScriptedStack['start']>[0]): Promise<App> {
  return stack.start(channels, stack.withCheckUrl);
}

const asked = (operation: Operation, { requestId }: App): number =>
  stack.vonage.count(operation, requestId);

const statusesOf = (answers: readonly Answer[]): ReadonlySet<number> =>
  new Set(answers.map(({ status }) => status));

/** Of so many requests that are sent at once. */
const atOnce = (count: number, send: () => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, send));

/** @param running the stack, once it runs */
export function vonageAnswers(running: () => ScriptedStack): void {
  beforeAll(() => {
    stack = running();
  });

  describe('an answer to a check', () => {
    it.each<[string, ScriptedAnswer]>([
      ['whatever its body', { status: 200, raw: '<html>' }],
      ['although its body never comes', { status: 200, stalls: true }],
    ])('that is 200 completes %s, and the code is not sent again', async (_what, answer) => {
      const app = await start('silent_auth', 'sms');
      stack.vonage.script('check', answer);
      const checked = await check(app, SILENT_CODE);
      expect(checked.status).toBe(200);
      expect(checked.body.verification).toMatchObject({
        status: 'completed',
        channel: 'silent_auth',
        verified: { phone_number: true, email: false },
      });
      const path = `/v2/verify/${app.requestId}`;
      const sent = expect.objectContaining({ path, body: { code: SILENT_CODE } });
      expect(stack.vonage.calls).toContainEqual(sent);
      expect((await check(app, SILENT_CODE)).status).toBe(200);
      expect(asked('check', app)).toBe(1);
    });

    it('that is 429 decides nothing: 503, and the try is given back', async () => {
      const app = await start('silent_auth', 'sms');
      stack.vonage.script('check', problem(429));
      const { status, body, headers } = await check(app, SILENT_CODE);
      expect(status).toBe(503);
      expect(body).toMatchObject({
        code: 'provider_unavailable',
        retryable: true,
        verification: { status: 'action_pending', channel: 'silent_auth' },
      });
      expect(headers.get('retry-after')).not.toBeNull();
      expect(JSON.stringify(body)).not.toContain('canary');
      expect((await check(app, SILENT_CODE)).body.verification.status).toBe('completed');
    });

    it('that is 400 counts a PIN down, 410 ends it, and then Vonage is not asked again', async () => {
      const app = await stack.start(['sms', 'voice']);
      stack.vonage.script('check', problem(400), problem(400), problem(410));
      for (const attempts_remaining of [2, 1]) {
        const { status, body } = await check(app, PIN);
        const verification = { action: { attempts_remaining } };
        expect(status).toBe(400);
        expect(body).toMatchObject({ code: 'code_invalid', attempts_remaining, verification });
        expect(JSON.stringify(body)).not.toContain('canary');
      }
      const last = await check(app, PIN);
      expect(last.status).toBe(410);
      expect(last.body).toMatchObject({
        code: 'verification_closed',
        verification: { status: 'failed', reason: 'code_attempts_exhausted', channel: 'sms' },
      });
      expect((await check(app, PIN)).status).toBe(410);
      expect([asked('check', app), asked('next', app)]).toEqual([3, 0]);
    });

    it('that is 400 three times leaves no try, whatever Vonage would still accept', async () => {
      const app = await stack.start(['sms']);
      stack.vonage.script('check', problem(400), problem(400), problem(400));
      for (const status of [400, 400, 400, 410]) {
        expect((await check(app, PIN)).status).toBe(status);
      }
      expect(await app.status()).toMatchObject({ status: 'pending', action: null });
      expect(asked('check', app)).toBe(3);
    });

    it.each<[string, ScriptedAnswer, 'completed' | 'failed', object]>([
      [
        'a redirect',
        { status: 302, headers: { location: 'https://api.nexmo.com/' } },
        'completed',
        { status: 'completed' },
      ],
      ['lost', 'reset', 'failed', { channel: 'sms', action: { attempts_remaining: 3 } }],
    ])('that is %s is unknown until a webhook arrives', async (_what, answer, outcome, then) => {
      const app = await start('silent_auth', 'sms');
      stack.vonage.script('check', answer);
      const lost = await check(app, SILENT_CODE);
      expect(lost.status).toBe(202);
      expect(lost.body.verification).toMatchObject({ status: 'checking', action: null });
      expect((await check(app, SILENT_CODE)).status).toBe(409);
      expect(asked('check', app)).toBe(1);
      await stack.send(event(app.requestId, 'silent_auth', outcome));
      expect(await app.status()).toMatchObject(then);
    });

    it('and the webhooks about it make one transition, whichever is first', async () => {
      const app = await start('silent_auth', 'sms');
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

    it('that is 400 leaves no try when the summary of the end came before it', async () => {
      const app = await stack.start(['sms']);
      const ended = summary(app.requestId, 'failed', { sms: 'failed' });
      stack.vonage.script('check', { status: 400, until: () => stack.send(ended) });
      const wrong = await check(app, PIN);
      expect(wrong.status).toBe(400);
      const verification = { status: 'failed', action: null };
      expect(wrong.body).toMatchObject({ attempts_remaining: 0, verification });
      expect((await check(app, PIN)).status).toBe(410);
    });

    it('is not asked for when a code of silent_auth comes after its step', async () => {
      const app = await start('silent_auth', 'sms');
      await stack.send(event(app.requestId, 'silent_auth', 'failed'));
      const { status, body } = await check(app, SILENT_CODE);
      expect(status).toBe(409);
      const verification = { channel: 'sms', action: { attempts_remaining: 3 } };
      expect(body).toMatchObject({ code: 'code_not_expected', verification });
      expect(asked('check', app)).toBe(0);
    });

    it('that was lost allows the same PIN again', async () => {
      const app = await stack.start(['sms']);
      stack.vonage.script('check', problem(500));
      const { status, body } = await check(app, PIN);
      expect(status).toBe(202);
      const action = { type: 'submit_code', attempts_remaining: 2 };
      expect(body.verification).toMatchObject({ status: 'checking', action });
      expect((await check(app, PIN)).body.verification.status).toBe('completed');
    });
  });

  describe('an answer to next_workflow', () => {
    it('that is 200 without a body moves to the next channel', async () => {
      const app = await start('silent_auth', 'sms', 'voice');
      const { status, body } = await leave(app, 'silent_auth', 'sdk_error');
      expect(status).toBe(200);
      const failed = 'silent_auth failed handset_error';
      expect(steps(body.verification)).toEqual([failed, ...LEFT_BEHIND]);
      expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
      expect((await leave(app, 'voice')).body.code).toBe('no_next_channel');
      expect(asked('next', app)).toBe(2);
    });

    it.each<[string, readonly ScriptedAnswer[]]>([
      ['409 "try again later" four times', Array(4).fill(TRY_LATER)],
      ['429', [problem(429)]],
    ])('that is %s becomes 503: the channel runs on and may be left again', async (_, answers) => {
      const app = await start('silent_auth', 'sms');
      stack.vonage.script('next', ...answers);
      const { status, body } = await leave(app, 'silent_auth', 'sdk_error');
      expect(status).toBe(503);
      const verification = { channel: 'silent_auth', status: 'action_pending' };
      expect(body).toMatchObject({ code: 'provider_unavailable', verification });
      expect(asked('next', app)).toBe(answers.length);
      const again = await leave(app, 'silent_auth', 'sdk_error');
      expect(again.body.verification.channel).toBe('sms');
      expect(asked('next', app)).toBe(answers.length + 1);
    });
  });

  describe('POST /next-workflow', () => {
    it.each<[string, object]>([
      ['that name the channel', { from: 'silent_auth', error: 'sdk_error' }],
      ['with an error of the handset alone', { error: 'sdk_no_data_connectivity' }],
    ])('skips one channel for 20 simultaneous requests %s', async (_name, body) => {
      const app = await start('silent_auth', 'sms', 'voice');
      const answers = await atOnce(20, () => app.post('/next-workflow', body));
      expect(statusesOf(answers)).toEqual(new Set([200]));
      const left = expect.stringMatching(/^silent_auth (failed|cancelled) /);
      expect(steps(await app.status())).toEqual([left, ...LEFT_BEHIND]);
      expect(asked('next', app)).toBe(1);
    });

    it('skips a channel at once when it was left before it ran', async () => {
      const app = await start('silent_auth', 'sms', 'voice');
      for (let times = 0; times < 3; times += 1) {
        expect((await leave(app, 'sms')).body.verification.channel).toBe('silent_auth');
      }
      await stack.send(event(app.requestId, 'silent_auth', 'failed'));
      for (let times = 0; times < 2; times += 1) {
        expect((await leave(app, 'sms')).body.verification.channel).toBe('voice');
      }
      expect(asked('next', app)).toBe(1);
    });

    it('skips nothing when Vonage has already moved on', async () => {
      const app = await start('silent_auth', 'sms', 'voice');
      await stack.send(event(app.requestId, 'silent_auth', 'failed'));
      const error = 'sdk_error';
      for (const sent of [{ from: 'silent_auth', error }, { error }, {}]) {
        const { status, body } = await app.post('/next-workflow', sent);
        expect([status, body.verification.channel]).toEqual([200, 'sms']);
      }
      expect(asked('next', app)).toBe(0);
    });

    it('answers with the object after a cancel, of which 10 simultaneous ones are one at Vonage', async () => {
      const app = await start('silent_auth', 'sms');
      // However long this takes, it is too early for the clock to cancel again.
      await age(stack.endpoints, app.requestId, -EARLY_MS);
      const cancels = await atOnce(10, () => app.post('/cancel'));
      expect(statusesOf(cancels)).toEqual(new Set([200]));
      const ended = await app.status();
      const { status, body } = await leave(app, 'silent_auth', 'sdk_error');
      expect(status).toBe(200);
      expect(body.verification).toEqual(ended);
      expect([asked('cancel', app), asked('next', app)]).toEqual([1, 0]);
    });

    it('ends silent_auth alone after an error of the handset, and cancels at Vonage', async () => {
      const app = await start('silent_auth');
      await age(stack.endpoints, app.requestId, -EARLY_MS);
      expect((await leave(app, 'silent_auth')).body.code).toBe('no_next_channel');
      const { status, body } = await leave(app, 'silent_auth', 'sdk_connection_error');
      expect(status).toBe(200);
      expect(body.verification).toMatchObject({ status: 'failed', reason: 'handset_error' });
      expect([asked('cancel', app), asked('next', app)]).toEqual([1, 0]);
    });

    it('records a first check_url_rejected, and asks Vonage after one that comes 5 s later', async () => {
      const app = await start('silent_auth', 'sms', 'voice');
      const report = (): Promise<Answer> => leave(app, 'silent_auth', 'check_url_rejected');
      const seen = ({ status, body }: Answer) => `${status} ${body.verification.channel}`;
      expect(seen(await report())).toBe('200 silent_auth');
      // However long they take, they come before the 5 s are over.
      await age(stack.endpoints, app.requestId, -EARLY_MS);
      expect(new Set((await atOnce(5, report)).map(seen))).toEqual(new Set(['200 silent_auth']));
      expect(asked('next', app)).toBe(0);
      await age(stack.endpoints, app.requestId, EARLY_MS + 5_000);
      const failed = 'silent_auth failed carrier_failed';
      expect(steps((await report()).body.verification)).toEqual([failed, ...LEFT_BEHIND]);
      await atOnce(5, report);
      expect(asked('next', app)).toBe(1);
      await stack.send(event(app.requestId, 'silent_auth', 'user_rejected'));
      expect((await app.status()).channel).toBe('sms');
    });
  });
}
