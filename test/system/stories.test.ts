/** The stories of the product, over HTTP and WebSocket against the running stack. */

import { describe, expect, inject, it } from 'vitest';
import { idempotencyKey, phoneNumber, startApp } from '../fixtures/app.ts';
import { until } from '../fixtures/until.ts';

const { api, vonage } = inject('endpoints');

const email = (): string => `${idempotencyKey().toLowerCase()}@example.org`;

async function inboxCode(to: string): Promise<string> {
  return until(async () => {
    const response = await fetch(`${vonage}/inbox?to=${encodeURIComponent(to)}`);
    const [newest] = (await response.json()) as { code: string }[];
    return newest?.code;
  });
}

describe('a start', () => {
  it.each([
    ...['+16212345678', '+14362345678', '+18612345678', '+18372345678', '+17292345678'],
    ...['+447700900123', '+33639981234', '+12025550123'],
  ])('is taken for %s, which no metadata knows', async (number) => {
    await startApp(api, { phone_number: number });
  });

  it.each([
    ...['tom&jerry@example.org', 'jo/doe@example.org', 'jo=x@example.org'],
    ...['jo@example.xn--p1ai', 'jo@münchen.de', 'jo@ПРИМЕР.рф'],
  ])('is taken with the mailbox %s', async (mailbox) => {
    const channels = ['silent_auth', 'email'];
    await startApp(api, { phone_number: phoneNumber('8'), email: mailbox, channels });
  });

  it.each(['jo@', 'jo@good.org/evil', '', 'x'.repeat(255), null, 7, ['jo@example.org'], {}])(
    'never looks at the address %j, which no channel uses',
    async (unused) => {
      const channels = ['silent_auth', 'sms'];
      await startApp(api, { phone_number: phoneNumber('8'), email: unused, channels });
    },
  );
});

describe('silent authentication', () => {
  it('completes, pushed step by step', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('8') });
    const socket = await app.openSocket();
    await socket.subscribe();
    const { action } = await socket.receives(({ status }) => status === 'action_pending');
    if (action?.type !== 'open_check_url') throw new Error('no check_url came');
    const carrier = await app.openCheckUrl(action.check_url);
    expect(carrier.status).toBe(200);
    expect(carrier.body.request_id).toBe(app.requestId);
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

  it('completes without any socket, over /status alone', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('2') });
    const { action } = await app.becomes(({ status }) => status === 'action_pending');
    if (action?.type !== 'open_check_url') throw new Error('no check_url came');
    const carrier = await app.openCheckUrl(action.check_url);
    await app.post('/check-code', carrier.body);
    expect((await app.status()).status).toBe('completed');
  });

  it('is rejected by the carrier and ends', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('1'), channels: ['silent_auth'] });
    const { action } = await app.becomes(({ status }) => status === 'action_pending');
    if (action?.type !== 'open_check_url') throw new Error('no check_url came');
    expect((await app.openCheckUrl(action.check_url)).status).toBeGreaterThanOrEqual(400);
    expect(await app.becomes(({ ended_at }) => ended_at !== null)).toMatchObject({
      status: 'user_rejected',
      reason: 'number_mismatch',
      verified: { phone_number: false, email: false },
    });
  });

  it('answers a repeated code after completed with 200 and no second call', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('4') });
    const { action } = await app.becomes(({ status }) => status === 'action_pending');
    if (action?.type !== 'open_check_url') throw new Error('no check_url came');
    const carrier = await app.openCheckUrl(action.check_url);
    await app.post('/check-code', carrier.body);
    const repeated = await app.post('/check-code', carrier.body);
    expect(repeated.status).toBe(200);
    expect(repeated.body.verification.status).toBe('completed');
  });
});

describe('the fallback', () => {
  it('completes by an e-mail code after silent authentication failed and a wrong code', async () => {
    const to = email();
    const app = await startApp(api, {
      phone_number: phoneNumber('99'),
      email: to,
      channels: ['silent_auth', 'email'],
    });
    const socket = await app.openSocket();
    await socket.subscribe();
    const { action } = await socket.receives(({ status }) => status === 'action_pending');
    if (action?.type !== 'open_check_url') throw new Error('no check_url came');
    await app.openCheckUrl(action.check_url);
    await socket.receives(({ channel }) => channel === 'email');
    const code = await inboxCode(to);
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

  it('leaves silent_auth at once when the handset has no mobile data', async () => {
    const to = email();
    const app = await startApp(api, {
      phone_number: phoneNumber('8'),
      email: to,
      channels: ['silent_auth', 'email'],
    });
    const request = { from: 'silent_auth', error: 'sdk_no_data_connectivity' };
    const left = await app.post('/next-workflow', request);
    expect(left.body.verification).toMatchObject({ channel: 'email', status: 'action_pending' });
    expect(left.body.verification.workflow[0].reason).toBe('no_mobile_data');
    const repeated = await app.post('/next-workflow', request);
    expect(repeated.status).toBe(200);
    expect(repeated.body.verification.channel).toBe('email');
    const last = await app.post('/next-workflow', { from: 'email' });
    expect(last.status).toBe(409);
    expect(last.body.code).toBe('no_next_channel');
    const code = await inboxCode(to);
    const checked = await app.post('/check-code', { request_id: app.requestId, code });
    expect(checked.body.verification.status).toBe('completed');
  });

  it('asks for the next channel itself after a wrong code of silent_auth', async () => {
    const app = await startApp(api, {
      phone_number: phoneNumber('8'),
      email: email(),
      channels: ['silent_auth', 'email'],
    });
    const { action } = await app.becomes(({ status }) => status === 'action_pending');
    if (action?.type !== 'open_check_url') throw new Error('no check_url came');
    const { code } = (await app.openCheckUrl(action.check_url)).body;
    const wrong = [...code]
      .reverse()
      .join('')
      .replace(/./, code.startsWith('x') ? 'y' : 'x');
    const answer = await app.post('/check-code', { request_id: app.requestId, code: wrong });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'code_invalid',
      attempts_remaining: 0,
      verification: { channel: 'email' },
    });
    expect(answer.body.verification.workflow[0]).toMatchObject({
      status: 'failed',
      reason: 'code_rejected',
    });
  });
});

describe('a man in the middle', () => {
  it('aborts when the handset received the request_id of another, who is untouched', async () => {
    const [one, other] = await Promise.all([
      startApp(api, { phone_number: phoneNumber('2') }),
      startApp(api, { phone_number: phoneNumber('4') }),
    ]);
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
  it('ends the verification, and again answers with the object', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('2') });
    const cancelled = await app.post('/cancel');
    expect(cancelled.body.verification).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled_by_client',
    });
    expect((await app.post('/cancel')).body).toEqual(cancelled.body);
    const late = await app.post('/check-code', { request_id: app.requestId, code: 'aBcDeF' });
    expect(late.status).toBe(410);
  });
});

describe('a repeated start', () => {
  it('answers the same request_id and token, and refuses another body', async () => {
    const key = idempotencyKey();
    const body = { phone_number: phoneNumber('8') };
    const first = await startApp(api, body, { 'idempotency-key': key });
    const again = await startApp(api, body, { 'idempotency-key': key });
    expect([again.requestId, again.token]).toEqual([first.requestId, first.token]);
    const other = { phone_number: phoneNumber('8') };
    await expect(startApp(api, other, { 'idempotency-key': key })).rejects.toThrow(
      'idempotency_mismatch',
    );
  });

  it('answers 50 at once with one verification', async () => {
    const key = idempotencyKey();
    const body = { phone_number: phoneNumber('8') };
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => startApp(api, body, { 'idempotency-key': key })),
    );
    const started = results.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value.token] : [],
    );
    expect(new Set(started).size).toBe(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(String(result.reason)).toContain('start_in_progress');
    }
  });
});
