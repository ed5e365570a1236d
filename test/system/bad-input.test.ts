/**
 * Bad input over the wire (docs/security.md#bad-inputs), one of every kind at every route that reads
 * it: answered as the contract says, and nothing else happens. Every form of a value is a matter of
 * the unit lane.
 */

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import { age } from '../fixtures/age.ts';
import type { App, Socket } from '../fixtures/app.ts';
import { storedItem } from '../fixtures/aws-call.ts';
import { type RawAnswer, type RawCall, sendRaw, shakeHands } from '../fixtures/raw-http.ts';
import { type ScriptedStack, startScriptedStack } from '../fixtures/scripted-stack.ts';
import { type Signing, sign } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';

const DAY_MS = 86_400_000;
const PROTOCOL = 'silent-auth.v1';

let stack: ScriptedStack;
/** Watched from all sides. Its start lies ahead: no step of it ends while the tests run. */
let app: App;
let socket: Socket;
/** Of the same age, and of nobody's interest. */
let other: App;

beforeAll(async () => {
  stack = await startScriptedStack();
  other = await stack.start(['silent_auth']);
  app = await stack.start(['silent_auth', 'email']);
  await age(stack.endpoints, app.requestId, -DAY_MS);
  socket = await app.openSocket();
  await socket.subscribe();
});
afterAll(async () => {
  socket?.close();
  await stack?.close();
});

/** What was pushed before the answer to a ping has arrived with it. */
async function observe() {
  const known = socket.messages.length;
  socket.send({ action: 'ping' });
  await until(() => socket.messages.slice(known).find(({ type }) => type === 'pong'));
  return {
    verification: await app.status(),
    pushes: socket.verifications().length,
    starts: stack.vonage.count('start'),
    calls: stack.vonage.calls.filter(({ path }) => path.includes(app.requestId)).length,
    stored: await storedItem(stack.endpoints, app.requestId),
  };
}

/** Nothing moves, but that the log may grow where the input is authentic. */
async function expectNoEffect(act: () => Promise<unknown>, mayStore = false): Promise<void> {
  const before = await observe();
  await act();
  const after = await observe();
  expect(after).toEqual(mayStore ? { ...before, stored: after.stored } : before);
}

function send(route: string, { headers, ...call }: RawCall): Promise<RawAnswer> {
  const [method = '', path = ''] = route.split(' ');
  const all = { 'content-type': 'application/json', ...headers };
  return sendRaw(`${stack.endpoints.api}${path}`, { method, headers: all, ...call });
}

/** `<status> <code>`, the code of the problem or nothing. */
function told({ status, text }: RawAnswer): string {
  const [, code = ''] = /"code":"(\w+)"/.exec(text) ?? [];
  return `${status} ${code}`.trim();
}

async function expectAnswer(expected: string, route: string, call: RawCall): Promise<void> {
  await expectNoEffect(async () => expect(told(await send(route, call))).toBe(expected));
}

const own = () => ({ authorization: `Bearer ${app.token}` });
const secretOf = ({ token }: App): string => token.split('.')[1] ?? '';
const foreignToken = (): string => `${other.requestId}.${secretOf(app)}`;
const strangeToken = (): string => `${randomUUID()}.${secretOf(app)}`;

describe('a client token', () => {
  const bodyOf = (route: string): string | undefined =>
    route === 'GET /status'
      ? undefined
      : JSON.stringify({ request_id: app.requestId, code: '1234' });

  it.each([
    'GET /status',
    'POST /check-code',
    'POST /next-workflow',
    'POST /cancel',
    'POST /proof',
  ])(
    'that is missing, elsewhere or foreign is answered 401 by %s, in equal bytes',
    async (route) => {
      const calls: readonly (readonly [string, RawCall['headers']])[] = [
        [route, {}],
        [`${route}?client_token=${app.token}`, {}],
        [route, { cookie: `client_token=${app.token}` }],
        [route, { authorization: `Basic ${app.token}` }],
        [route, { authorization: `Bearer ${foreignToken()}` }],
        [route, { authorization: `Bearer ${strangeToken()}` }],
      ];
      const texts = new Set<string>();
      await expectNoEffect(async () => {
        for (const [to, headers] of calls) {
          const answer = await send(to, { headers, body: bodyOf(route) });
          expect(told(answer), JSON.stringify(headers)).toBe('401 client_token_invalid');
          texts.add(answer.text);
        }
      });
      expect(texts.size).toBe(1);
    },
  );
});

describe.each(['POST /start', 'POST /check-code', 'POST /next-workflow', 'POST /proof'])(
  'a body of %s',
  (route) => {
    it.each<[answer: string, what: string, body: string, headers?: RawCall['headers']]>([
      ['413 payload_too_large', 'above 4 KB', JSON.stringify({ more: 'x'.repeat(4096) })],
      ['415 media_type_unsupported', 'text', '{"a":1}', { 'content-type': 'text/plain' }],
      ['400 request_invalid', 'no JSON', '{"a":1,}'],
      ['400 request_invalid', 'with a member twice', '{"x":1,"x":2}'],
      ['400 request_invalid', 'an array', '[]'],
    ])('is answered %s when it is %s', (answer, _what, body, headers) =>
      expectAnswer(answer, route, { headers: { ...own(), ...headers }, body }),
    );
  },
);

describe('POST /start', () => {
  const NUMBER = '+4915112345678';
  const email = 'jo@good.org/evil';

  it.each<[body: unknown]>([
    [undefined],
    [{}],
    [{ phone_number: NUMBER.slice(1) }],
    [{ phone_number: NUMBER, channels: ['email'], email }],
    [{ phone_number: NUMBER, channels: ['pigeon'] }],
  ])('names the member at fault of %j, and not its value', async (body) => {
    const call = { body: JSON.stringify(body) };
    await expectNoEffect(async () => {
      const { status, text } = await send('POST /start', call);
      expect(status).toBe(400);
      expect(text).toMatch(/"errors":\[\{"field":"/);
      expect(text).not.toMatch(/5112345678|evil|pigeon/);
    });
  });

  it('refuses an idempotency key that could be guessed', () =>
    expectAnswer('400 request_invalid', 'POST /start', {
      headers: { 'idempotency-key': 'x'.repeat(21) },
      body: JSON.stringify({ phone_number: NUMBER }),
    }));

  it.each([
    ['a landline', '+493012345678'],
    ['of a country that is not allowed', '+79161234567'],
    ['of Jersey, which is not GB', '+447797712345'],
    ['premium of +1', '+19002345678'],
    ['for documentation, which only a local Vonage may verify', '+447700900123'],
  ])('refuses a number that is %s', (_what, phone_number) =>
    expectAnswer('422 phone_number_refused', 'POST /start', {
      body: JSON.stringify({ phone_number }),
    }),
  );
});

it.each<[code: unknown]>([['123'], ['../../etc'], [`765241${' '.repeat(59)}`], [123456]])(
  'POST /check-code spends no try on %j',
  (code) =>
    expectAnswer('400 request_invalid', 'POST /check-code', {
      headers: own(),
      body: JSON.stringify({ request_id: app.requestId, code }),
    }),
);

describe('POST /webhook', () => {
  /** What would end a verification if it were believed. */
  const harmful = (more: object = {}): string => {
    const event = { type: 'event', channel: 'silent_auth', status: 'user_rejected' };
    return JSON.stringify({ request_id: app.requestId, ...event, ...more });
  };
  const signed = (body: string | Buffer, how?: Signing) => ({
    authorization: sign(body, stack.endpoints, how),
  });

  it.each<[answer: string, what: string, how: Signing]>([
    ['401 signature_invalid', 'with another secret', { secret: 'of somebody else' }],
    ['401 signature_invalid', 'with the hash of another body', { hashed: 'another body' }],
    ['401 signature_invalid', 'of yesterday', { claims: { iat: Date.now() / 1000 - 90_000 } }],
  ])('answers %s to a token %s', (answer, _what, how) =>
    expectAnswer(answer, 'POST /webhook', { headers: signed(harmful(), how), body: harmful() }),
  );

  it('answers 503 without a token in its header, so that Vonage repeats it', () => {
    const query = new URLSearchParams({
      ...signed(harmful()),
      token: signed(harmful()).authorization,
    });
    return expectAnswer('503 dependency_unavailable', `POST /webhook?${query}`, {
      body: harmful(),
    });
  });

  it.each<[answer: string, what: string, () => string | Buffer, headers?: RawCall['headers']]>([
    ['400 request_invalid', 'not UTF-8', () => Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['400 request_invalid', 'followed by something', () => `${harmful()}x`],
    ['413 payload_too_large', '16 KB and a byte', () => `"${'x'.repeat(16 * 1024 - 1)}"`],
    ['413 payload_too_large', '10 MB', () => Buffer.alloc(10 * 1024 * 1024, 0x20)],
    [
      '415 media_type_unsupported',
      'a form',
      harmful,
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    [
      '415 media_type_unsupported',
      'compressed',
      () => gzipSync(harmful()),
      { 'content-encoding': 'gzip' },
    ],
  ])('answers %s to an authentic body that is %s', (answer, _what, make, headers) => {
    const body = make();
    return expectAnswer(answer, 'POST /webhook', {
      headers: { ...headers, ...signed(body) },
      body,
    });
  });

  it.each<[string, () => string]>([
    ['a status twice', () => harmful().replace('}', ',"status":"failed"}')],
    ['an unknown status', () => harmful({ status: 'delivered' })],
    ['a channel that is not in the workflow', () => harmful({ channel: 'voice' })],
    ['no action', () => harmful({ status: 'action_pending' })],
    ['completed without a code of ours', () => harmful({ status: 'completed' })],
    ['completed by a summary', () => harmful({ type: 'summary', status: 'completed' })],
    ['an unknown request', () => harmful({ request_id: randomUUID() })],
    [
      'a check_url of a foreign host',
      () => {
        const action = { type: 'check', check_url: 'https://vonage.com.evil.example/x' };
        return harmful({ status: 'action_pending', action });
      },
    ],
  ])('answers 204 to an authentic body with %s', async (_what, make) => {
    const body = make();
    const act = () => send('POST /webhook', { headers: signed(body), body });
    await expectNoEffect(async () => expect((await act()).status).toBe(204), true);
  });
});

const shake = (query: string, protocols: readonly string[], headers: Record<string, string> = {}) =>
  shakeHands(`${stack.endpoints.websocket}${query}`, protocols, headers);

async function open(protocols = [PROTOCOL, app.token], headers = {}): Promise<WebSocket> {
  const opened = await shake('', protocols, headers);
  if (typeof opened === 'number') throw new Error(`refused with ${opened}`);
  return opened;
}

describe('a handshake', () => {
  it('is answered 401 without the right token, wherever else it stands', () =>
    expectNoEffect(async () => {
      expect(await shake('', [])).toBe(401);
      expect(await shake('', [PROTOCOL, strangeToken()])).toBe(401);
      expect(await shake(`?client_token=${app.token}`, [PROTOCOL])).toBe(401);
      expect(await shake('', [], { authorization: `Basic ${app.token}` })).toBe(401);
      expect(await shake('', [], { cookie: `client_token=${app.token}` })).toBe(401);
    }));

  it('is answered 403 from a foreign page, even with the right token', () =>
    expectNoEffect(async () => {
      const { host } = new URL(stack.endpoints.websocket);
      for (const origin of ['https://evil.example', 'null', `https://${host}.evil.example`]) {
        expect(await shake('', [PROTOCOL, app.token], { origin }), origin).toBe(403);
      }
    }));

  it('succeeds from its own origin and without any, and selects the subprotocol that was offered', async () => {
    const origin = `https://${new URL(stack.endpoints.websocket).host}`;
    const opened = [
      await open(),
      await open([PROTOCOL, app.token], { origin }),
      await open([], { authorization: `Bearer   ${app.token}` }),
    ];
    expect(opened.map(({ protocol }) => protocol)).toEqual([PROTOCOL, PROTOCOL, '']);
    for (const one of opened) one.terminate();
  });
});

describe('a message', () => {
  const subscribe = (token: string): string =>
    JSON.stringify({ action: 'subscribe', client_token: token });

  it.each<[code: string, what: string, () => string]>([
    ['request_invalid', 'no JSON', () => '{"action":"ping",}'],
    ['request_invalid', 'an array', () => '[]'],
    ['request_invalid', 'what only the backend says', () => '{"type":"transition"}'],
    ['client_token_invalid', 'a request_id', () => subscribe(app.requestId)],
    ['client_token_invalid', 'a foreign token', () => subscribe(foreignToken())],
    ['payload_too_large', 'above 2 KB', () => `{"action":"ping","more":"${'x'.repeat(2048)}"}`],
  ])('is answered %s and nothing of itself: %s', (code, _what, make) =>
    expectNoEffect(async () => {
      const opened = await open();
      const answer = new Promise((resolve) => opened.once('message', resolve));
      opened.send(make());
      expect(String(await answer)).toBe(JSON.stringify({ type: 'error', code }));
      opened.terminate();
    }),
  );

  it.each([
    ['binary', Buffer.from([1, 2, 3]), 1003],
    ['more than 32 KB', 'x'.repeat(33 * 1024), 1009],
  ])('ends its own socket alone when it is %s', (_what, message, expected) =>
    expectNoEffect(async () => {
      const opened = await open();
      const closed = new Promise((resolve) => opened.once('close', resolve));
      opened.send(message);
      expect(await closed).toBe(expected);
    }),
  );
});
