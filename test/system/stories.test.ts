/** The stories of the product, over HTTP and WebSocket against the running stack. */

import { describe, expect, inject, it } from 'vitest';
import { idempotencyKey, mailbox, phoneNumber, startApp } from '../fixtures/app.ts';
import { inboxCode } from '../fixtures/local-services.ts';

const endpoints = inject('endpoints');
const { api } = endpoints;
const startOf = (ending: string, more: object = {}) =>
  startApp(api, { phone_number: phoneNumber(ending), ...more });
const withEmail = (email = mailbox()) => ({ email, channels: ['silent_auth', 'email'] });

describe('a start', () => {
  it.each(['+16212345678', '+447700900123'])(
    'accepts %s, which no metadata knows',
    async (number) => {
      await startApp(api, { phone_number: number });
    },
  );

  it.each(['jo/doe@example.org', 'jo@ПРИМЕР.рф'])('accepts the mailbox %s', async (email) => {
    await startOf('8', withEmail(email));
  });

  it.each(['jo@good.org/evil', null, {}])(
    'ignores an address that no channel uses: %j',
    async (email) => {
      await startOf('8', { email, channels: ['silent_auth', 'sms'] });
    },
  );
});

describe('silent authentication', () => {
  it('completes and pushes every step', async () => {
    const app = await startOf('8');
    const socket = await app.openSocket();
    await socket.subscribe();
    await socket.receives(({ action }) => action?.type === 'open_check_url');
    const carrier = await app.openCheckUrl();
    expect([carrier.status, carrier.body.request_id]).toEqual([200, app.requestId]);
    const checked = await app.post('/check-code', carrier.body);
    expect(checked.status).toBe(200);
    expect(checked.body.verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true, email: false },
      reason: null,
    });
    const pushed = await socket.receives(({ status }) => status === 'completed');
    expect(pushed.seq).toBe(checked.body.verification.seq);
    const numbers = socket.verifications().map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    socket.close();
  });

  it('completes over /status alone, and answers the same code again with 200', async () => {
    const app = await startOf('2');
    const carrier = await app.openCheckUrl();
    await app.post('/check-code', carrier.body);
    expect((await app.status()).status).toBe('completed');
    const repeated = await app.post('/check-code', carrier.body);
    expect([repeated.status, repeated.body.verification.status]).toEqual([200, 'completed']);
  });

  it('ends when the carrier rejects it', async () => {
    const app = await startOf('1', { channels: ['silent_auth'] });
    expect((await app.openCheckUrl()).status).toBeGreaterThanOrEqual(400);
    expect(await app.becomes(({ ended_at }) => ended_at !== null)).toMatchObject({
      status: 'user_rejected',
      reason: 'number_mismatch',
      verified: { phone_number: false, email: false },
    });
  });
});

describe('the fallback', () => {
  it('completes by an e-mail code after a failed silent authentication and a wrong code', async () => {
    const fallback = withEmail();
    const app = await startOf('99', fallback);
    const socket = await app.openSocket();
    await socket.subscribe();
    await app.openCheckUrl();
    await socket.receives(({ channel }) => channel === 'email');
    const code = await inboxCode(endpoints, fallback.email);
    const wrong = code === '000000' ? '111111' : '000000';
    const refused = await app.post('/check-code', { request_id: app.requestId, code: wrong });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: 'code_invalid', attempts_remaining: 2 });
    const checked = await app.post('/check-code', { request_id: app.requestId, code });
    expect(checked.body.verification).toMatchObject({
      status: 'completed',
      channel: 'email',
      verified: { phone_number: false, email: true },
    });
    socket.close();
  });

  it('leaves silent_auth at once, and once, when the handset has no mobile data', async () => {
    const fallback = withEmail();
    const app = await startOf('8', fallback);
    const request = { from: 'silent_auth', error: 'sdk_no_data_connectivity' };
    const left = await app.post('/next-workflow', request);
    expect(left.body.verification).toMatchObject({ channel: 'email', status: 'action_pending' });
    expect(left.body.verification.workflow[0].reason).toBe('no_mobile_data');
    const repeated = await app.post('/next-workflow', request);
    expect([repeated.status, repeated.body.verification.channel]).toEqual([200, 'email']);
    const last = await app.post('/next-workflow', { from: 'email' });
    expect([last.status, last.body.code]).toEqual([409, 'no_next_channel']);
    const code = await inboxCode(endpoints, fallback.email);
    const checked = await app.post('/check-code', { request_id: app.requestId, code });
    expect(checked.body.verification.status).toBe('completed');
  });
});

describe('a man in the middle', () => {
  it('aborts the verification whose handset received another request_id, and only that', async () => {
    const [one, other] = await Promise.all([startOf('2'), startOf('4')]);
    const before = await other.status();
    const answer = await one.post('/check-code', { request_id: other.requestId, code: 'aBcDeF' });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      code: 'request_id_mismatch',
      verification: { status: 'aborted', reason: 'request_id_mismatch' },
    });
    expect(await other.status()).toEqual(before);
  });
});

describe('cancel', () => {
  it('ends the verification, and answers a repetition with the same object', async () => {
    const app = await startOf('2');
    const { body } = await app.post('/cancel');
    expect(body.verification).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_client' });
    expect((await app.post('/cancel')).body).toEqual(body);
    const late = await app.post('/check-code', { request_id: app.requestId, code: 'aBcDeF' });
    expect(late.status).toBe(410);
  });
});

describe('a repeated start', () => {
  it('answers the same request_id and token, and refuses another body', async () => {
    const headers = { 'idempotency-key': idempotencyKey() };
    const body = { phone_number: phoneNumber('8') };
    const first = await startApp(api, body, headers);
    const again = await startApp(api, body, headers);
    expect([again.requestId, again.token]).toEqual([first.requestId, first.token]);
    const other = startApp(api, { phone_number: phoneNumber('8') }, headers);
    await expect(other).rejects.toThrow('idempotency_mismatch');
  });

  it('starts one verification when 50 come at once', async () => {
    const headers = { 'idempotency-key': idempotencyKey() };
    const body = { phone_number: phoneNumber('8') };
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => startApp(api, body, headers)),
    );
    const tokens = results.flatMap((it) => (it.status === 'fulfilled' ? [it.value.token] : []));
    expect(new Set(tokens).size).toBe(1);
    const refusals = results.flatMap((it) => (it.status === 'rejected' ? [String(it.reason)] : []));
    for (const refusal of refusals) expect(refusal).toContain('start_in_progress');
  });
});
