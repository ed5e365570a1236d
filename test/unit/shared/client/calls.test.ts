import { beforeEach, describe, expect, it } from 'vitest';
import type { Verification } from '../../../../shared/client/verification.ts';
import { PROBLEMS, type ProblemCode } from '../../../../shared/domain/errors.ts';
import {
  ended,
  type FakeBackend,
  problemReply,
  REQUEST_ID,
  type Reply,
  type Script,
  submitCode,
  TOKEN,
} from '../../../fixtures/fake-backend.ts';
import { backend, begin, changes, PHONE_NUMBER } from './clients.ts';

let server: FakeBackend;

beforeEach(() => {
  server = backend();
});

/** Without a socket, so that only the call itself can learn anything. */
function beginSilently(): Promise<Verification> {
  return begin(server, { WebSocket: null, timing: { pollMs: 60_000 } });
}

const paths = (): readonly string[] =>
  server.received.map(({ path }) => path).filter((path) => path !== '/start');

/** The app may submit a code, which is right. */
function expectCode(): void {
  server.change(submitCode());
  changes(server, '/check-code', () => ended('completed'), true);
}

/** The codes that make the client repeat a call by itself. */
const REPEATED: readonly ProblemCode[] = [
  'start_in_progress',
  'internal',
  'provider_unavailable',
  'dependency_unavailable',
];

describe('every call', () => {
  beforeEach(expectCode);

  it.each(Object.keys(PROBLEMS) as ProblemCode[])('repeats or reports %s', async (code) => {
    server.script('/check-code', problemReply(code));
    const checked = (await beginSilently()).checkCode('123456');
    if (REPEATED.includes(code)) {
      expect((await checked).status).toBe('completed');
      expect(paths()).toEqual(['/check-code', '/status', '/check-code']);
    } else {
      const { status, retryable, title } = PROBLEMS[code];
      await expect(checked).rejects.toMatchObject({ code, status, retryable, message: title });
      expect(paths()).toEqual(['/check-code']);
    }
  });

  it.each([
    [429, true],
    [500, true],
    [503, true],
    [401, false],
    [404, false],
    [413, false],
  ])('tells a %i of the gateway from one of the backend; repeats it: %s', async (...row) => {
    const [status, isRepeated] = row;
    server.script('/check-code', { status, body: { message: 'no' } });
    const checked = (await beginSilently()).checkCode('123456');
    if (isRepeated) expect((await checked).status).toBe('completed');
    else await expect(checked).rejects.toMatchObject({ code: 'gateway_error', status });
  });

  it('waits `retry_after`, and leaves a long wait to the user', async () => {
    server.script('/check-code', problemReply('provider_unavailable', { retry_after: 1 }));
    const startedAtMs = Date.now();
    const verification = await beginSilently();
    await verification.checkCode('123456');
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1000);
    server.script('/cancel', problemReply('dependency_unavailable', { retry_after: 600 }));
    await expect(verification.cancel()).rejects.toMatchObject({ retryAfter: 600 });
  });

  it('is aborted with the reason of its signal, while it waits as well', async () => {
    const verification = await beginSilently();
    const reason = new Error('the user left');
    const signal = AbortSignal.abort(reason);
    await expect(verification.checkCode('123456', { signal })).rejects.toBe(reason);
    expect(paths()).toEqual([]);
    server.script('/check-code', problemReply('provider_unavailable', { retry_after: 30 }));
    const aborting = new AbortController();
    const checked = verification.checkCode('123456', aborting);
    setTimeout(() => aborting.abort(reason), 50);
    await expect(checked).rejects.toBe(reason);
  });

  it('takes the verification that a problem carries', async () => {
    const newer = server.change(submitCode(2), false);
    const members = { attempts_remaining: 2, verification: newer };
    server.script('/check-code', problemReply('code_invalid', members));
    const verification = await beginSilently();
    const problem = { code: 'code_invalid', attemptsRemaining: 2, verification: newer };
    await expect(verification.checkCode('000000')).rejects.toMatchObject(problem);
    expect(verification.current).toEqual(newer);
  });
});

describe('checkCode', () => {
  beforeEach(expectCode);

  const STATUS = ['/status'];
  it('carries the token, and the code in its normal form', async () => {
    await (await beginSilently()).checkCode('\u200e٧٦٥ 241\n');
    expect(server.received.at(-1)).toMatchObject({
      path: '/check-code',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: { request_id: REQUEST_ID, code: '765241' },
    });
  });

  const isChecking = (): Reply => {
    return { status: 202, body: { verification: server.change({ status: 'checking' }, false) } };
  };
  const isWrong = (): Reply =>
    problemReply('code_invalid', { verification: server.change(submitCode(2), false) });
  const isRight = (): Reply => {
    return { status: 200, body: { verification: server.change(ended('completed'), false) } };
  };
  it.each<[what: string, act: () => Reply, script: Script[], expected: string, more: string[]]>([
    ['answers that Vonage checks the code', isChecking, [], 'checking', []],
    ['does not repeat a code that Vonage checks', isChecking, ['lose_answer'], 'checking', STATUS],
    ['sees a lost yes in /status', isRight, ['lose_answer'], 'completed', STATUS],
    ['sees a lost no in /status', isWrong, ['lose_answer'], 'code_invalid', STATUS],
    ['repeats a lost call', isRight, ['lose'], 'completed', [...STATUS, '/check-code']],
  ])('%s', async (_, act, script, expected, more) => {
    server.act('/check-code', act);
    server.script('/check-code', ...script);
    const checked = (await beginSilently()).checkCode('123456');
    if (expected === 'code_invalid') {
      await expect(checked).rejects.toMatchObject({ code: expected, attemptsRemaining: 2 });
    } else {
      expect((await checked).status).toBe(expected);
    }
    expect(paths()).toEqual(['/check-code', ...more]);
  });
});

describe('nextWorkflow', () => {
  it('leaves the running channel, by the choice of the user', async () => {
    const verification = await beginSilently();
    await verification.nextWorkflow();
    await verification.nextWorkflow({ error: 'sdk_no_data_connectivity' });
    const calls = server.received.filter(({ path }) => path === '/next-workflow');
    expect(calls.map(({ body }) => body)).toEqual([
      { from: 'silent_auth', error: 'user_choice' },
      { from: 'silent_auth', error: 'sdk_no_data_connectivity' },
    ]);
  });

  it('skips no channel when its answer was lost', async () => {
    changes(server, '/next-workflow', submitCode);
    server.script('/next-workflow', 'lose_answer');
    const left = await (await beginSilently()).nextWorkflow();
    expect(left.channel).toBe('email');
    expect(paths()).toEqual(['/next-workflow', '/status']);
  });
});

describe('cancel', () => {
  it('cancels, and sees that it did when the answer was lost', async () => {
    changes(server, '/cancel', () => ended('cancelled'));
    server.script('/cancel', 'lose_answer');
    const verification = await beginSilently();
    expect((await verification.cancel()).status).toBe('cancelled');
    expect((await verification.finished()).status).toBe('cancelled');
  });
});

describe('proof', () => {
  it('asks with the addresses of the start', async () => {
    server.script('/proof', 'lose');
    const proof = await (await beginSilently()).proof({ phoneNumber: PHONE_NUMBER });
    expect(proof).toEqual({ proof: 'a.b.c', expiresAt: '…' });
    expect(server.received.at(-1)?.body).toEqual({ phone_number: PHONE_NUMBER });
  });
});
