import { describe, expect, it } from 'vitest';
import { newNumber, openCheckUrl, started, stepTo, useHarness } from './harness.ts';

const vonage = await useHarness();

function startOf(to: string, channels: readonly string[], members: object = {}) {
  const workflow = channels.map((channel) => stepTo(to, channel));
  return started(vonage.start(workflow, members));
}

const stateOf = (requestId: string): Promise<unknown> =>
  vonage.look(`/_local/requests/${requestId}`);

describe('POST /v2/verify/{request_id} with a PIN', () => {
  it.each(['sms', 'voice', 'email', 'whatsapp', 'rcs'])('completes by %s', async (channel) => {
    const to = newNumber();
    const { requestId } = await startOf(to, [channel], { code_length: 7 });
    const code = await vonage.code(stepTo(to, channel).to);
    expect(code).toMatch(/^\d{7}$/);
    const { status, json } = await vonage.check(requestId, code);
    expect([status, json]).toEqual([200, { request_id: requestId, status: 'completed' }]);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    const workflow = [{ channel, status: 'completed' }];
    expect(body).toMatchObject({ status: 'completed', channel_timeout: 180, workflow });
    const again = await vonage.check(requestId, code);
    const detail = `Request ${requestId} was not found or it has been verified already.`;
    expect([again.status, again.json.detail]).toEqual([404, detail]);
  });

  it('answers 400 twice and 410 to the third wrong code, which ends the workflow', async () => {
    const to = newNumber();
    const { requestId } = await startOf(to, ['sms', 'voice'], { client_ref: 'abc' });
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
    const to = newNumber();
    const start = (members: object) => {
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

  it('accepts a PIN that the caller chose', async () => {
    const { requestId } = await startOf(newNumber(), ['sms'], { code: 'abc123' });
    expect((await vonage.check(requestId, 'abc123')).status).toBe(200);
  });

  it('counts no attempt for a body without a code', async () => {
    const to = newNumber();
    const { requestId } = await startOf(to, ['sms']);
    const bodies = [{ code: '123' }, { code: '12345678901' }, { code: 1234 }, {}, [], null];
    for (const body of [...bodies, { code: '1234', token: 'x' }]) {
      expect((await vonage.submit(requestId, body)).status).toBe(400);
    }
    expect((await vonage.check(requestId, await vonage.code(to))).status).toBe(200);
  });

  it('answers 404 to an unknown id', async () => {
    expect((await vonage.check('no-such-request', '1234')).status).toBe(404);
    expect((await vonage.nextWorkflow('no-such-request')).status).toBe(404);
    expect((await vonage.cancel('no-such-request')).status).toBe(404);
  });
});

describe('POST /v2/verify/{request_id} with a silent code', () => {
  const silent = async (): Promise<{ requestId: string; checkUrl: string; email: string }> => {
    const to = newNumber();
    return { ...(await startOf(to, ['silent_auth', 'email'])), email: stepTo(to, 'email').to };
  };
  const openedCode = async (checkUrl: string): Promise<string> =>
    String((await openCheckUrl(checkUrl)).answered.json.code);

  it('answers 409 until the handset has the code, then 200', async () => {
    const { requestId, checkUrl } = await silent();
    const early = await vonage.check(requestId, '123456');
    const detail = 'The current Verify workflow step does not support a code.';
    expect([early.status, early.json.detail]).toEqual([409, detail]);
    const code = await openedCode(checkUrl);
    expect(code).toMatch(/^(?=.*[A-Za-z])[A-Za-z0-9]{6}$/);
    expect((await vonage.check(requestId, code)).status).toBe(200);
    await vonage.statusUrl.wait({ request_id: requestId, type: 'event', status: 'completed' });
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body.workflow).toMatchObject([{ status: 'completed' }, { status: 'unused' }]);
  });

  it('answers 400 to a wrong code, and the next channel runs', async () => {
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
  ] as const)(
    'treats a wrong code as the fault "%s" says',
    async (fault, first, status, second) => {
      const { requestId, checkUrl } = await silent();
      await vonage.faults({ request_id: requestId, request: { wrong_silent_code: fault } });
      const code = await openedCode(checkUrl);
      expect((await vonage.check(requestId, 'Wrong1')).status).toBe(first);
      expect(await stateOf(requestId)).toMatchObject({ status });
      expect((await vonage.check(requestId, code)).status).toBe(second);
    },
  );

  it('makes a code of digits when a fault says so', async () => {
    const { requestId, checkUrl } = await silent();
    await vonage.faults({ request_id: requestId, request: { silent_code: 'digits' } });
    expect(await openedCode(checkUrl)).toMatch(/^\d{6}$/);
  });

  it('accepts a token instead of a code in mode advanced', async () => {
    const silent = { ...stepTo(newNumber(), 'silent_auth'), mode: 'advanced' };
    const { json } = await vonage.start([silent]);
    expect(json.check_url).toBeUndefined();
    const requestId = String(json.request_id);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ mode: 'advanced', action: { type: 'auth' } });
    const [, tokenUrl = ''] = /"androidAppUrl":"([^"]+)"/.exec(JSON.stringify(body)) ?? [];
    const token: unknown = await (await fetch(tokenUrl)).json();
    expect((await vonage.submit(requestId, token)).status).toBe(200);
  });
});

describe('POST /v2/verify/{request_id}/next_workflow', () => {
  it('ends the running channel, and answers 409 at the last one', async () => {
    const to = newNumber();
    const { requestId, checkUrl } = await startOf(to, ['silent_auth', 'sms']);
    const next = await vonage.nextWorkflow(requestId);
    expect([next.status, next.text]).toEqual([200, '']);
    expect((await openCheckUrl(checkUrl)).answered.status).toBe(404);
    const last = await vonage.nextWorkflow(requestId);
    const detail = 'There are no more events left to trigger.';
    expect([last.status, last.json.detail]).toEqual([409, detail]);
    expect((await vonage.check(requestId, await vonage.code(to))).status).toBe(200);
  });
});

describe('DELETE /v2/verify/{request_id}', () => {
  it('answers 404 before 30 s and 204 after', async () => {
    const { requestId } = await startOf(newNumber(), ['sms'], { channel_timeout: 900 });
    vonage.pass(29);
    expect((await vonage.cancel(requestId)).status).toBe(404);
    vonage.pass(1);
    expect((await vonage.cancel(requestId)).status).toBe(204);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ type: 'summary', status: 'cancelled' });
    expect((await vonage.cancel(requestId)).status).toBe(404);
  });

  it('answers 404 once the second channel runs', async () => {
    const members = { channel_timeout: 900 };
    const { requestId } = await startOf(newNumber(), ['silent_auth', 'sms'], members);
    vonage.pass(60);
    expect((await vonage.cancel(requestId)).status).toBe(404);
  });

  it('is reported by event when a fault says so', async () => {
    const { requestId } = await startOf(newNumber(), ['sms'], { channel_timeout: 900 });
    await vonage.faults({ request_id: requestId, request: { cancel_webhooks: 'event' } });
    vonage.pass(30);
    expect((await vonage.cancel(requestId)).status).toBe(204);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ type: 'event', channel: 'sms', status: 'cancelled' });
  });
});

describe('the clock', () => {
  it('ends silent_auth after 60 s, and the channel after it at channel_timeout', async () => {
    const to = newNumber();
    const members = { channel_timeout: 75 };
    const { requestId } = await startOf(to, ['silent_auth', 'sms'], members);
    await vonage.statusUrl.wait({ request_id: requestId, status: 'action_pending' });
    vonage.pass(59);
    expect(await stateOf(requestId)).toMatchObject({ status: 'running', channel: 'silent_auth' });
    vonage.pass(1);
    await vonage.statusUrl.wait({ request_id: requestId, status: 'expired' });
    vonage.pass(74);
    expect(await stateOf(requestId)).toMatchObject({ status: 'running', channel: 'sms' });
    vonage.pass(1);
    const end = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    const workflow = [{ status: 'expired' }, { status: 'expired' }];
    expect(end.body).toMatchObject({ status: 'expired', workflow });
    const channels = vonage.statusUrl.about(requestId).map(({ channel }) => channel);
    expect(channels).toEqual(['silent_auth', 'silent_auth', undefined]);
    await startOf(to, ['sms']);
  });

  it('reports the end of a PIN channel when a fault says so', async () => {
    const to = newNumber();
    await vonage.faults({ to, request: { channel_events: true } });
    const members = { channel_timeout: 15, client_ref: 'ref1' };
    const { requestId } = await startOf(to, ['voice'], members);
    vonage.pass(15);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'event' });
    expect(body).toMatchObject({ channel: 'voice', status: 'expired', client_ref: 'ref1' });
  });
});

describe('the fault "outcomes"', () => {
  it('blocks a channel and the request with it', async () => {
    const to = newNumber();
    await vonage.faults({ to, request: { outcomes: { sms: 'blocked' }, channel_events: true } });
    const { requestId } = await startOf(to, ['sms']);
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
    const to = newNumber();
    await vonage.faults({ to, request: { outcomes: { sms: 'failed' } } });
    const { requestId } = await startOf(to, ['sms', 'voice']);
    expect(await stateOf(requestId)).toMatchObject({ channel: 'voice' });
  });
});

function wrongPin(code: string): string {
  return code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}
