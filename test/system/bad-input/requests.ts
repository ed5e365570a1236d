/**
 * What a client may get wrong (docs/security.md#bad-inputs): the answers of the contract, and
 * nothing else happens. Every form of a value is a matter of the unit lane.
 */

import { describe, expect, it } from 'vitest';
import { type RawAnswer, type RawCall, sendRaw } from '../../fixtures/raw-http.ts';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { beforeWatched, type Watched } from './observe.ts';

let stack: ScriptedStack;
let watched: Watched;

const JSON_TYPE = { 'content-type': 'application/json' };
const NUMBER = '+4915112345678';

async function send(route: string, { headers, ...call }: RawCall = {}): Promise<RawAnswer> {
  const [method = '', path = ''] = route.split(' ');
  const all = { method, headers: { ...JSON_TYPE, ...headers }, ...call };
  return sendRaw(`${stack.endpoints.api}${path}`, all);
}

const own = () => ({ authorization: `Bearer ${watched.app.token}` });
const codeBody = (code: unknown): string =>
  JSON.stringify({ request_id: watched.app.requestId, code });

const withEmail = (email: unknown): object => ({
  phone_number: NUMBER,
  channels: ['email'],
  email,
});

/** `<status> <code>`, the code of the problem or nothing. */
function told({ status, text }: RawAnswer): string {
  const [, code = ''] = /"code":"(\w+)"/.exec(text) ?? [];
  return `${status} ${code}`.trim();
}

/** Sends each call to the route; all are answered like this, and nothing has happened. */
async function expectAll(
  expected: string,
  route: string,
  calls: readonly RawCall[],
): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  await watched.expectNoEffect(async () => {
    for (const call of calls) {
      const answer = await send(route, call);
      expect(told(answer), `${route} ${JSON.stringify(call)}`).toBe(expected);
      answers.push(answer);
    }
  });
  return answers;
}

/** @param running the stack, once it runs */
export function badRequests(running: () => ScriptedStack): void {
  beforeWatched(running, (...begun) => {
    [stack, watched] = begun;
  });

  it.each([
    'GET /status',
    'POST /check-code',
    'POST /next-workflow',
    'POST /cancel',
    'POST /proof',
  ])(
    '%s is answered 401 with equal bytes whatever is wrong with the client token',
    async (route) => {
      const { requestId, token } = watched.app;
      const other = await stack.start(['silent_auth']);
      const [, secret = ''] = token.split('.');
      const body = route.startsWith('GET') ? undefined : codeBody('aBc123');
      const answers = await expectAll('401 client_token_invalid', route, [
        { body },
        { body, headers: { cookie: `client_token=${token}` } },
        ...[
          token,
          `Basic ${token}`,
          `Bearer ${token}, Bearer ${token}`,
          `Bearer ${requestId}`,
          `Bearer ${requestId}.${'A'.repeat(43)}`,
          `Bearer ${other.requestId}.${secret}`,
          `Bearer 00000000-0000-4000-8000-000000000000.${secret}`,
        ].map((authorization) => ({ body, headers: { authorization } })),
      ]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      await expectAll('401 client_token_invalid', `${route}?client_token=${token}`, [{ body }]);
    },
  );

  it('POST /start is answered 400 with the name of the member and without its value', async () => {
    const numbers = [NUMBER.slice(1), '+0915112345678', '+491', '+4915112345678901'];
    const others = ['+49 151 12345678', `${NUMBER}\n`, '+٤٩15112345678', 4915112345678, [NUMBER]];
    const emails = ['', 'jo@good.org/evil', 'jo@a%41.de', 'jo@a#b.de', 'jo@1.2.3', null];
    const long = `${'a'.repeat(243)}@example.org`;
    const bodies = [
      ...[{}, [{ phone_number: NUMBER }], NUMBER],
      ...[...numbers, ...others].map((phone_number) => ({ phone_number })),
      ...[...emails, long, 'jo@example.org\nbcc: x@y.z'].map(withEmail),
      { phone_number: NUMBER, channels: ['pigeon'] },
      { phone_number: NUMBER, nonce: 'x'.repeat(15) },
      { phone_number: NUMBER, result: 'xml' },
    ];
    const calls = [undefined, ...bodies].map((body) => ({ body: body && JSON.stringify(body) }));
    for (const { text } of await expectAll('400 request_invalid', 'POST /start', calls)) {
      expect(text).toMatch(/"errors":\[\{"field":"/);
      expect(text).not.toContain('5112345678');
    }
  });

  it('POST /start is answered 422 for numbers that nobody may verify', async () => {
    const numbers = [
      '+493012345678', // a landline
      '+499001234567', // premium
      '+881612345678', // a satellite phone
      '+79161234567', // of a country that is not allowed
      '+447797712345', // Jersey, which is not GB
      '+4910000000000', // unassigned
      '+18332345678', // toll-free
      '+19002345678', // premium of +1
      '+15002345678', // personal
      '+12029112345', // an exchange without subscribers
      '+17872345678', // Puerto Rico
      '+447700900123', // for documentation, which only a local Vonage may verify
      '+12025550123', // the same of +1
    ];
    const calls = numbers.map((phone_number) => ({ body: JSON.stringify({ phone_number }) }));
    await expectAll('422 phone_number_refused', 'POST /start', calls);
  });

  it('POST /start is answered 400 for an idempotency key that could be guessed', async () => {
    const keys = ['x'.repeat(21), 'x'.repeat(65), `${'x'.repeat(22)}!`, 'x y'.repeat(9)];
    const body = JSON.stringify({ phone_number: NUMBER });
    const calls = keys.map((key) => ({ headers: { 'idempotency-key': key }, body }));
    await expectAll('400 request_invalid', 'POST /start', calls);
  });

  it('POST /check-code is answered 400 for what is not a code, and spends no try', async () => {
    const texts = ['', '123', '12345678901', '[765241]', 'Ａｂ３ｘＫ９', '../../etc'];
    const codes = [...texts, `765241${' '.repeat(59)}`, ['aBc123'], 123456, null];
    const others = ['', '{}', '[]', '{"code":"aBc123"}', '{"request_id":7,"code":"aBc123"}'];
    const calls = [...codes.map(codeBody), ...others].map((body) => ({ headers: own(), body }));
    await expectAll('400 request_invalid', 'POST /check-code', calls);
  });

  describe.each(['POST /start', 'POST /check-code', 'POST /next-workflow', 'POST /proof'])(
    'a body of %s',
    (route) => {
      it('is answered 413 above 4 KB', async () => {
        const body = JSON.stringify({ more: 'x'.repeat(4096) });
        await expectAll('413 payload_too_large', route, [{ headers: own(), body }]);
      });

      it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json5'])(
        'is answered 415 as %s',
        async (type) => {
          const headers = { ...own(), 'content-type': type };
          await expectAll('415 media_type_unsupported', route, [{ headers, body: '{"a":1}' }]);
        },
      );

      it('is answered 400 when it is not JSON or repeats a member', async () => {
        const valid = { phone_number: NUMBER, request_id: watched.app.requestId, code: 'aBc123' };
        const twice = `${JSON.stringify(valid).slice(0, -1)},"x":1,"x":2}`;
        const bodies = [twice, ' ', 'NaN', '{"a":1,}', '{"a":1}x', '\ufeff{"a":1}', '{/**/}'];
        const calls = bodies.map((body) => ({ headers: own(), body }));
        await expectAll('400 request_invalid', route, calls);
      });
    },
  );

  it.each([
    ['GET /', 404, 'Not Found'],
    ['POST /starts', 404, 'Not Found'],
    ['GET /start', 404, 'Not Found'],
    ['POST /status', 404, 'Not Found'],
    ['POST //start', 400, 'Bad Request'],
  ])('%s is answered %i by the gateway', async (route, status, message) => {
    expect(await send(route)).toMatchObject({ status, text: JSON.stringify({ message }) });
  });
}
