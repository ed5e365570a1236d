import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AnswerFault, faultRule } from '../../../../../infra/local/vonage/fault-rules.ts';
import { createHarness, type Harness, send, signApplicationJwt, started } from './harness.ts';

let vonage: Harness;
let last = 0;
beforeAll(async () => {
  vonage = await createHarness();
});
afterEach(() => vonage.faults());
afterAll(() => vonage[Symbol.asyncDispose]());

const sms = (to: string): readonly object[] => [{ channel: 'sms', to }];
const number = (): string => {
  last += 2;
  return `4477${String(last).padStart(8, '0')}`;
};

describe('answers on demand', () => {
  it.each([
    ['unauthorized', 401],
    ['jwt_expired', 401],
    ['low_balance', 402],
    ['forbidden', 403],
    ['concurrent', 409],
    ['cannot_initiate', 412],
    ['network_unsupported', 412],
    ['invalid_params', 422],
    ['throttled', 429],
    ['internal_error', 500],
  ] as const)('refuses a start with %s, and nothing was started', async (kind, status) => {
    const to = number();
    await vonage.faults({ to, answer: { operation: 'start', kind } });
    const answered = await vonage.start(sms(to));
    expect(answered.status).toBe(status);
    expect(answered.headers.get('content-type')).toBe('application/problem+json');
    await vonage.faults();
    await started(vonage.start(sms(to)));
  });

  it('strikes the next N calls, and shows what is left', async () => {
    const to = number();
    await vonage.faults({ id: 'once', next: 2, answer: { operation: 'start', kind: 'throttled' } });
    expect((await vonage.start(sms(to))).status).toBe(429);
    expect(await vonage.look('/faults')).toMatchObject({ rules: [{ id: 'once', remaining: 1 }] });
    expect((await vonage.start(sms(to))).status).toBe(429);
    expect((await vonage.start(sms(to))).status).toBe(202);
  });

  it('strikes one number, one request, one operation', async () => {
    const [to, other] = [number(), number()];
    await vonage.faults({ to: `+${to}`, answer: { operation: 'start', kind: 'internal_error' } });
    const { requestId } = await started(vonage.start(sms(other)));
    expect((await vonage.start(sms(to))).status).toBe(500);
    await vonage.faults({
      request_id: requestId,
      answer: { operation: 'next_workflow', kind: 'try_again' },
    });
    const next = await vonage.nextWorkflow(requestId);
    expect([next.status, next.json.detail]).toEqual([
      409,
      'The operation cannot be performed at this time. Please try again later.',
    ]);
    expect((await vonage.check(requestId, await vonage.code(other))).status).toBe(200);
  });

  it('answers 500 after the effect on request', async () => {
    const to = number();
    await vonage.faults({
      next: 1,
      answer: { operation: 'start', kind: 'internal_error', effect: 'done' },
    });
    expect((await vonage.start(sms(to))).status).toBe(500);
    expect((await vonage.start(sms(to))).status).toBe(409);
  });

  it('adds retry-after, other statuses and other members', async () => {
    await vonage.faults({
      answer: {
        operation: 'start',
        kind: 'throttled',
        retry_after: 7,
        set: { title: 'Slow down' },
      },
    });
    const { headers, json } = await vonage.start(sms(number()));
    expect([headers.get('retry-after'), json.title]).toEqual(['7', 'Slow down']);
    await vonage.faults({ answer: { operation: 'start', kind: 'invalid_params_object' } });
    expect((await raw()).json.invalid_parameters).toEqual({ name: 'to', reason: 'invalid' });
    await vonage.faults({ answer: { operation: 'start', kind: 'extra_members' } });
    expect((await raw()).json).toMatchObject({
      request_id: expect.any(String),
      unknown_member: {},
    });
    await vonage.faults({ answer: { operation: 'start', kind: 'not_json', status: 502 } });
    expect(await raw()).toMatchObject({ status: 502, text: expect.stringMatching(/^<html>/) });
    await vonage.faults({ answer: { operation: 'start', kind: 'empty' } });
    expect(await raw()).toMatchObject({ status: 202, text: '' });
  });

  it.each<[string, AnswerFault, number]>([
    ['a timeout before the effect', { operation: 'start', kind: 'timeout' }, 202],
    ['a timeout after the effect', { operation: 'start', kind: 'timeout', effect: 'done' }, 409],
    ['a broken connection', { operation: 'start', kind: 'reset' }, 409],
    ['half an answer', { operation: 'start', kind: 'truncated' }, 409],
    ['half an answer for too long', { operation: 'start', kind: 'trickle' }, 409],
    ['a slow answer', { operation: 'start', kind: 'slow' }, 409],
  ])('never ends well: %s', async (_name, answer, afterwards) => {
    const to = number();
    await vonage.faults({ next: 1, answer });
    const lost = new AbortController();
    const answered = expect(raw(to, lost.signal)).rejects.toThrow();
    await expect.poll(async () => JSON.stringify(await vonage.look('/_local/calls'))).toContain(to);
    lost.abort();
    await answered;
    expect((await vonage.start(sms(to))).status).toBe(afterwards);
  });

  it('is late with the second half only', async () => {
    await vonage.faults({ answer: { operation: 'start', kind: 'trickle', delay_ms: 60 } });
    expect((await vonage.passing(raw())).json.request_id).toEqual(expect.any(String));
  });
});

describe('PUT /faults', () => {
  it.each<[string, unknown]>([
    ['a misspelt member', { answers: {} }],
    ['an unknown kind', { answer: { operation: 'start', kind: 'nonsense' } }],
    ['two things at once', { webhook: { drop: true }, request: {} }],
    ['nothing', { to: '44' }],
    ['no JSON', 'text'],
  ])('refuses %s', async (_name, body) => {
    const { status, json } = await send(`${vonage.url}/faults`, 'PUT', {}, body);
    expect([status, json.message]).toEqual([400, expect.any(String)]);
  });

  it('takes one rule, a list, or an object with rules; POST adds, DELETE takes away', async () => {
    const url = `${vonage.url}/faults`;
    const rule = (id: string): object => ({ id, webhook: { drop: true } });
    const ids = async (): Promise<unknown> => JSON.stringify(await vonage.look('/faults'));
    await send(url, 'PUT', {}, rule('a'));
    await send(url, 'POST', {}, [rule('b'), rule('c')]);
    expect(await ids()).toMatch(/"a".*"b".*"c"/);
    expect((await send(`${url}/b`, 'DELETE')).status).toBe(204);
    expect(await ids()).not.toContain('"b"');
    expect((await send(url, 'DELETE')).status).toBe(204);
    expect(await vonage.look('/faults')).toEqual({ rules: [] });
  });

  it('takes every example of its documentation, which names every member', async () => {
    const text = readFileSync(new URL('../../../../../docs/vonage.md', import.meta.url), 'utf8');
    const examples = [...text.matchAll(/-X PUT \S+\/faults -d '([^']+)'/g)].map(
      ([, body = '']) => body,
    );
    expect(examples.length).toBeGreaterThan(5);
    for (const body of examples) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answered = await fetch(`${vonage.url}/faults`, { method: 'PUT', headers, body });
      expect([answered.status, body]).toEqual([200, body]);
    }
    const { answer, webhook, request } = faultRule.shape;
    for (const schema of [answer, webhook, request]) {
      for (const name of Object.keys(schema.unwrap().shape)) expect(text).toContain(`\`${name}`);
    }
    const { operation, kind } = answer.unwrap().shape;
    for (const name of [...operation.options, ...kind.options])
      expect(text).toContain(`\`${name}\``);
  });

  it('binds a rule for the next start to that request alone', async () => {
    await vonage.faults({ next: 1, request: { pin_tries: 1 } });
    const [to, other] = [number(), number()];
    const first = await started(vonage.start(sms(to), { code_length: 10 }));
    const second = await started(vonage.start(sms(other), { code_length: 10 }));
    expect((await vonage.check(first.requestId, '0000')).status).toBe(410);
    expect((await vonage.check(second.requestId, '0000')).status).toBe(400);
  });
});

/** Long enough to stand in no random id by chance. */
const LONG_CODE = { code_length: 10 };

describe('what developers see', () => {
  it('lists messages newest first, to numbers with and without +', async () => {
    const to = number();
    const { requestId } = await started(vonage.start(sms(to)));
    await vonage.check(requestId, await vonage.code(to));
    const again = await started(vonage.start([{ channel: 'voice', to }]));
    for (const spelling of [to, `+${to}`]) {
      expect(await vonage.look(`/inbox?to=${spelling}`)).toEqual([
        message(to, 'voice', again.requestId),
        message(to, 'sms', requestId),
      ]);
    }
  });

  it('keeps a journal of calls and webhooks, without codes', async () => {
    const to = number();
    const { requestId } = await started(
      vonage.start(sms(to), { client_ref: 'ref7', ...LONG_CODE }),
    );
    const code = await vonage.code(to);
    await vonage.check(requestId, code);
    await vonage.statusUrl.wait({ request_id: requestId });
    await expect
      .poll(() => vonage.look(`/_local/calls?request_id=${requestId}`))
      .toMatchObject([
        {
          direction: 'received',
          operation: 'start',
          status: 202,
          body: { client_ref: 'ref7', workflow: [{ to }] },
          claims: { application_id: expect.any(String), jti: expect.any(String) },
        },
        { operation: 'check', status: 200, body: { code: '***' } },
        { direction: 'sent', operation: 'webhook', status: 204, attempt: 1 },
      ]);
    expect(JSON.stringify(await vonage.look('/_local/calls'))).not.toContain(code);
    expect(await vonage.look('/_local/calls?since=100000')).toEqual([]);
  });

  it('answers 404 to paths that nobody has', async () => {
    for (const path of ['/', '/v2', '/_local', '/_local/requests/x', '/v2/verify']) {
      expect((await send(`${vonage.url}${path}`, 'GET')).status).toBe(404);
    }
  });
});

function message(to: string, channel: string, requestId: string): object {
  const code = expect.stringMatching(/^\d{4}$/);
  return { to, channel, code, request_id: requestId, at: expect.any(String) };
}

/** A start whose answer is not held against the document. */
async function raw(to = number(), signal?: AbortSignal): ReturnType<typeof send> {
  const authorization = `Bearer ${await signApplicationJwt()}`;
  const body = { brand: 'Acme', workflow: sms(to) };
  const url = `${vonage.url}/v2/verify`;
  return send(url, 'POST', { authorization }, body, signal);
}
