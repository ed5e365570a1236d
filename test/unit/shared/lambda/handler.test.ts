import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import { httpHandler } from '../../../../shared/lambda/handler.ts';
import type { HttpAnswer } from '../../../../shared/lambda/http-answer.ts';
import type { LogFields } from '../../../../shared/lambda/telemetry.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

async function call(
  route: () => Promise<HttpAnswer>,
  headers: Readonly<Record<string, string>> = {},
) {
  const lines: { readonly fields: LogFields; readonly fault: unknown }[] = [];
  const measured: string[] = [];
  const telemetry = {
    measure: ({ name }: { readonly name: string }) => void measured.push(name),
    annotate: () => {},
    flush: (fields: LogFields, fault?: unknown) => void lines.push({ fields, fault }),
  };
  const result = await httpHandler(telemetry, route)(httpRequest(headers), {} as Context);
  return { ...result, lines, measured };
}

const ok = async (): Promise<HttpAnswer> => ({ status: 200, body: { a: 1 } });

describe('httpHandler', () => {
  it('answers JSON that nobody may keep', async () => {
    const { statusCode, headers, body } = await call(ok);
    expect({ statusCode, headers, body }).toEqual({
      statusCode: 200,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
      body: '{"a":1}',
    });
  });

  it('answers an error in the same way, and logs its cause only when it is ours', async () => {
    const fault = new Error('private words');
    const failed = await call(() => Promise.reject(fault));
    expect(failed).toMatchObject({
      statusCode: 500,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
      lines: [{ fields: { outcome: 'internal', status: 500 }, fault }],
    });
    expect(failed.body).not.toContain('private words');
    const refused = await call(() => Promise.reject(new Problem('rate_limited', 'spent')));
    expect(refused.lines).toMatchObject([
      { fields: { outcome: 'rate_limited' }, fault: undefined },
    ]);
  });

  it('counts a secret that an operator must set', async () => {
    const unset = new Problem('dependency_unavailable', 'empty', { secretNotSet: true });
    expect((await call(() => Promise.reject(unset))).measured).toEqual(['SecretNotSet']);
  });

  it.each(['1234567', 'app-4915112345678'])(
    'gives the correlator %s back, and does not log it: it could be a phone number',
    async (id) => {
      const { headers, lines } = await call(ok, { 'x-correlator': id });
      expect(headers).toMatchObject({ 'x-correlator': id });
      expect(lines[0]?.fields).not.toHaveProperty('correlator');
    },
  );

  it.each(['a', 'A-Z_09', '123456-123456', 'x'.repeat(64)])(
    'gives the correlator %s back, and logs it',
    async (id) => {
      const { headers, lines } = await call(ok, { 'x-correlator': id });
      expect(headers).toMatchObject({ 'x-correlator': id });
      expect(lines).toMatchObject([{ fields: { correlator: id } }]);
    },
  );

  it.each([
    '',
    'x'.repeat(65),
    'a b',
    'a\r\nset-cookie: b',
    '+4915112345678',
    'jo@example.org',
    'ä',
  ])('neither gives %j back nor logs it', async (id) => {
    const { headers, lines } = await call(ok, { 'x-correlator': id });
    expect(headers).not.toHaveProperty('x-correlator');
    expect(lines[0]?.fields).not.toHaveProperty('correlator');
  });
});
