/**
 * What a client may get wrong (docs/security.md#bad-inputs): the answers of the contract, and
 * nothing else happens.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_JSON_TEXTS } from '../../fixtures/bad-input/json-texts.ts';
import { type Watched, watch } from '../../fixtures/bad-input/observe.ts';
import { type RawAnswer, type RawRequest, sendRaw } from '../../fixtures/bad-input/raw-http.ts';
import { NOT_CODES } from '../../fixtures/codes.ts';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';

let stack: ScriptedStack;
let watched: Watched;

async function send(route: string, { headers, ...request }: RawRequest = {}): Promise<RawAnswer> {
  const [method = '', path = ''] = route.split(' ');
  return sendRaw(`${stack.endpoints.api}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...request,
  });
}

const own = (): Record<string, string> => ({ authorization: `Bearer ${watched.app.token}` });

/** `<status> <code>`, the code of the problem or nothing. */
function told({ status, text }: RawAnswer): string {
  const code: unknown = /"code":"(\w+)"/.exec(text)?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** @param running the stack, once it runs */
export function badRequests(running: () => ScriptedStack): void {
  beforeAll(async () => {
    stack = running();
    watched = await watch(stack, await stack.start(['silent_auth', 'email']));
  });
  afterAll(() => watched?.close());

  describe('a client token', () => {
    const ROUTES = [
      'GET /status',
      'POST /check-code',
      'POST /next-workflow',
      'POST /cancel',
      'POST /proof',
    ];

    it('is answered 401 whenever it is not the right one, and never tells why', async () => {
      const { requestId, token } = watched.app;
      const other = await stack.start(['silent_auth']);
      const [, secret = ''] = token.split('.');
      const [, foreign = ''] = other.token.split('.');
      const headers: readonly NonNullable<RawRequest['headers']>[] = [
        {},
        { authorization: '' },
        { authorization: 'Bearer' },
        { authorization: token },
        { authorization: `Basic ${token}` },
        { authorization: `Bearer ${token}, Bearer ${token}` },
        { authorization: `Bearer ${requestId}` },
        { authorization: `Bearer ${requestId}.` },
        { authorization: `Bearer ${requestId}.${secret.slice(1)}` },
        { authorization: `Bearer ${requestId}.${secret}A` },
        { authorization: `Bearer ${requestId}.${foreign}` },
        { authorization: `Bearer ${other.requestId}.${secret}` },
        { authorization: `Bearer ${requestId}.${'A'.repeat(43)}` },
        { authorization: `Bearer 00000000-0000-4000-8000-000000000000.${secret}` },
        { authorization: `Bearer ${requestId}.${secret}.${secret}` },
        { cookie: `client_token=${token}` },
      ];
      await watched.expectNoEffect(async () => {
        for (const route of ROUTES) {
          const answers = new Set<string>();
          for (const header of headers) {
            const body = route.startsWith('GET')
              ? undefined
              : JSON.stringify({ request_id: requestId, code: 'aBc123' });
            const answer = await send(route, {
              headers: header,
              ...(body !== undefined && { body }),
            });
            expect(told(answer), `${route} ${JSON.stringify(header)}`).toBe(
              '401 client_token_invalid',
            );
            answers.add(answer.text);
          }
          expect(answers.size).toBe(1);
        }
        const inQuery = await send(`GET /status?client_token=${token}`);
        expect(told(inQuery)).toBe('401 client_token_invalid');
      });
    });
  });

  describe('POST /start', () => {
    const NUMBER = '+4915112345678';
    const INVALID: readonly [string, unknown][] = [
      ['no body', undefined],
      ['an empty object', {}],
      ['an array', [{ phone_number: NUMBER }]],
      ['a text', NUMBER],
      ['no plus', { phone_number: NUMBER.slice(1) }],
      ['a leading zero', { phone_number: '+0915112345678' }],
      ['two zeros', { phone_number: '004915112345678' }],
      ['3 digits', { phone_number: '+491' }],
      ['16 digits', { phone_number: '+4915112345678901' }],
      ['spaces', { phone_number: '+49 151 12345678' }],
      ['a trailing line break', { phone_number: `${NUMBER}\n` }],
      ['full-width digits', { phone_number: '+４９15112345678' }],
      ['Arabic digits', { phone_number: '+٤٩15112345678' }],
      ['a number', { phone_number: 4915112345678 }],
      ['a list', { phone_number: [NUMBER] }],
      ['an object', { phone_number: { toString: NUMBER } }],
      ['an extension', { phone_number: `${NUMBER};ext=1` }],
      ['no e-mail where it is needed', { phone_number: NUMBER, channels: ['email'] }],
      ...['jo@', 'jo@good.org/evil', 'jo@1.2.3', 'jo@a%41.de', 'jo@münchen.de/x', 'jo@１.2.3', '']
        .concat(`${'a'.repeat(243)}@example.org`)
        .map((email): [string, unknown] => [
          `the e-mail ${email}`,
          { phone_number: NUMBER, email },
        ]),
      ['an e-mail of another type', { phone_number: NUMBER, email: ['jo@example.org'] }],
      ['no e-mail but null', { phone_number: NUMBER, channels: ['email'], email: null }],
      ['two e-mails', { phone_number: NUMBER, email: 'jo@example.org, eve@example.org' }],
      [
        'an e-mail with a line break',
        { phone_number: NUMBER, email: 'jo@example.org\nbcc: x@y.z' },
      ],
      ['an unknown channel', { phone_number: NUMBER, channels: ['pigeon'] }],
      ['no channel', { phone_number: NUMBER, channels: [] }],
      ['a channel twice', { phone_number: NUMBER, channels: ['sms', 'sms'] }],
      [
        'four channels',
        { phone_number: NUMBER, channels: ['silent_auth', 'sms', 'voice', 'email'] },
      ],
      ['silent_auth second', { phone_number: NUMBER, channels: ['sms', 'silent_auth'] }],
      ['a short nonce', { phone_number: NUMBER, nonce: 'x'.repeat(15) }],
      ['a nonce with a space', { phone_number: NUMBER, nonce: 'a nonce of the company' }],
      ['a bad result', { phone_number: NUMBER, result: 'xml' }],
    ];

    it('answers 400 and names the member, without a call', async () => {
      await watched.expectNoEffect(async () => {
        for (const [name, body] of INVALID) {
          const answer = await send(
            'POST /start',
            body === undefined ? {} : { body: JSON.stringify(body) },
          );
          expect(told(answer), name).toBe('400 request_invalid');
          expect(answer.text, name).toMatch(/"errors":\[\{"field":"/);
          expect(answer.text, name).not.toContain('5112345678');
        }
      });
    });

    it('answers 400 to anything but JSON', async () => {
      await watched.expectNoEffect(async () => {
        for (const body of NO_JSON_TEXTS) {
          expect(told(await send('POST /start', { body })), body).toBe('400 request_invalid');
        }
      });
    });

    it('answers 422 to numbers that nobody may verify', async () => {
      const refused: Readonly<Record<string, string>> = {
        'a landline': '+493012345678',
        'a premium number': '+499001234567',
        'a satellite phone': '+881612345678',
        'a country that is not allowed': '+79161234567',
        'an unassigned range': '+4910000000000',
        'a toll-free number': '+18002345678',
        'a toll-free number of a young prefix': '+18332345678',
        'a premium number of +1': '+19002345678',
        'a personal number': '+15002345678',
        'another personal number': '+15232345678',
        'a number of a Canadian service': '+16002345678',
        'an area code that is kept back': '+13702345678',
        'a number of the government': '+17102345678',
        'an exchange of a service': '+12029112345',
        'the exchange 555': '+12025551234',
        'the exchange 976': '+12029762345',
        'Puerto Rico': '+17872345678',
        Jamaica: '+18764123456',
        Guam: '+16712345678',
        'Jersey, which is not GB': '+447797712345',
        Guernsey: '+447781123456',
        'the Isle of Man': '+447624123456',
        'documentation in GB, at another Vonage than a local one': '+447700900123',
        'documentation in FR': '+33639981234',
        'documentation of +1': '+12025550123',
      };
      await watched.expectNoEffect(async () => {
        for (const [name, phoneNumber] of Object.entries(refused)) {
          const body = JSON.stringify({ phone_number: phoneNumber });
          expect(told(await send('POST /start', { body })), name).toBe('422 phone_number_refused');
        }
      });
    });

    it('answers 400 to an idempotency key that could be guessed', async () => {
      const body = JSON.stringify({ phone_number: NUMBER });
      const keys = ['x'.repeat(21), 'x'.repeat(65), `${'x'.repeat(22)}!`, 'x y'.repeat(9)];
      await watched.expectNoEffect(async () => {
        for (const key of keys) {
          const answer = await send('POST /start', { headers: { 'idempotency-key': key }, body });
          expect(told(answer), key).toBe('400 request_invalid');
        }
      });
    });
  });

  describe('POST /check-code', () => {
    it('answers 400 to what can be no code, and no attempt is spent', async () => {
      const { requestId } = watched.app;
      const others = ['x'.repeat(1024), ['aBc123'], 123456, null, { code: 'aBc123' }, '../../etc'];
      const codes: readonly unknown[] = [...NOT_CODES, ...others];
      await watched.expectNoEffect(async () => {
        for (const code of codes) {
          const body = JSON.stringify({ request_id: requestId, code });
          const answer = await send('POST /check-code', { headers: own(), body });
          expect(told(answer), JSON.stringify(code)).toBe('400 request_invalid');
        }
        for (const body of [
          '',
          '{}',
          '[]',
          JSON.stringify({ code: 'aBc123' }),
          JSON.stringify({ request_id: 7, code: 'aBc123' }),
        ]) {
          const answer = await send('POST /check-code', { headers: own(), body });
          expect(told(answer), body).toBe('400 request_invalid');
        }
      });
    });
  });

  describe('any body', () => {
    const ROUTES = ['POST /start', 'POST /check-code', 'POST /next-workflow', 'POST /proof'];

    it.each(ROUTES)('is answered 413 above 4 KB and 415 when it is not JSON: %s', async (route) => {
      const body = JSON.stringify({ more: 'x'.repeat(4096) });
      await watched.expectNoEffect(async () => {
        expect(told(await send(route, { headers: own(), body }))).toBe('413 payload_too_large');
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json5',
        ]) {
          const headers = { ...own(), 'content-type': type };
          const answer = await send(route, { headers, body: '{"a":1}' });
          expect(told(answer), type).toBe('415 media_type_unsupported');
        }
      });
    });

    it('is answered 400 when a member comes twice, by each route', async () => {
      const valid = { phone_number: '+4915112345678', request_id: watched.app.requestId };
      const body = `${JSON.stringify({ ...valid, code: 'aBc123' }).slice(0, -1)},"x":1,"x":2}`;
      await watched.expectNoEffect(async () => {
        for (const route of ROUTES) {
          expect(told(await send(route, { headers: own(), body })), route).toBe(
            '400 request_invalid',
          );
        }
      });
    });

    it('is answered 404 on an unknown path, by the gateway', async () => {
      for (const route of ['GET /', 'POST /starts', 'GET /start', 'POST /status']) {
        const { status, text } = await send(route);
        expect([status, text], route).toEqual([404, '{"message":"Not Found"}']);
      }
    });

    it('is answered 400 on an odd path, by the gateway', async () => {
      const { status, text } = await send('POST //start');
      expect([status, text]).toEqual([400, '{"message":"Bad Request"}']);
    });
  });
}
