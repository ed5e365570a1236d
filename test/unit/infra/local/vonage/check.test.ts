import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, expectCallbacks, type Harness, openCheckUrl, started } from './harness.ts';

let vonage: Harness;
let lastDigits = 0;
beforeAll(async () => {
  vonage = await createHarness();
});
afterAll(async () => {
  expectCallbacks(vonage.statusUrl);
  await vonage[Symbol.asyncDispose]();
});

describe('POST /v2/verify/{request_id} with a PIN', () => {
  it.each(['sms', 'voice', 'email', 'whatsapp', 'rcs'])('completes by %s', async (channel) => {
    const to = channel === 'email' ? 'pin@example.org' : number();
    const workflow = [{ channel, to, ...(/whatsapp|rcs/.test(channel) ? { from: 'Acme' } : {}) }];
    const { requestId } = await started(vonage.start(workflow, { code_length: 7 }));
    const code = await vonage.code(to);
    expect(code).toMatch(/^\d{7}$/);
    const { status, json } = await vonage.check(requestId, code);
    expect([status, json]).toEqual([200, { request_id: requestId, status: 'completed' }]);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body).toMatchObject({
      status: 'completed',
      channel_timeout: 180,
      workflow: [{ channel, status: 'completed' }],
    });
    const again = await vonage.check(requestId, code);
    expect([again.status, again.json.detail]).toEqual([
      404,
      `Request ${requestId} was not found or it has been verified already.`,
    ]);
  });

  it('answers 400 twice and 410 to the third wrong code, which ends the workflow', async () => {
    const to = number();
    const workflow = [
      { channel: 'sms', to },
      { channel: 'voice', to },
    ];
    const { requestId } = await started(vonage.start(workflow, { client_ref: 'abc' }));
    const wrong = wrongPin(await vonage.code(to));
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push((await vonage.check(requestId, wrong)).status);
    expect(answers).toEqual([400, 400, 410, 404]);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({
      type: 'summary',
      status: 'failed',
      client_ref: 'abc',
      workflow: [{ status: 'failed' }, { channel: 'voice', status: 'unused' }],
    });
  });

  it('makes a new PIN for each channel, unless they share one', async () => {
    const to = number();
    const start = (members: object): Promise<{ requestId: string }> => {
      const workflow = ['sms', 'voice'].map((channel) => ({ channel, to, ...members }));
      return started(vonage.start(workflow, { code_length: 10 }));
    };
    const own = await start({});
    const first = await vonage.code(to);
    await vonage.nextWorkflow(own.requestId);
    expect(await vonage.code(to)).not.toBe(first);
    expect((await vonage.check(own.requestId, first)).status).toBe(400);
    await vonage.check(own.requestId, await vonage.code(to));
    const shared = await start({ reuse_code: true });
    const same = await vonage.code(to);
    await vonage.nextWorkflow(shared.requestId);
    expect(await vonage.code(to)).toBe(same);
    expect((await vonage.check(shared.requestId, same)).status).toBe(200);
  });

  it('takes the PIN of the caller', async () => {
    const to = number();
    const { requestId } = await started(vonage.start([{ channel: 'sms', to }], { code: 'abc123' }));
    expect((await vonage.check(requestId, 'abc123')).status).toBe(200);
  });

  it('counts no try for what is not a code', async () => {
    const to = number();
    const { requestId } = await started(vonage.start([{ channel: 'sms', to }]));
    const bodies = [{ code: '123' }, { code: '12345678901' }, { code: 1234 }, {}, [], null];
    for (const body of [...bodies, { code: '1234', token: 'x' }]) {
      expect((await vonage.submit(requestId, body)).status).toBe(400);
    }
    expect((await vonage.check(requestId, await vonage.code(to))).status).toBe(200);
  });

  it('answers 404 to an id that nobody has', async () => {
    expect((await vonage.check('no-such-request', '1234')).status).toBe(404);
    expect((await vonage.nextWorkflow('no-such-request')).status).toBe(404);
    expect((await vonage.cancel('no-such-request')).status).toBe(404);
  });
});

describe('POST /v2/verify/{request_id} with a silent code', () => {
  const silent = async (): Promise<{ requestId: string; checkUrl: string; email: string }> => {
    const to = number();
    const email = `s${to}@example.org`;
    const workflow = [
      { channel: 'silent_auth', to },
      { channel: 'email', to: email },
    ];
    return { ...(await started(vonage.start(workflow))), email };
  };
  const statusOf = async (requestId: string): Promise<unknown> =>
    vonage.look(`/_local/requests/${requestId}`);

  it('answers 409 until the handset has the code, then 200', async () => {
    const { requestId, checkUrl } = await silent();
    const early = await vonage.check(requestId, '123456');
    expect([early.status, early.json.detail]).toEqual([
      409,
      'The current Verify workflow step does not support a code.',
    ]);
    const { answered } = await openCheckUrl(checkUrl);
    const code = String(answered.json.code);
    expect(code).toMatch(/^(?=.*[A-Za-z])[A-Za-z0-9]{6}$/);
    expect((await vonage.check(requestId, code)).status).toBe(200);
    await vonage.statusUrl.wait({ request_id: requestId, type: 'event', status: 'completed' });
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body.workflow).toMatchObject([{ status: 'completed' }, { status: 'unused' }]);
  });

  it('takes one try: a wrong code is 400 and the next channel runs', async () => {
    const { requestId, checkUrl, email } = await silent();
    await openCheckUrl(checkUrl);
    expect((await vonage.check(requestId, 'Wrong1')).status).toBe(400);
    await vonage.statusUrl.wait({ request_id: requestId, type: 'event', status: 'failed' });
    expect((await vonage.check(requestId, await vonage.code(email))).status).toBe(200);
  });

  it.each([
    ['gone', 410, 'failed', 404],
    ['end', 400, 'failed', 404],
    ['stay', 400, 'running', 200],
  ] as const)('reads a wrong code as %s when told to', async (reading, first, status, second) => {
    const { requestId, checkUrl } = await silent();
    await vonage.faults({ request_id: requestId, request: { wrong_silent_code: reading } });
    const { answered } = await openCheckUrl(checkUrl);
    expect((await vonage.check(requestId, 'Wrong1')).status).toBe(first);
    expect(await statusOf(requestId)).toMatchObject({ status });
    expect((await vonage.check(requestId, String(answered.json.code))).status).toBe(second);
  });

  it('makes a code of digits only on request', async () => {
    const { requestId, checkUrl } = await silent();
    await vonage.faults({ request_id: requestId, request: { silent_code: 'digits' } });
    const { answered } = await openCheckUrl(checkUrl);
    expect(answered.json.code).toMatch(/^\d{6}$/);
  });

  it('takes a token instead of a code in mode advanced', async () => {
    const { json } = await vonage.start([
      { channel: 'silent_auth', to: number(), mode: 'advanced' },
    ]);
    expect(json.check_url).toBeUndefined();
    const requestId = String(json.request_id);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ mode: 'advanced', action: { type: 'auth' } });
    const [, tokenUrl = ''] = /"androidAppUrl":"([^"]+)"/.exec(JSON.stringify(body)) ?? [];
    const token: unknown = await (await fetch(tokenUrl)).json();
    const answered = await vonage.submit(requestId, token);
    expect(answered.status).toBe(200);
  });
});

describe('POST /v2/verify/{request_id}/next_workflow', () => {
  it('leaves the running channel, and answers 409 at the last one', async () => {
    const to = number();
    const workflow = [
      { channel: 'silent_auth', to },
      { channel: 'sms', to },
    ];
    const { requestId, checkUrl } = await started(vonage.start(workflow));
    const next = await vonage.nextWorkflow(requestId);
    expect([next.status, next.text]).toEqual([200, '']);
    expect((await openCheckUrl(checkUrl)).answered.status).toBe(404);
    const last = await vonage.nextWorkflow(requestId);
    expect([last.status, last.json.detail]).toEqual([
      409,
      'There are no more events left to trigger.',
    ]);
    expect((await vonage.check(requestId, await vonage.code(to))).status).toBe(200);
  });
});

describe('DELETE /v2/verify/{request_id}', () => {
  const start = (): Promise<{ requestId: string }> =>
    started(vonage.start([{ channel: 'sms', to: number() }], { channel_timeout: 900 }));

  it('answers 404 before 30 s and 204 after', async () => {
    const { requestId } = await start();
    expect((await vonage.cancel(requestId)).status).toBe(404);
    vonage.pass(30);
    expect((await vonage.cancel(requestId)).status).toBe(204);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ type: 'summary', status: 'cancelled' });
    expect((await vonage.cancel(requestId)).status).toBe(404);
  });

  it('answers 404 once the second channel runs', async () => {
    const to = number();
    const workflow = [
      { channel: 'silent_auth', to },
      { channel: 'sms', to },
    ];
    const { requestId } = await started(vonage.start(workflow, { channel_timeout: 900 }));
    vonage.pass(60);
    expect((await vonage.cancel(requestId)).status).toBe(404);
  });

  it('reports it by event on request', async () => {
    const { requestId } = await start();
    await vonage.faults({ request_id: requestId, request: { cancel_webhooks: 'event' } });
    vonage.pass(30);
    expect((await vonage.cancel(requestId)).status).toBe(204);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ type: 'event', channel: 'sms', status: 'cancelled' });
  });
});

describe('the clock', () => {
  it('ends silent_auth after 60 s whatever channel_timeout says, then the channel after it', async () => {
    const to = number();
    const workflow = [
      { channel: 'silent_auth', to },
      { channel: 'sms', to },
    ];
    const { requestId } = await started(vonage.start(workflow, { channel_timeout: 75 }));
    await vonage.statusUrl.wait({ request_id: requestId, status: 'action_pending' });
    const running = () => vonage.look(`/_local/requests/${requestId}`);
    vonage.pass(50);
    expect(await running()).toMatchObject({ status: 'running', channel: 'silent_auth' });
    vonage.pass(10);
    await vonage.statusUrl.wait({ request_id: requestId, status: 'expired' });
    vonage.pass(65);
    expect(await running()).toMatchObject({ status: 'running', channel: 'sms' });
    vonage.pass(10);
    const end = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(end.body).toMatchObject({
      status: 'expired',
      workflow: [{ status: 'expired' }, { status: 'expired' }],
    });
    const reports = vonage.statusUrl.received.filter(({ body }) => body.request_id === requestId);
    expect(reports.map(({ body }) => body.channel)).toEqual([
      'silent_auth',
      'silent_auth',
      undefined,
    ]);
    await started(vonage.start([{ channel: 'sms', to }]));
  });

  it('reports the end of a PIN channel on request', async () => {
    const to = number();
    await vonage.faults({ to, request: { channel_events: true } });
    const { requestId } = await started(
      vonage.start([{ channel: 'voice', to }], { channel_timeout: 15, client_ref: 'ref1' }),
    );
    vonage.pass(15);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'event' });
    expect(body).toMatchObject({ channel: 'voice', status: 'expired', client_ref: 'ref1' });
  });
});

describe('outcomes on demand', () => {
  it('blocks a channel and the request with it', async () => {
    const to = number();
    await vonage.faults({ to, request: { outcomes: { sms: 'blocked' }, channel_events: true } });
    const { requestId } = await started(vonage.start([{ channel: 'sms', to }]));
    await vonage.statusUrl.wait({ request_id: requestId, type: 'event', status: 'blocked' });
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body.channel_timeout).toBeUndefined();
    expect(body).toMatchObject({
      status: 'blocked',
      finalized_at: expect.any(String),
      workflow: [{ status: 'blocked', reason: expect.stringMatching(/^Fraudulent/) }],
    });
  });

  it('fails a channel at once, and the next one runs', async () => {
    const to = number();
    await vonage.faults({ to, request: { outcomes: { sms: 'failed' } } });
    const workflow = [
      { channel: 'sms', to },
      { channel: 'voice', to },
    ];
    const { requestId } = await started(vonage.start(workflow));
    expect(await vonage.look(`/_local/requests/${requestId}`)).toMatchObject({ channel: 'voice' });
  });
});

function number(): string {
  lastDigits += 2;
  return `4477009${String(lastDigits).padStart(3, '0')}00`;
}

function wrongPin(code: string): string {
  return code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}
