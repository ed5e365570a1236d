import { describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../../../shared/domain/errors.ts';
import {
  ended,
  type FakeBackend,
  problemReply,
  REQUEST_ID,
  submitCode,
  TOKEN,
} from '../../../fixtures/fake-backend.ts';
import { backend, begin } from './clients.ts';

/** Without a socket, so that only the call itself can learn anything. */
const SILENT = { WebSocket: null, timing: { pollMs: 60_000 } } as const;

const paths = (server: FakeBackend): readonly string[] =>
  server.received.map(({ path }) => path).filter((path) => path !== '/start');

function withCode(): FakeBackend {
  const server = backend();
  server.change(submitCode());
  server.act('/check-code', () => {
    return { status: 200, body: { verification: server.change(ended('completed')) } };
  });
  return server;
}

/** Every code, and what the client does with it by itself. */
const REPEATED: Partial<Record<ProblemCode, true>> = {
  start_in_progress: true,
  internal: true,
  provider_unavailable: true,
  dependency_unavailable: true,
};

describe('every call', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])('on %s', async (code) => {
    const server = withCode();
    server.script('/check-code', problemReply(code));
    const verification = await begin(server, SILENT);
    const checked = verification.checkCode('123456');
    if (REPEATED[code]) {
      expect((await checked).status).toBe('completed');
      expect(paths(server)).toEqual(['/check-code', '/status', '/check-code']);
    } else {
      const { status, retryable, title } = PROBLEMS[code];
      await expect(checked).rejects.toMatchObject({ code, status, retryable, message: title });
      expect(paths(server)).toEqual(['/check-code']);
    }
  });

  it.each([
    [429, true],
    [500, true],
    [503, true],
    [401, false],
    [404, false],
    [413, false],
  ])('tells %i of the gateway apart', async (status, isRepeated) => {
    const server = withCode();
    server.script('/check-code', { status, body: { message: 'no' } });
    const checked = (await begin(server, SILENT)).checkCode('123456');
    if (isRepeated) expect((await checked).status).toBe('completed');
    else await expect(checked).rejects.toMatchObject({ code: 'gateway_error', status });
  });

  it('carries token and body', async () => {
    const server = withCode();
    await (await begin(server, SILENT)).checkCode('123456');
    const call = server.received.find(({ path }) => path === '/check-code');
    expect(call?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(call?.headers['content-type']).toBe('application/json');
    expect(call?.body).toEqual({ request_id: REQUEST_ID, code: '123456' });
  });

  it('gives up after a few failures, and says that it may be tried again', async () => {
    const server = withCode();
    const failures = Array.from({ length: 8 }, () => 'lose' as const);
    server.script('/check-code', ...failures);
    server.script('/status', ...failures);
    const checked = (await begin(server, SILENT)).checkCode('123456');
    await expect(checked).rejects.toMatchObject({ code: 'network_error', retryable: true });
  });

  it('waits `retry_after`, and leaves a long wait to the user', async () => {
    const server = withCode();
    server.script('/check-code', problemReply('provider_unavailable', { retry_after: 1 }));
    const startedAtMs = Date.now();
    const verification = await begin(server, SILENT);
    await verification.checkCode('123456');
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1000);
    server.script('/cancel', problemReply('dependency_unavailable', { retry_after: 600 }));
    await expect(verification.cancel()).rejects.toMatchObject({ retryAfter: 600 });
  });

  it('is aborted with the reason of its signal, while it waits as well', async () => {
    const server = withCode();
    const verification = await begin(server, SILENT);
    const reason = new Error('the user left');
    await expect(
      verification.checkCode('123456', { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(paths(server)).toEqual([]);
    server.script('/check-code', problemReply('provider_unavailable', { retry_after: 30 }));
    const aborting = new AbortController();
    const checked = verification.checkCode('123456', aborting);
    setTimeout(() => aborting.abort(reason), 50);
    await expect(checked).rejects.toBe(reason);
  });

  it('takes the verification that a problem carries', async () => {
    const server = withCode();
    const newer = server.change(submitCode(2), false);
    server.script(
      '/check-code',
      problemReply('code_invalid', { attempts_remaining: 2, verification: newer }),
    );
    const verification = await begin(server, SILENT);
    await expect(verification.checkCode('000000')).rejects.toMatchObject({
      code: 'code_invalid',
      attemptsRemaining: 2,
      verification: newer,
    });
    expect(verification.current).toEqual(newer);
  });
});

describe('checkCode', () => {
  it('sends the code in its form', async () => {
    const server = await withCode();
    await (await begin(server, SILENT)).checkCode('\u200e٧٦٥ 241\n');
    const call = server.received.find(({ path }) => path === '/check-code');
    expect(call?.body).toMatchObject({ code: '765241' });
  });

  it('sees in /status that the lost answer was yes, and repeats nothing', async () => {
    const server = withCode();
    server.script('/check-code', 'lose_answer');
    const checked = await (await begin(server, SILENT)).checkCode('123456');
    expect(checked.status).toBe('completed');
    expect(paths(server)).toEqual(['/check-code', '/status']);
  });

  it('sees in /status that the lost answer was no', async () => {
    const server = withCode();
    server.act('/check-code', () => {
      return problemReply('code_invalid', { verification: server.change(submitCode(2), false) });
    });
    server.script('/check-code', 'lose_answer');
    const checked = (await begin(server, SILENT)).checkCode('000000');
    await expect(checked).rejects.toMatchObject({ code: 'code_invalid', attemptsRemaining: 2 });
    expect(paths(server)).toEqual(['/check-code', '/status']);
  });

  it('waits for the outcome of a code that is with Vonage', async () => {
    const server = withCode();
    server.script('/check-code', () => {
      const verification = server.change({ status: 'checking' }, false);
      return { status: 202, body: { verification } };
    });
    const verification = await begin(server, SILENT);
    expect((await verification.checkCode('123456')).status).toBe('checking');
    expect(paths(server)).toEqual(['/check-code']);
  });

  it('does not repeat a code that is with Vonage', async () => {
    const server = withCode();
    server.act('/check-code', () => {
      const verification = server.change({ status: 'checking' }, false);
      return { status: 202, body: { verification } };
    });
    server.script('/check-code', 'lose_answer');
    const checked = await (await begin(server, SILENT)).checkCode('123456');
    expect(checked.status).toBe('checking');
    expect(paths(server)).toEqual(['/check-code', '/status']);
  });

  it('repeats a call that never arrived', async () => {
    const server = withCode();
    server.script('/check-code', 'lose');
    const checked = await (await begin(server, SILENT)).checkCode('123456');
    expect(checked.status).toBe('completed');
    expect(paths(server)).toEqual(['/check-code', '/status', '/check-code']);
  });
});

describe('nextWorkflow', () => {
  it('leaves the running channel, by the choice of the user', async () => {
    const server = backend();
    const verification = await begin(server, SILENT);
    await verification.nextWorkflow();
    await verification.nextWorkflow({ error: 'sdk_no_data_connectivity' });
    const calls = server.received.filter(({ path }) => path === '/next-workflow');
    expect(calls.map(({ body }) => body)).toEqual([
      { from: 'silent_auth', error: 'user_choice' },
      { from: 'silent_auth', error: 'sdk_no_data_connectivity' },
    ]);
  });

  it('skips no channel when its answer was lost', async () => {
    const server = backend();
    server.act('/next-workflow', () => {
      return { status: 200, body: { verification: server.change(submitCode(), false) } };
    });
    server.script('/next-workflow', 'lose_answer');
    const left = await (await begin(server, SILENT)).nextWorkflow();
    expect(left.channel).toBe('email');
    expect(paths(server)).toEqual(['/next-workflow', '/status']);
  });
});

describe('cancel', () => {
  it('cancels, and sees that it did when the answer was lost', async () => {
    const server = backend();
    server.act('/cancel', () => {
      return { status: 200, body: { verification: server.change(ended('cancelled'), false) } };
    });
    server.script('/cancel', 'lose_answer');
    const verification = await begin(server, SILENT);
    expect((await verification.cancel()).status).toBe('cancelled');
    expect((await verification.finished()).status).toBe('cancelled');
  });
});

describe('proof', () => {
  it('asks with the addresses of the start', async () => {
    const server = backend();
    server.act('/proof', () => ({
      status: 200,
      body: { proof: 'header.payload.signature', expires_at: '2026-03-04T10:20:30.000Z' },
    }));
    server.script('/proof', 'lose');
    const verification = await begin(server, SILENT);
    expect(await verification.proof({ phoneNumber: '+4915123456788' })).toEqual({
      proof: 'header.payload.signature',
      expiresAt: '2026-03-04T10:20:30.000Z',
    });
    expect(server.received.at(-1)?.body).toEqual({ phone_number: '+4915123456788' });
  });

  it('throws what the backend refuses', async () => {
    const server = backend();
    server.act('/proof', () => problemReply('proof_refused'));
    const verification = await begin(server, SILENT);
    await expect(verification.proof({})).rejects.toMatchObject({ code: 'proof_refused' });
  });
});
