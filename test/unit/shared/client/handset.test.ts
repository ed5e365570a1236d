import assert from 'node:assert';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HandsetAnswer, OpenCheckUrl } from '../../../../shared/client/handset.ts';
import { readFragment, readHandsetAnswer } from '../../../../shared/client/handset.ts';
import type { Verification } from '../../../../shared/client/verification.ts';
import {
  CHECK_URL,
  ended,
  type FakeBackend,
  openCheckUrl,
  problemReply,
  REQUEST_ID,
  type Received,
  type Reply,
  type Script,
  submitCode,
  verificationObject,
} from '../../../fixtures/fake-backend.ts';
import { backend, begin, changes, connected, fact, sleep } from './clients.ts';

const RESULT: HandsetAnswer = {
  http_status: 200,
  response_body: { request_id: REQUEST_ID, code: 'Ab3xK9' },
};
const OTHER_URL = 'https://api-eu.vonage.com/v2/verify/second/silent-auth/redirect';

const FOREIGN: HandsetAnswer = {
  http_status: 200,
  response_body: { request_id: 'foreign', code: 'Ab3xK9' },
};

const posts = (): readonly Pick<Received, 'path' | 'body'>[] =>
  server.received
    .filter(({ method, path }) => method === 'POST' && path !== '/start')
    .map(({ path, body }) => ({ path, body }));

let server: FakeBackend;

beforeEach(() => {
  server = backend();
  changes(server, '/check-code', () => ended('completed'), true);
  changes(server, '/next-workflow', submitCode, true);
});

/** The first `/next-workflow` only tells until when Vonage may still move on by itself. */
function waitForVonage(): string {
  const soon = new Date(Date.now() + 4_000).toISOString();
  server.script('/next-workflow', () => {
    return { status: 200, body: { verification: server.change({ next_change_at: soon }) } };
  });
  return soon;
}

describe('readHandsetAnswer', () => {
  const CODE = { request_id: REQUEST_ID, code: 'Ab3xK9' };

  it.each<[unknown, string]>([
    [{ http_status: 412, response_body: { title: 'no' } }, 'check_url_rejected'],
    [{ http_status: '412' }, 'check_url_rejected'],
    [{ http_status: '409', response_body: CODE }, 'check_url_rejected'],
    [{ http_status: 409, error: null }, 'check_url_rejected'],
    [{ http_status: 409, error: '' }, 'check_url_rejected'],
    [{ http_status: 302 }, 'sdk_redirect_error'],
    [{ http_status: 500, response_body: CODE }, 'sdk_error'],
    [{ http_status: 200, response_body: '<html>' }, 'sdk_error'],
    [{ http_status: 200, response_body: null }, 'sdk_error'],
    [{ http_status: 200, response_body: { request_id: REQUEST_ID } }, 'sdk_error'],
    [{ http_status: 200, response_body: { ...CODE, code: '' } }, 'sdk_error'],
    [{ http_status: 200, response_body: { ...CODE, code: {} } }, 'sdk_error'],
    [{ http_status: 200, response_body: { ...CODE, code: '<b>' } }, 'sdk_error'],
    [{ http_status: 200, response_body: { ...CODE, request_id: 1 } }, 'sdk_error'],
    [{ http_status: 200, response_body: { ...CODE, request_id: '' } }, 'sdk_error'],
    [{ http_status: {}, response_body: [], error: 0 }, 'sdk_error'],
    [{ error: 'sdk_timeout_error', http_status: 200 }, 'sdk_timeout_error'],
    [{ error: ' sdk_connection_error\n' }, 'sdk_connection_error'],
    [{ error: 'e'.repeat(100) }, 'e'.repeat(64)],
    [{ error: { code: 7, message: 'no radio' } }, 'sdk_error'],
    [{ error: true, http_status: 409 }, 'sdk_error'],
    ...[{}, [], null, undefined, '', 0, 'sdk_error', Symbol('x')].map((none): [unknown, string] => [
      none,
      'sdk_error',
    ]),
  ])('reads %j as %s', (answer, error) => {
    expect(readHandsetAnswer(answer)).toEqual({ type: 'error', error });
  });

  it.each<[what: string, answer: unknown, code?: string]>([
    ['in its usual form', RESULT],
    ['with the status as text', { ...RESULT, http_status: '200' }],
    ['with an empty error', { ...RESULT, error: '' }],
    ['with an error that came too late', { ...RESULT, error: 'sdk_timeout_error' }],
    ['with an object for an error', { ...RESULT, error: {} }],
    ['without a status', { response_body: CODE }],
    ['with a status of null', { response_body: CODE, http_status: null }],
    ['with a status of 0', { response_body: CODE, http_status: 0 }],
    ['with a status that is a symbol', { response_body: CODE, http_status: Symbol('200') }],
    ['with its body as JSON', { ...RESULT, response_body: JSON.stringify(CODE) }],
    ['as JSON', JSON.stringify(RESULT)],
    ['that a bridge made a number', { response_body: { ...CODE, code: 123456 } }, '123456'],
  ])('reads a code %s', (_, answer, code = 'Ab3xK9') => {
    expect(readHandsetAnswer(answer)).toEqual({ type: 'code', requestId: REQUEST_ID, code });
  });

  it('never throws', () => {
    const trapped = new Proxy(CODE, { get: () => assert.fail('a getter that throws') });
    for (const answer of [trapped, { response_body: trapped }, { error: trapped }]) {
      expect(readHandsetAnswer(answer)).toEqual({ type: 'error', error: 'sdk_error' });
    }
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (http_status, error, body) => {
        for (const answer of [body, { http_status, error, response_body: body }]) {
          const result = readHandsetAnswer(answer);
          expect(result.type === 'code' || result.error.length > 0).toBe(true);
        }
      }),
    );
  });
});

describe('readFragment', () => {
  it('reads what Vonage put there', () => {
    expect(readFragment(`#request_id=${REQUEST_ID}&code=Ab3xK9`)).toEqual(RESULT);
    expect(readFragment('#error_description=Device%20MSISDN%20does%20not%20match.')).toEqual({
      error: 'check_url_rejected',
    });
  });

  it.each(['', '#', '#section-2', '#code=Ab3xK9'])('finds nothing in %j', (fragment) => {
    expect(readFragment(fragment)).toBeUndefined();
  });
});

describe('openCheckUrl', () => {
  const sent = { path: '/check-code', body: RESULT.response_body };
  const left = (error: string) => {
    return { path: '/next-workflow', body: { from: 'silent_auth', error } };
  };
  const withoutPromise = (() => RESULT) as unknown as OpenCheckUrl;
  it.each<[what: string, open: OpenCheckUrl, script: Script[], post: object]>([
    ['returns a result', async () => RESULT, [], sent],
    ['returns it without a promise, as bridges do', withoutPromise, [], sent],
    ['returns it while the network fails', async () => RESULT, Array(5).fill('lose'), sent],
    ['returns an error', async () => ({ error: 'sdk_x' }), [], left('sdk_x')],
    ['returns nothing', async () => null, [], left('sdk_error')],
    ['throws', () => Promise.reject(new Error('no radio')), [], left('sdk_error')],
    ['never finishes', () => new Promise(() => undefined), [], left('sdk_timeout_error')],
  ])('is called once, and the backend told, when it %s', async (_, open, script, post) => {
    server.change(openCheckUrl());
    server.script('/check-code', ...script);
    const opening = vi.fn(open);
    const verification = await begin(server, { openCheckUrl: opening });
    await fact(() => verification.current.action?.type !== 'open_check_url');
    expect(opening.mock.calls).toMatchObject([[CHECK_URL, { method: 'fetch' }]]);
    expect(posts()).toEqual([...script.map(() => post), post]);
  });

  it('is not called again for a newer object with the same check_url', async () => {
    server.act('/check-code', () => ({ status: 200, body: { verification: server.verification } }));
    const open = vi.fn(async () => RESULT);
    const verification = await connected(server, { openCheckUrl: open });
    server.change(openCheckUrl());
    await fact(() => open.mock.calls.length === 1 && server.sockets === 1);
    await fact(() => {
      server.change(openCheckUrl());
      return verification.current.seq > 2;
    });
    expect(open).toHaveBeenCalledOnce();
  });

  it('runs without socket and polling, and the socket comes back at once', async () => {
    server.act('/check-code', () => ({ status: 200, body: { verification: server.verification } }));
    let during: [number, number] | undefined;
    await connected(server, {
      openCheckUrl: async () => {
        await fact(() => server.sockets === 0);
        const before = server.received.length;
        await sleep(30_000);
        during = [server.sockets, server.received.length - before];
        return RESULT;
      },
    });
    server.change(openCheckUrl());
    await fact(() => during !== undefined);
    expect(during).toEqual([0, 0]);
    await fact(() => server.sockets === 1);
  });

  it('waits for the page that a navigation ends on', async () => {
    const action = { type: 'open_check_url', check_url: CHECK_URL, method: 'navigate' } as const;
    server.change({ ...openCheckUrl(), action });
    const verification = await connected(server, { openCheckUrl: async () => undefined });
    expect(posts()).toEqual([]);
    expect(verification.current.action).toEqual(action);
  });

  it.each<[string, (verification: Verification) => unknown, object[]]>([
    ['moved on', (verification) => verification.nextWorkflow(), [left('user_choice')]],
    ['been closed', (verification) => verification.close(), []],
  ])('is aborted, and its result dropped, when the verification has %s', async (...row) => {
    const [, end, expected] = row;
    server.change(openCheckUrl());
    const answer = Promise.withResolvers<HandsetAnswer>();
    const open = vi.fn<OpenCheckUrl>(() => answer.promise);
    await end(await begin(server, { openCheckUrl: open }));
    await fact(() => open.mock.lastCall?.[1].signal.aborted === true);
    answer.resolve(RESULT);
    await sleep(1_000);
    expect(posts()).toEqual(expected);
  });

  it('drops the result of an older check_url', async () => {
    server.change(openCheckUrl());
    const first = Promise.withResolvers<HandsetAnswer>();
    const open = vi.fn<OpenCheckUrl>(() => new Promise(() => undefined));
    open.mockReturnValueOnce(first.promise);
    const verification = await begin(server, { openCheckUrl: open });
    server.change(openCheckUrl(OTHER_URL));
    await verification.refresh();
    await fact(() => open.mock.lastCall?.[0] === OTHER_URL);
    first.resolve(RESULT);
    expect(await verification.handsetAnswered(CHECK_URL, RESULT)).toEqual(server.verification);
    expect(posts()).toEqual([]);
  });

  it('submits a foreign request_id, and reports a mismatch', async () => {
    server.change(openCheckUrl());
    const problems: string[] = [];
    server.act('/check-code', () =>
      problemReply('request_id_mismatch', {
        verification: server.change(ended('aborted', { reason: 'request_id_mismatch' }), false),
      }),
    );
    const verification = await begin(server, {
      onProblem: ({ code }) => problems.push(code),
      openCheckUrl: async () => FOREIGN,
    });
    expect((await verification.finished()).status).toBe('aborted');
    await fact(() => problems.length > 0);
    expect(problems).toEqual(['request_id_mismatch']);
    expect(posts()[0]?.body).toEqual(FOREIGN.response_body);
  });

  it('reports a carrier that refused, waits for Vonage, and reports again', async () => {
    server.change(openCheckUrl());
    const soon = waitForVonage();
    const verification = await begin(server, { openCheckUrl: async () => ({ http_status: 412 }) });
    await fact(() => verification.current.channel === 'email');
    const body = { from: 'silent_auth', error: 'check_url_rejected' };
    expect(posts().map((post) => post.body)).toEqual([body, body]);
    expect(Date.now()).toBeGreaterThan(Date.parse(soon));
  });

  it('reports a refusal once when Vonage has moved on by itself', async () => {
    server.change(openCheckUrl());
    waitForVonage();
    const open = async () => ({ http_status: 409 });
    const verification = await connected(server, { openCheckUrl: open });
    server.change(submitCode());
    await fact(() => verification.current.channel === 'email');
    await sleep(10_000);
    expect(posts()).toHaveLength(1);
  });
});

describe('handsetAnswered', () => {
  it('makes the right call for an app that opens the check_url itself', async () => {
    server.change(openCheckUrl());
    const verification = await begin(server);
    const done = await verification.handsetAnswered(CHECK_URL, RESULT);
    expect(done.status).toBe('completed');
    await verification.handsetAnswered(CHECK_URL, RESULT);
    expect(posts()).toHaveLength(1);
  });

  it.each<[string, () => Reply]>([
    ['refuses', () => problemReply('request_id_mismatch')],
    ['cannot answer', () => problemReply('internal')],
    ['is fooled', () => ({ status: 200, body: { verification: verificationObject() } })],
  ])('throws when the request_id is foreign, even if the backend %s', async (_, reply) => {
    server.change(openCheckUrl());
    server.act('/check-code', reply);
    const verification = await begin(server);
    const problem = { code: 'request_id_mismatch', retryable: false };
    await expect(verification.handsetAnswered(CHECK_URL, FOREIGN)).rejects.toMatchObject(problem);
  });
});
