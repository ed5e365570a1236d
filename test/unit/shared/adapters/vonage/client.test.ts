import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createVonage } from '../../../../../shared/adapters/vonage/client.ts';
import { createHttp } from '../../../../../shared/adapters/vonage/http.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import type { VerifyRequest, Vonage } from '../../../../../shared/domain/ports/vonage.ts';
import {
  type Answer,
  type HttpStub,
  hangUp,
  json,
  silence,
  stall,
  startHttpStub,
  text,
  truncate,
} from '../../../../fixtures/http-stub.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';
import { inVirtualTime } from '../../../../fixtures/virtual-time.ts';

const TIMEOUT_MS = 60_000;
const CHECK_URL = 'https://api-eu.vonage.com/v2/verify/5b0d/silent-auth/redirect';
const REQUEST: VerifyRequest = {
  workflow: [
    { channel: 'silent_auth', to: '+447400123456' },
    { channel: 'email', to: 'jo@example.org' },
  ],
  clientRef: '0123456789abcdef0123456789abcdef',
  result: 'json',
};
const SETTINGS = { ...START_SETTINGS, brand: 'Acme', locale: 'en-gb' };
const CREATED = { outcome: 'created', requestId: 'r1' };
const PADDING = ' '.repeat(70_000);
const invalid = (name: string): Answer => json(422, { invalid_parameters: [{ name }] });
const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };

let stub: HttpStub;
let measured: Measurement[];
let vonage: Vonage;
const agent = createAgents();
const pause = vi.fn(async () => {});
const jwt = { get: vi.fn(async () => 'jwt-1'), renew: vi.fn(async () => 'jwt-2') };

beforeAll(async () => {
  stub = await startHttpStub();
});
beforeEach(() => {
  measured = [];
  vonage = vonageAt(stub.url);
});
afterEach(() => {
  vi.clearAllMocks();
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function vonageAt(baseUrl: string): Vonage {
  return createVonage({
    baseUrl,
    jwt,
    http: createHttp({ agent, timeoutMs: TIMEOUT_MS }),
    clock: { now: () => Date.now() },
    telemetry: { measure: (measurement) => measured.push(measurement) },
    settings: SETTINGS,
    checkUrlHosts: ['.vonage.com'],
    pause,
  });
}

/** The time limit of a call passes only when nothing is on the way any more. */
function inTime<T>(call: () => Promise<T>): Promise<T> {
  return inVirtualTime(call, { stub, agent });
}

/** Nobody listens there: it is a port for the privileged. */
const nowhere = (): Vonage => vonageAt('http://127.0.0.1:9');

function errors(): readonly unknown[] {
  return measured
    .filter(({ name }) => name === 'VonageError')
    .map((one) => 'dimensions' in one && one.dimensions);
}

describe('verify', () => {
  it("sends Vonage's body with the application JWT", async () => {
    stub.answer(json(202, { request_id: '5b0d-1', check_url: CHECK_URL }));
    expect(await vonage.verify(REQUEST, BUDGET)).toEqual({
      outcome: 'created',
      requestId: '5b0d-1',
      checkUrl: CHECK_URL,
    });
    const [sent] = stub.received;
    expect(sent).toMatchObject({ method: 'POST', path: '/v2/verify' });
    expect(sent?.headers).toMatchObject({
      authorization: 'Bearer jwt-1',
      'content-type': 'application/json',
    });
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      brand: 'Acme',
      channel_timeout: 120,
      client_ref: '0123456789abcdef0123456789abcdef',
      code_length: 6,
      workflow: [
        { channel: 'silent_auth', to: '447400123456', coverage_check: false },
        { channel: 'email', to: 'jo@example.org' },
      ],
    });
    expect(errors()).toEqual([]);
    expect(measured).toEqual([
      {
        name: 'VonageLatency',
        milliseconds: expect.any(Number),
        dimensions: { operation: 'start' },
      },
    ]);
  });

  it.each<[string, Answer, object, string | undefined]>([
    ['202', json(202, { request_id: 'r1' }), CREATED, undefined],
    ['202 with unknown members', json(202, { request_id: 'r1', later: {} }), CREATED, undefined],
    ['409', json(409, { request_id: 'r1' }), { ...CREATED, outcome: 'in_flight' }, '409'],
  ])('takes the request_id of a %s', (_, answer, expected, status) =>
    expectVerify(answer, expected, status),
  );

  it.each<[string, Answer, string, string]>([
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
    ['400', json(400, {}), 'unavailable', '400'],
    ['402', json(402, {}), 'unavailable', '402'],
    ['403', json(403, {}), 'unavailable', '403'],
    ['404', json(404, {}), 'unavailable', '404'],
    ['409 with a malformed request_id', json(409, { request_id: '?' }), 'in_flight', '409'],
    ['409 without request_id', json(409, { title: 'Conflict' }), 'in_flight', '409'],
    ['409 cut off', truncate(409, '{"request'), 'in_flight', '409'],
    ['412', json(412, {}), 'network_unsupported', '412'],
    ['422 that is not JSON', text(422, '<html>'), 'number_refused', '422'],
    ['422 about the mailbox', invalid('workflow[1].to'), 'email_refused', '422'],
    ['422 about the locale of the phone', invalid('locale'), 'locale_refused', '422'],
    ['429', json(429, {}), 'unavailable', '429'],
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
    'http://api.vonage.com/x',
    'https://vonage.com.evil.example/x',
    'https://user@api.vonage.com/x',
    7,
  ])('drops the check_url %s', async (checkUrl) => {
    stub.answer(json(202, { request_id: 'r1', check_url: checkUrl }));
    const answer = await vonage.verify(REQUEST, BUDGET);
    expect(answer).toEqual(CREATED);
    const isText = typeof checkUrl === 'string';
    expect(errors()).toEqual(isText ? [{ operation: 'start', status: 'check_url' }] : []);
  });

  it('knows that nothing was sent when nobody listens or the name is unknown', async () => {
    expect(await nowhere().verify(REQUEST, BUDGET)).toEqual({ outcome: 'unavailable' });
    const unknownName = vonageAt('http://vonage.invalid');
    expect(await unknownName.verify(REQUEST, BUDGET)).toEqual({ outcome: 'unavailable' });
    expect(errors()).toContainEqual({ operation: 'start', status: 'network' });
  });

  it('signs again once after a 401', async () => {
    stub.answer(json(401, {}), json(202, { request_id: 'r1' }));
    expect(await vonage.verify(REQUEST, BUDGET)).toMatchObject({ outcome: 'created' });
    expect(stub.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer jwt-1',
      'Bearer jwt-2',
    ]);
    expect(jwt.renew).toHaveBeenCalledTimes(1);
  });

  it('gives up after the second 401', async () => {
    stub.answer(json(401, {}));
    expect(await vonage.verify(REQUEST, BUDGET)).toEqual({ outcome: 'unavailable' });
    expect(stub.received).toHaveLength(2);
  });

  it('explains that our own secret is not set, before anything is sent', async () => {
    stub.answer(json(202, { request_id: 'r1' }));
    jwt.get.mockRejectedValueOnce(new Error('not set'));
    await expect(vonage.verify(REQUEST, BUDGET)).rejects.toThrow('not set');
    expect(stub.received).toHaveLength(0);
  });

  it('begins no call after the end of the budget, nor repeats one', async () => {
    stub.answer(json(401, {}));
    const over = { lastCallAtMs: Date.now() - 1 };
    expect(await vonage.verify(REQUEST, over)).toEqual({ outcome: 'unavailable' });
    expect(stub.received).toHaveLength(0);
    const last = { lastCallAtMs: Date.now() + 60_000 };
    jwt.renew.mockImplementationOnce(async () => {
      vi.spyOn(Date, 'now').mockReturnValue(last.lastCallAtMs + 1);
      return 'jwt-2';
    });
    await vonage.verify(REQUEST, last);
    vi.restoreAllMocks();
    expect(stub.received).toHaveLength(1);
  });
});

describe('check', () => {
  const answers: [string, Answer, string][] = [
    ['200', json(200, { request_id: 'r1', status: 'completed' }), 'accepted'],
    ['200 without a body', json(200), 'accepted'],
    ['200 cut off', truncate(200, '{"requ'), 'accepted'],
    ['200 that stalls', stall(200, '{"requ'), 'accepted'],
    ['400', json(400, {}), 'rejected'],
    ['402', json(402, {}), 'not_executed'],
    ['403', json(403, {}), 'not_executed'],
    ['404', json(404, {}), 'not_found'],
    ['409', json(409, {}), 'not_expected'],
    ['410', json(410, {}), 'exhausted'],
    ['429', json(429, {}), 'not_executed'],
    ['two 401', json(401, {}), 'not_executed'],
    ['302', json(302, {}), 'unknown'],
    ['500', json(500, {}), 'unknown'],
    ['silence', silence, 'unknown'],
    ['a closed socket', hangUp, 'unknown'],
  ];
  it.each(answers)('understands %s', async (_, answer, expected) => {
    stub.answer(answer);
    expect(await inTime(() => vonage.check('r1', 'Ab3xK9', BUDGET))).toBe(expected);
    expect(stub.received[0]).toMatchObject({
      method: 'POST',
      path: '/v2/verify/r1',
      body: '{"code":"Ab3xK9"}',
    });
  });

  it('stays on the path of one request, whatever its id is', async () => {
    stub.answer(json(200, {}));
    await vonage.check('../r1?a#b/next_workflow', 'Ab3xK9', BUDGET);
    expect(stub.received[0]?.path).toBe('/v2/verify/..%2Fr1%3Fa%23b%2Fnext_workflow');
  });

  it('reports a code as not checked when nothing was sent', async () => {
    expect(await nowhere().check('r1', 'Ab3xK9', BUDGET)).toBe('not_executed');
    jwt.get.mockRejectedValueOnce(new Error('not set'));
    expect(await vonage.check('r1', 'Ab3xK9', BUDGET)).toBe('not_executed');
    expect(await vonage.check('r1', 'Ab3xK9', { lastCallAtMs: 0 })).toBe('not_executed');
    expect(errors()).toEqual(
      ['network', 'private_key', 'budget'].map((status) => ({ operation: 'check', status })),
    );
  });

  it('measures every answer that is not a success', async () => {
    stub.answer(json(429, {}));
    await vonage.check('r1', 'Ab3xK9', BUDGET);
    expect(errors()).toEqual([{ operation: 'check', status: '429' }]);
  });
});

describe('next', () => {
  const LATER = {
    detail: 'The operation cannot be performed at this time. Please try again later.',
  };
  const answers: [string, Answer, string, number][] = [
    ['200', json(200, {}), 'moved', 1],
    ['the end by its type', json(409, { type: 'https://x/errors#no-events' }), 'none_left', 1],
    [
      'the end by its detail',
      json(409, {
        type: 'https://x#conflict',
        detail: 'There are no more events left to trigger.',
      }),
      'none_left',
      1,
    ],
    ['a replication that never ends', json(409, LATER), 'refused', 4],
    ['a conflict without a word', json(409), 'refused', 2],
    ['404', json(404, {}), 'none_left', 1],
    ['402', json(402, {}), 'refused', 1],
    ['403', json(403, {}), 'refused', 1],
    ['429', json(429, {}), 'refused', 1],
    ['two 401', json(401, {}), 'refused', 2],
    ['500', json(500, {}), 'unknown', 1],
    ['silence', silence, 'unknown', 1],
  ];
  it.each(answers)('understands %s', async (_, answer, expected, calls) => {
    stub.answer(answer);
    expect(await inTime(() => vonage.next('r1', BUDGET))).toBe(expected);
    expect(stub.received).toHaveLength(calls);
    expect(stub.received[0]).toMatchObject({
      method: 'POST',
      path: '/v2/verify/r1/next_workflow',
      body: '',
    });
  });

  it('waits longer each time while Vonage is not ready', async () => {
    stub.answer(json(409, LATER), json(409, LATER), json(409, LATER), json(200));
    expect(await vonage.next('r1', BUDGET)).toBe('moved');
    expect(pause.mock.calls).toEqual([[300], [600], [1200]]);
  });

  it('does not wait beyond the budget', async () => {
    stub.answer(json(409, LATER));
    expect(await vonage.next('r1', { lastCallAtMs: Date.now() + 200 })).toBe('refused');
    expect(pause).not.toHaveBeenCalled();
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('asks after a moment whether it is still needed: %s', async (isNeeded, calls) => {
    stub.answer(json(200));
    const isStillNeeded = vi.fn(async () => {
      expect(pause.mock.calls).toEqual([[1000]]);
      return isNeeded;
    });
    expect(await vonage.next('r1', BUDGET, isStillNeeded)).toBe('moved');
    expect(isStillNeeded).toHaveBeenCalledTimes(1);
    expect(stub.received).toHaveLength(calls);
  });

  it('knows that Vonage did not move when nothing was sent', async () => {
    expect(await nowhere().next('r1', BUDGET)).toBe('refused');
  });
});

describe('cancel', () => {
  it.each([
    ['204', json(204), 'cancelled', 1],
    ['404', json(404, {}), 'not_found', 1],
    ['409', json(409, {}), 'refused', 1],
    ['500', json(500, {}), 'unknown', 2],
    ['a closed socket', hangUp, 'unknown', 2],
  ] as const)('tells what became of it, and repeats what was lost once: %s', async (...row) => {
    const [, answer, expected, requests] = row;
    stub.answer(answer);
    expect(await vonage.cancel('r1', BUDGET)).toBe(expected);
    expect(stub.received).toHaveLength(requests);
    expect(stub.received[0]).toMatchObject({ method: 'DELETE', path: '/v2/verify/r1', body: '' });
  });

  it('repeats a lost one on a new socket', async () => {
    stub.answer(json(200, {}));
    await Promise.all([vonage.check('r1', '1', BUDGET), vonage.check('r1', '2', BUDGET)]);
    const before = stub.connections();
    stub.answer(hangUp);
    await vonage.cancel('r1', BUDGET);
    expect(stub.connections()).toBe(before + 1);
  });

  it('never throws when nothing can be sent', async () => {
    expect(await nowhere().cancel('r1', BUDGET)).toBe('refused');
    jwt.get.mockRejectedValueOnce(new Error('not set'));
    expect(await vonage.cancel('r1', BUDGET)).toBe('refused');
  });
});

describe('the sockets', () => {
  it('are kept for the next call', async () => {
    stub.answer(json(200, {}));
    await vonage.check('r1', 'Ab3xK9', BUDGET);
    const before = stub.connections();
    for (let count = 0; count < 5; count += 1) await vonage.check('r1', 'Ab3xK9', BUDGET);
    expect(stub.connections()).toBe(before);
  });

  it('are not used again after 15 s, when the peer may have closed them unseen', async () => {
    stub.answer(json(200, {}));
    await vonage.check('r1', 'Ab3xK9', BUDGET);
    const before = stub.connections();
    const later = Date.now() + 15_001;
    vi.spyOn(Date, 'now').mockImplementation(() => later);
    await vonage.check('r1', 'Ab3xK9', BUDGET);
    vi.restoreAllMocks();
    expect(stub.connections()).toBe(before + 1);
  });
});
