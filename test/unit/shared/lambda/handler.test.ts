import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import { httpHandler } from '../../../../shared/lambda/handler.ts';
import type { HttpAnswer } from '../../../../shared/lambda/http-answer.ts';
import { recordedTelemetry } from '../../../fixtures/recorded-telemetry.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

/** The members of Lambda's context that the chain reads. */
const CONTEXT = { functionName: 'start-1A2B', functionVersion: '7' } as Context;

const ok = async (): Promise<HttpAnswer> => ({ status: 200, body: { a: 1 } });

async function call(route = ok, headers: Readonly<Record<string, string>> = {}) {
  const { telemetry, measured, lines } = recordedTelemetry();
  const { statusCode, ...answer } = await httpHandler(telemetry, route)(
    httpRequest(headers),
    CONTEXT,
  );
  return { status: statusCode, ...answer, lines, measured };
}

const failWith = (error: Error) => call(() => Promise.reject(error));

describe('httpHandler', () => {
  it('answers JSON that must not be cached', async () => {
    expect(await call()).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
      body: '{"a":1}',
    });
  });

  it('answers a warm-up without running the route, logging or measuring', async () => {
    const { telemetry, ...recorded } = recordedTelemetry();
    const route = vi.fn();
    const event = Object.assign(httpRequest(), { source: 'silent-auth.warm-up' });
    Reflect.deleteProperty(event, 'requestContext');
    expect(await httpHandler(telemetry, route)(event, CONTEXT)).toEqual({});
    expect(route).not.toHaveBeenCalled();
    expect(recorded).toEqual({ measured: [], annotated: [], lines: [] });
  });

  it('answers a defect with a problem, and logs and measures it', async () => {
    const fault = new TypeError('private words');
    const failed = await failWith(fault);
    expect(failed).toMatchObject({
      status: 500,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
      lines: [{ fields: { outcome: 'internal', status: 500 }, fault }],
      measured: ['InternalError', 'InternalErrorByVersion start-1A2B 7'],
    });
    expect(failed.body).not.toContain('private words');
  });

  it('answers the code of a problem and when to come again, and no text of it', async () => {
    const cause = new Error('private words');
    const wait = { retryAfterSeconds: 60 };
    const problem = new Problem('dependency_unavailable', 'private words', wait, { cause });
    const { status, headers, body } = await failWith(problem);
    expect([status, headers?.['retry-after']]).toEqual([503, '60']);
    const answered = { status: 503, code: 'dependency_unavailable', retry_after: 60 };
    expect(JSON.parse(body ?? '')).toMatchObject(answered);
    expect(body).not.toContain('private words');
  });

  it('logs no cause of a refusal', async () => {
    const refused = await failWith(new Problem('rate_limited', 'spent'));
    expect(refused.lines).toMatchObject([
      { fields: { outcome: 'rate_limited' }, fault: undefined },
    ]);
  });

  it('measures a secret that an operator must set', async () => {
    const unset = new Problem('dependency_unavailable', 'not set', { secretNotSet: true });
    expect(await failWith(unset)).toMatchObject({ status: 503, measured: ['SecretNotSet'] });
  });

  it.each(['dependency_unavailable', 'provider_unavailable', 'rate_limited'] as const)(
    'measures nothing of its own at %s, which is expected',
    async (code) => {
      expect((await failWith(new Problem(code, 'expected'))).measured).toEqual([]);
    },
  );

  it.each<[string, 'returned and logged' | 'returned only' | 'ignored']>([
    ['a', 'returned and logged'],
    ['A-Z_09', 'returned and logged'],
    ['123456-123456', 'returned and logged'],
    ['x'.repeat(64), 'returned and logged'],
    // Seven digits in a row may be a phone number.
    ['1234567', 'returned only'],
    ['app-4915112345678', 'returned only'],
    ['', 'ignored'],
    ['x'.repeat(65), 'ignored'],
    ['a b', 'ignored'],
    ['a\r\nset-cookie: b', 'ignored'],
    ['+4915112345678', 'ignored'],
    ['jo@example.org', 'ignored'],
    ['ä', 'ignored'],
  ])('a correlator %j is %s', async (id, fate) => {
    const { headers, lines } = await call(ok, { 'x-correlator': id });
    expect(headers?.['x-correlator']).toBe(fate === 'ignored' ? undefined : id);
    expect(lines[0]?.fields.correlator).toBe(fate === 'returned and logged' ? id : undefined);
  });
});
