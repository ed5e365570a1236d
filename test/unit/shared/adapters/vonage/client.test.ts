import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createVonage } from '../../../../../shared/adapters/vonage/client.ts';
import { createHttp } from '../../../../../shared/adapters/vonage/http.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import type { VerifyRequest, Vonage } from '../../../../../shared/domain/ports/vonage.ts';
import {
  type Answer,
  hangUp,
  json,
  silence,
  stall,
  text,
  truncate,
} from '../../../../fixtures/http-stub.ts';
import { NOWHERE, startNetwork } from '../../../../fixtures/network.ts';
import { NEVER_MS } from '../../../../fixtures/patience.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';
import { inVirtualTime } from '../../../../fixtures/virtual-time.ts';

const CHECK_URL = 'https://api-eu.vonage.com/v2/verify/5b0d/silent-auth/redirect';
const NOW_MS = Date.parse('2026-03-04T10:15:30.000Z');
const REQUEST: VerifyRequest = {
  workflow: [
    { channel: 'silent_auth', to: '+447400123456' },
    { channel: 'email', to: 'jo@example.org' },
  ],
  clientRef: '0123456789abcdef0123456789abcdef',
  result: 'json',
};
const CREATED = { outcome: 'created', requestId: 'r1' };
const PADDING = ' '.repeat(70_000);
const invalid = (name: string): Answer => json(422, { invalid_parameters: [{ name }] });
const BUDGET = { lastCallAtMs: NOW_MS + 60_000 };

let measured: Measurement[];
let vonage: Vonage;
let nowMs: number;
const network = await startNetwork();
const { stub, agent } = network;
const pause = vi.fn(async () => {});
const jwt = { get: vi.fn(async () => 'jwt-1'), renew: vi.fn(async () => 'jwt-2') };

beforeEach(() => {
  measured = [];
  nowMs = NOW_MS;
  vonage = vonageAt(stub.url);
});
afterEach(() => vi.clearAllMocks());

function vonageAt(baseUrl: string): Vonage {
  return createVonage({
    baseUrl,
    jwt,
    http: createHttp({ agent, timeoutMs: NEVER_MS }),
    clock: { now: () => nowMs },
    telemetry: { measure: (measurement) => measured.push(measurement) },
    settings: { ...START_SETTINGS, brand: 'Acme', locale: 'en-gb' },
    checkUrlHosts: ['.vonage.com'],
    pause,
  });
}

/** The time limit of a call passes only when nothing is on the way any more. */
function inTime<T>(call: () => Promise<T>): Promise<T> {
  return inVirtualTime(call, network);
}

function errors(): readonly unknown[] {
  return measured
    .filter(({ name }) => name === 'VonageError')
    .map((one) => 'dimensions' in one && one.dimensions);
}

describe('verify', () => {
  it("sends Vonage's body with the application JWT", async () => {
    stub.answer(json(202, { request_id: '5b0d-1', check_url: CHECK_URL }));
    const created = { ...CREATED, requestId: '5b0d-1', checkUrl: CHECK_URL };
    expect(await vonage.verify(REQUEST, BUDGET)).toEqual(created);
    const [sent] = stub.received;
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/v2/verify',
      headers: { authorization: 'Bearer jwt-1', 'content-type': 'application/json' },
    });
    const { workflow, ...body } = JSON.parse(sent?.body ?? '');
    expect(body).toMatchObject({ brand: 'Acme', client_ref: REQUEST.clientRef });
    expect(workflow).toMatchObject([{ to: '447400123456' }, { to: 'jo@example.org' }]);
    const dimensions = { operation: 'start' };
    expect(measured).toEqual([{ name: 'VonageLatency', milliseconds: 0, dimensions }]);
  });

  it.each<[what: string, answer: Answer, expected: object, status: string | undefined]>([
    ['202', json(202, { request_id: 'r1' }), CREATED, undefined],
    ['202 with unknown members', json(202, { request_id: 'r1', later: {} }), CREATED, undefined],
    ['409', json(409, { request_id: 'r1' }), { ...CREATED, outcome: 'in_flight' }, '409'],
  ])('takes the request_id of a %s', (_, answer, expected, status) =>
    expectVerify(answer, expected, status),
  );

  it.each<[what: string, answer: Answer, outcome: string, status: string]>([
    ['202 without request_id', json(202, {}), 'unknown', 'malformed'],
    ['202 with an empty request_id', json(202, { request_id: '' }), 'unknown', 'malformed'],
    ['202 with a number', json(202, { request_id: 7 }), 'unknown', 'malformed'],
    ['202 with a path for an id', json(202, { request_id: '../x' }), 'unknown', 'malformed'],
    ['202 with an array', json(202, ['r1']), 'unknown', 'malformed'],
    ['202 with null', json(202, null), 'unknown', 'malformed'],
    ['202 with HTML', text(202, '<html>'), 'unknown', 'malformed'],
    ['202 without a body', json(202), 'unknown', 'malformed'],
    ['202 cut off', truncate(202, '{"request_id":"r1"'), 'unknown', 'malformed'],
    ['202 that stalls', stall(202, '{"request_id":"r1"'), 'unknown', 'malformed'],
    ['202 above 64 KB', text(202, `{"request_id":"r1"}${PADDING}`), 'unknown', 'malformed'],
    ['302', json(302, {}), 'unknown', '302'],
    ...[400, 402, 403, 404, 429].map((status): [string, Answer, string, string] => {
      return [`${status}`, json(status, {}), 'unavailable', `${status}`];
    }),
    ['409 with a malformed request_id', json(409, { request_id: '?' }), 'in_flight', '409'],
    ['409 without request_id', json(409, { title: 'Conflict' }), 'in_flight', '409'],
    ['409 cut off', truncate(409, '{"request'), 'in_flight', '409'],
    ['412', json(412, {}), 'network_unsupported', '412'],
    ['422 that is not JSON', text(422, '<html>'), 'number_refused', '422'],
    ['422 about the mailbox', invalid('workflow[1].to'), 'email_refused', '422'],
    ['422 about the locale of the phone', invalid('locale'), 'locale_refused', '422'],
    ['500', json(500, {}), 'unknown', '500'],
    ['503', text(503, 'busy'), 'unknown', '503'],
    ['silence', silence, 'unknown', 'timeout'],
    ['a closed socket', hangUp, 'unknown', 'network'],
  ])('understands %s', (_, answer, outcome, status) => expectVerify(answer, { outcome }, status));

  async function expectVerify(answer: Answer, expected: object, status?: string): Promise<void> {
    stub.answer(answer);
    expect(await inTime(() => vonage.verify(REQUEST, BUDGET))).toEqual(expected);
    expect(errors()).toEqual(status === undefined ? [] : [{ operation: 'start', status }]);
    expect(stub.received).toHaveLength(1);
  }

  it.each([
    ['the brand', 'brand', REQUEST, 'misconfigured'],
    ['the locale of the stage', 'locale', { ...REQUEST, locale: 'en-gb' }, 'locale_refused'],
  ])('counts a refusal of %s as our configuration', async (_, name, request, outcome) => {
    stub.answer(invalid(name));
    expect(await vonage.verify(request, BUDGET)).toEqual({ outcome });
    const status = 'configuration';
    expect(errors()).toEqual(['422', status].map((each) => ({ operation: 'start', status: each })));
    expect(measured.at(-1)).toMatchObject({ details: { parameters: name } });
  });

  it.each([
    ['https://evil.example/x', [{ operation: 'start', status: 'check_url' }]],
    [7, []],
  ])('drops the check_url %s', async (checkUrl, expected) => {
    stub.answer(json(202, { request_id: 'r1', check_url: checkUrl }));
    expect(await vonage.verify(REQUEST, BUDGET)).toEqual(CREATED);
    expect(errors()).toEqual(expected);
  });

  it.each([
    ['signs again once after a 401', [json(401, {}), json(202, { request_id: 'r1' })], CREATED],
    ['gives up after the second 401', [json(401, {})], { outcome: 'unavailable' }],
  ])('%s', async (_, answers, expected) => {
    stub.answer(...answers);
    expect(await vonage.verify(REQUEST, BUDGET)).toEqual(expected);
    const signed = stub.received.map(({ headers }) => headers.authorization);
    expect(signed).toEqual(['Bearer jwt-1', 'Bearer jwt-2']);
  });

  it('throws when our own secret is not set, before anything is sent', async () => {
    stub.answer(json(202, { request_id: 'r1' }));
    jwt.get.mockRejectedValueOnce(new Error('not set'));
    await expect(vonage.verify(REQUEST, BUDGET)).rejects.toThrow('not set');
    expect(stub.received).toHaveLength(0);
  });

  it('begins no call after the end of the budget, nor repeats one', async () => {
    stub.answer(json(401, {}));
    nowMs = BUDGET.lastCallAtMs + 1;
    expect(await vonage.verify(REQUEST, BUDGET)).toEqual({ outcome: 'unavailable' });
    expect(stub.received).toHaveLength(0);
    nowMs = BUDGET.lastCallAtMs;
    jwt.renew.mockImplementationOnce(async () => {
      nowMs += 1;
      return 'jwt-2';
    });
    await vonage.verify(REQUEST, BUDGET);
    expect(stub.received).toHaveLength(1);
  });
});

describe('check', () => {
  it.each<[what: string, answer: Answer, expected: string]>([
    ['200', json(200, { request_id: 'r1', status: 'completed' }), 'accepted'],
    ['200 without a body', json(200), 'accepted'],
    ['200 cut off', truncate(200, '{"requ'), 'accepted'],
    ['200 that stalls', stall(200, '{"requ'), 'accepted'],
    ['400', json(400, {}), 'rejected'],
    ...[401, 402, 403, 429].map((status): [string, Answer, string] => {
      return [`${status}`, json(status, {}), 'not_executed'];
    }),
    ['404', json(404, {}), 'not_found'],
    ['409', json(409, {}), 'not_expected'],
    ['410', json(410, {}), 'exhausted'],
    ['302', json(302, {}), 'unknown'],
    ['500', json(500, {}), 'unknown'],
    ['silence', silence, 'unknown'],
    ['a closed socket', hangUp, 'unknown'],
  ])('understands %s', async (_, answer, expected) => {
    stub.answer(answer);
    expect(await inTime(() => vonage.check('r1', 'Ab3xK9', BUDGET))).toBe(expected);
    const [sent] = stub.received;
    expect(sent).toMatchObject({ method: 'POST', path: '/v2/verify/r1' });
    expect(sent?.body).toBe('{"code":"Ab3xK9"}');
  });

  it('encodes the request_id in the path', async () => {
    stub.answer(json(200, {}));
    await vonage.check('../r1?a#b/next_workflow', 'Ab3xK9', BUDGET);
    expect(stub.received[0]?.path).toBe('/v2/verify/..%2Fr1%3Fa%23b%2Fnext_workflow');
  });

  it('measures every answer that is not a success', async () => {
    stub.answer(json(429, {}));
    await vonage.check('r1', 'Ab3xK9', BUDGET);
    expect(errors()).toEqual([{ operation: 'check', status: '429' }]);
  });
});

describe('next', () => {
  const LATER = json(409, {
    detail: 'The operation cannot be performed at this time. Please try again later.',
  });
  const END = { type: 'https://x#conflict', detail: 'There are no more events left to trigger.' };
  it.each<[what: string, answer: Answer, expected: string, calls: number]>([
    ['200', json(200, {}), 'moved', 1],
    ['the end by its type', json(409, { type: 'https://x/errors#no-events' }), 'none_left', 1],
    ['the end by its detail', json(409, END), 'none_left', 1],
    ['a replication that never ends', LATER, 'refused', 4],
    ['a conflict without a body', json(409), 'refused', 2],
    ['404', json(404, {}), 'none_left', 1],
    ['402', json(402, {}), 'refused', 1],
    ['403', json(403, {}), 'refused', 1],
    ['429', json(429, {}), 'refused', 1],
    ['two 401', json(401, {}), 'refused', 2],
    ['500', json(500, {}), 'unknown', 1],
    ['silence', silence, 'unknown', 1],
  ])('understands %s', async (_, answer, expected, calls) => {
    stub.answer(answer);
    expect(await inTime(() => vonage.next('r1', BUDGET))).toBe(expected);
    expect(stub.received).toHaveLength(calls);
    const path = '/v2/verify/r1/next_workflow';
    expect(stub.received[0]).toMatchObject({ method: 'POST', path, body: '' });
  });

  it('waits longer each time while Vonage is not ready', async () => {
    stub.answer(LATER, LATER, LATER, json(200));
    expect(await vonage.next('r1', BUDGET)).toBe('moved');
    expect(pause.mock.calls).toEqual([[300], [600], [1200]]);
  });

  it('does not wait beyond the budget', async () => {
    stub.answer(LATER);
    expect(await vonage.next('r1', { lastCallAtMs: NOW_MS + 200 })).toBe('refused');
    expect(stub.received).toHaveLength(1);
    expect(pause).not.toHaveBeenCalled();
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('asks after 1 s whether it is still needed: %s', async (isNeeded, calls) => {
    stub.answer(json(200));
    const isStillNeeded = vi.fn(async () => {
      expect(pause.mock.calls).toEqual([[1000]]);
      return isNeeded;
    });
    expect(await vonage.next('r1', BUDGET, isStillNeeded)).toBe('moved');
    expect(isStillNeeded).toHaveBeenCalledTimes(1);
    expect(stub.received).toHaveLength(calls);
  });
});

describe('cancel', () => {
  it.each([
    ['204', json(204), 'cancelled', 1],
    ['404', json(404, {}), 'not_found', 1],
    ['409', json(409, {}), 'refused', 1],
    ['500', json(500, {}), 'unknown', 2],
    ['a closed socket', hangUp, 'unknown', 2],
  ] as const)('reports its outcome, and repeats once what was lost: %s', async (...row) => {
    const [, answer, expected, requests] = row;
    stub.answer(answer);
    expect(await vonage.cancel('r1', BUDGET)).toBe(expected);
    expect(stub.received).toHaveLength(requests);
    expect(stub.received[0]).toMatchObject({ method: 'DELETE', path: '/v2/verify/r1', body: '' });
  });

  it('repeats a lost one on a new socket', async () => {
    // No socket becomes too old for its next call.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    stub.answer(json(200, {}));
    await Promise.all([vonage.check('r1', '1', BUDGET), vonage.check('r1', '2', BUDGET)]);
    const before = stub.connections();
    stub.answer(hangUp);
    await vonage.cancel('r1', BUDGET);
    expect(stub.connections()).toBe(before + 1);
  });
});

describe('a call that cannot be sent', () => {
  it.each<[what: string, call: (to: Vonage) => Promise<unknown>, answer: unknown]>([
    ['verify', (to) => to.verify(REQUEST, BUDGET), { outcome: 'unavailable' }],
    ['check', (to) => to.check('r1', 'Ab3xK9', BUDGET), 'not_executed'],
    ['next', (to) => to.next('r1', BUDGET), 'refused'],
    ['cancel', (to) => to.cancel('r1', BUDGET), 'refused'],
  ])('changes nothing at Vonage, as %s tells', async (_, call, answer) => {
    for (const peer of [NOWHERE, 'http://vonage.invalid']) {
      expect(await call(vonageAt(peer))).toEqual(answer);
    }
  });

  it('is measured with its reason', async () => {
    await vonageAt(NOWHERE).check('r1', 'Ab3xK9', BUDGET);
    jwt.get.mockRejectedValueOnce(new Error('not set'));
    expect(await vonage.check('r1', 'Ab3xK9', BUDGET)).toBe('not_executed');
    expect(await vonage.check('r1', 'Ab3xK9', { lastCallAtMs: 0 })).toBe('not_executed');
    jwt.get.mockRejectedValueOnce(new Error('not set'));
    expect(await vonage.cancel('r1', BUDGET)).toBe('refused');
    expect(errors()).toEqual([
      { operation: 'check', status: 'network' },
      { operation: 'check', status: 'private_key' },
      { operation: 'check', status: 'budget' },
      { operation: 'cancel', status: 'private_key' },
    ]);
  });
});

describe('the sockets', () => {
  it('are kept for the next call for 15 s; after that the peer may have closed them', () =>
    inTime(async () => {
      stub.answer(json(200, {}));
      await vonage.check('r1', 'Ab3xK9', BUDGET);
      const before = stub.connections();
      for (let count = 0; count < 5; count += 1) await vonage.check('r1', 'Ab3xK9', BUDGET);
      expect(stub.connections()).toBe(before);
      await new Promise((resolve) => setTimeout(resolve, 15_001));
      await vonage.check('r1', 'Ab3xK9', BUDGET);
      expect(stub.connections()).toBe(before + 1);
    }));
});
