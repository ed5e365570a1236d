import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type AnswerFault, faultRule } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  authorization,
  newNumber,
  send,
  started,
  useHarness,
} from '../../../../fixtures/vonage-harness.ts';

const vonage = await useHarness();
const RULES_URL = `${vonage.url}/faults`;
afterEach(() => vonage.faults());

const sms = (to: string): readonly object[] => [{ channel: 'sms', to }];
const statusOfStart = async (to: string): Promise<number> => (await vonage.start(sms(to))).status;
const onStart = (answer: Omit<AnswerFault, 'operation'>): AnswerFault => ({
  operation: 'start',
  ...answer,
});

describe('a fault of an answer', () => {
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
  ] as const)('refuses a start with %s and starts nothing', async (kind, status) => {
    const to = newNumber();
    await vonage.faults({ to, answer: onStart({ kind }) });
    const answered = await vonage.start(sms(to));
    expect(answered.status).toBe(status);
    expect(answered.headers.get('content-type')).toBe('application/problem+json');
    await vonage.faults();
    await started(vonage.start(sms(to)));
  });

  it('applies to the next N calls, and GET /faults shows how many remain', async () => {
    const to = newNumber();
    await vonage.faults({ id: 'once', next: 2, answer: onStart({ kind: 'throttled' }) });
    expect(await statusOfStart(to)).toBe(429);
    expect(await vonage.look('/faults')).toMatchObject({ rules: [{ id: 'once', remaining: 1 }] });
    expect([await statusOfStart(to), await statusOfStart(to)]).toEqual([429, 202]);
  });

  it('applies to one number, one request, one operation', async () => {
    const [to, other] = [newNumber(), newNumber()];
    await vonage.faults({ to: `+${to}`, answer: onStart({ kind: 'internal_error' }) });
    const { requestId } = await started(vonage.start(sms(other)));
    expect(await statusOfStart(to)).toBe(500);
    const answer = { operation: 'next_workflow', kind: 'try_again' } as const;
    await vonage.faults({ request_id: requestId, answer });
    const next = await vonage.nextWorkflow(requestId);
    const detail = 'The operation cannot be performed at this time. Please try again later.';
    expect([next.status, next.json.detail]).toEqual([409, detail]);
    expect((await vonage.check(requestId, await vonage.code(other))).status).toBe(200);
  });

  it('answers 500 after the effect', async () => {
    const to = newNumber();
    await vonage.faults({ next: 1, answer: onStart({ kind: 'internal_error', effect: 'done' }) });
    expect([await statusOfStart(to), await statusOfStart(to)]).toEqual([500, 409]);
  });

  it('adds retry-after, other statuses and other members', async () => {
    const answerWith = async (answer: Omit<AnswerFault, 'operation'>) => {
      await vonage.faults({ answer: onStart(answer) });
      return raw();
    };
    const slower = { kind: 'throttled', retry_after: 7, set: { title: 'Slow down' } } as const;
    const { headers, json } = await answerWith(slower);
    expect([headers.get('retry-after'), json.title]).toEqual(['7', 'Slow down']);
    expect((await answerWith({ kind: 'invalid_params_object' })).json.invalid_parameters).toEqual({
      name: 'to',
      reason: 'invalid',
    });
    expect((await answerWith({ kind: 'extra_members' })).json).toMatchObject({
      request_id: expect.any(String),
      unknown_member: {},
    });
    const html = { status: 502, text: expect.stringMatching(/^<html>/) };
    expect(await answerWith({ kind: 'not_json', status: 502 })).toMatchObject(html);
    expect(await answerWith({ kind: 'empty' })).toMatchObject({ status: 202, text: '' });
  });

  it.each<[name: string, answer: Omit<AnswerFault, 'operation'>, afterwards: number]>([
    ['a timeout before the effect', { kind: 'timeout' }, 202],
    ['a timeout after the effect', { kind: 'timeout', effect: 'done' }, 409],
    ['a broken connection', { kind: 'reset' }, 409],
    ['half an answer', { kind: 'truncated' }, 409],
    ['half an answer for too long', { kind: 'trickle' }, 409],
    ['a slow answer', { kind: 'slow' }, 409],
  ])('loses the answer: %s', async (_name, answer, afterwards) => {
    const to = newNumber();
    await vonage.faults({ next: 1, answer: onStart(answer) });
    const lost = new AbortController();
    const answered = expect(raw(to, lost.signal)).rejects.toThrow();
    await expect.poll(async () => JSON.stringify(await vonage.look('/_local/calls'))).toContain(to);
    lost.abort();
    await answered;
    expect(await statusOfStart(to)).toBe(afterwards);
  });

  it('sends the second half of an answer late', async () => {
    await vonage.faults({ answer: onStart({ kind: 'trickle', delay_ms: 60 }) });
    expect((await vonage.passing(raw())).json.request_id).toEqual(expect.any(String));
  });
});

describe('/faults', () => {
  it.each<[string, unknown]>([
    ['a misspelt member', { answers: {} }],
    ['an unknown kind', { answer: { operation: 'start', kind: 'nonsense' } }],
    ['two faults in one rule', { webhook: { drop: true }, request: {} }],
    ['a rule without a fault', { to: '44' }],
    ['a text', 'text'],
  ])('refuses %s', async (_name, body) => {
    const { status, json } = await send(RULES_URL, 'PUT', {}, body);
    expect([status, json.message]).toEqual([400, expect.any(String)]);
  });

  it('accepts one rule or a list; PUT replaces, POST adds, DELETE removes', async () => {
    const rule = (id: string): object => ({ id, webhook: { drop: true } });
    const ids = async (): Promise<unknown> => JSON.stringify(await vonage.look('/faults'));
    await send(RULES_URL, 'PUT', {}, rule('a'));
    await send(RULES_URL, 'POST', {}, [rule('b'), rule('c')]);
    expect(await ids()).toMatch(/"a".*"b".*"c"/);
    expect((await send(`${RULES_URL}/b`, 'DELETE')).status).toBe(204);
    expect(await ids()).not.toContain('"b"');
    expect((await send(RULES_URL, 'DELETE')).status).toBe(204);
    expect(await vonage.look('/faults')).toEqual({ rules: [] });
  });

  it('accepts every example of docs/vonage.md, which names every member', async () => {
    const text = readFileSync('docs/vonage.md', 'utf8');
    const examples = [...text.matchAll(/-X PUT \S+\/faults -d '([^']+)'/g)];
    expect(examples.length).toBeGreaterThan(5);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const [, body = ''] of examples) {
      const { status } = await fetch(RULES_URL, { method: 'PUT', headers, body });
      expect([status, body]).toEqual([200, body]);
    }
    const { answer, webhook, request } = faultRule.shape;
    for (const schema of [answer, webhook, request]) {
      for (const name of Object.keys(schema.unwrap().shape)) expect(text).toContain(`\`${name}`);
    }
    const { operation, kind } = answer.unwrap().shape;
    for (const name of [...operation.options, ...kind.options]) {
      expect(text).toContain(`\`${name}\``);
    }
  });

  it('binds a rule for the next start to that request alone', async () => {
    await vonage.faults({ next: 1, request: { pin_tries: 1 } });
    const first = await started(vonage.start(sms(newNumber()), { code_length: 10 }));
    const second = await started(vonage.start(sms(newNumber()), { code_length: 10 }));
    expect((await vonage.check(first.requestId, '0000')).status).toBe(410);
    expect((await vonage.check(second.requestId, '0000')).status).toBe(400);
  });
});

describe('the paths for developers', () => {
  it('list messages newest first, to numbers with and without +', async () => {
    const to = newNumber();
    const { requestId } = await started(vonage.start(sms(to)));
    await vonage.check(requestId, await vonage.code(to));
    const again = await started(vonage.start([{ channel: 'voice', to }]));
    const other = { to, code: expect.stringMatching(/^\d{4}$/), at: expect.any(String) };
    for (const spelling of [to, `+${to}`]) {
      expect(await vonage.look(`/inbox?to=${spelling}`)).toEqual([
        { ...other, channel: 'voice', request_id: again.requestId },
        { ...other, channel: 'sms', request_id: requestId },
      ]);
    }
  });

  it('keep a journal of calls and webhooks, without codes', async () => {
    const to = newNumber();
    // Ten digits stand in no random id by chance.
    const members = { client_ref: 'ref7', code_length: 10 };
    const { requestId } = await started(vonage.start(sms(to), members));
    const code = await vonage.code(to);
    await vonage.check(requestId, code);
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

  it('answer 404 where there is nothing', async () => {
    for (const path of ['/', '/v2', '/_local', '/_local/requests/x', '/v2/verify']) {
      expect((await send(`${vonage.url}${path}`, 'GET')).status).toBe(404);
    }
  });
});

/** A start whose answer may contradict the document. */
async function raw(to = newNumber(), signal?: AbortSignal): ReturnType<typeof send> {
  const body = { brand: 'Acme', workflow: sms(to) };
  return send(`${vonage.url}/v2/verify`, 'POST', await authorization(), body, signal);
}
