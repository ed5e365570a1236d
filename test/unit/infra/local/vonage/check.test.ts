import { describe, expect, it } from 'vitest';
import { newNumber, started, stepTo, useHarness } from '../../../../fixtures/vonage-harness.ts';

// What follows from a code: verifications.test.ts.
const vonage = await useHarness();

function startOf(to: string, channel: string, members: object = {}) {
  return started(vonage.start([stepTo(to, channel)], members));
}

describe('POST /v2/verify/{request_id}', () => {
  it('accepts a PIN that the caller chose', async () => {
    const { requestId } = await startOf(newNumber(), 'sms', { code: 'abc123' });
    const { status, json } = await vonage.check(requestId, 'abc123');
    expect([status, json]).toEqual([200, { request_id: requestId, status: 'completed' }]);
  });

  it('counts no attempt for a body without a code', async () => {
    const to = newNumber();
    const { requestId } = await startOf(to, 'sms');
    const bodies = [{ code: '123' }, { code: '12345678901' }, { code: 1234 }, {}, [], null];
    for (const body of [...bodies, { code: '1234', token: 'x' }]) {
      expect((await vonage.submit(requestId, body)).status).toBe(400);
    }
    expect((await vonage.check(requestId, await vonage.code(to))).status).toBe(200);
  });

  it('answers 404 to an unknown id, as the other operations do', async () => {
    expect((await vonage.check('no-such-request', '1234')).status).toBe(404);
    expect((await vonage.nextWorkflow('no-such-request')).status).toBe(404);
    expect((await vonage.cancel('no-such-request')).status).toBe(404);
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

describe('a summary', () => {
  it('has the default channel_timeout, and the client_ref of the start', async () => {
    const { requestId } = await startOf(newNumber(), 'sms', { client_ref: 'abc', code: '1234' });
    await vonage.check(requestId, '1234');
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    const workflow = [{ channel: 'sms', status: 'completed' }];
    expect(body).toMatchObject({ channel_timeout: 180, client_ref: 'abc', workflow });
  });

  it('of a blocked request has a reason and no channel_timeout', async () => {
    const to = newNumber();
    await vonage.faults({ to, request: { outcomes: { sms: 'blocked' } } });
    const { requestId } = await startOf(to, 'sms');
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body.channel_timeout).toBeUndefined();
    const reason = expect.stringMatching(/^Fraudulent/);
    expect(body).toMatchObject({ finalized_at: expect.any(String), workflow: [{ reason }] });
  });
});
