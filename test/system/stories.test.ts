/**
 * The stories of the product, over HTTP and WebSocket against the running stack. Those that need a
 * Vonage of their own are told in vonage.test.ts.
 */

import { describe, expect, inject, it } from 'vitest';
import { idempotencyKey, mailbox, phoneNumber, startApp } from '../fixtures/app.ts';
import { inboxCode } from '../fixtures/local-services.ts';
import { until } from '../fixtures/until.ts';
import { openCheckUrl } from '../fixtures/vonage-harness.ts';

const endpoints = inject('endpoints');
const { api } = endpoints;
const startOf = (ending: string, more: object = {}) =>
  startApp(api, { phone_number: phoneNumber(ending), ...more });

it('silent authentication completes and pushes every step', async () => {
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

it('a failed silent authentication and a wrong code lead to a code by e-mail', async () => {
  const email = mailbox();
  const app = await startOf('99', { email, channels: ['silent_auth', 'email'] });
  const socket = await app.openSocket();
  await socket.subscribe();
  await app.openCheckUrl();
  await socket.receives(({ channel }) => channel === 'email');
  const code = await inboxCode(endpoints, email);
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

it('a web page gets request_id and code in the fragment of its own address, which complete it', async () => {
  const app = await startOf('8', { channels: ['silent_auth'], result: 'redirect' });
  const { answered } = await openCheckUrl(await app.checkUrl());
  expect((await app.status()).action).toMatchObject({ method: 'navigate' });
  const page = new URL(answered.headers.get('location') ?? '');
  expect(page.href).toMatch(`${api}/redirect#`);
  const result = Object.fromEntries(new URLSearchParams(page.hash.slice(1)));
  const checked = await app.post('/check-code', result);
  expect(checked.body.verification).toMatchObject({ status: 'completed', channel: 'silent_auth' });
});

it('50 starts at once with one idempotency key are one, and another body is refused', async () => {
  const headers = { 'idempotency-key': idempotencyKey() };
  const body = { phone_number: phoneNumber('8') };
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, () => startApp(api, body, headers)),
  );
  const tokens = results.flatMap((it) => (it.status === 'fulfilled' ? [it.value.token] : []));
  expect(new Set(tokens).size).toBe(1);
  const refusals = results.flatMap((it) => (it.status === 'rejected' ? [String(it.reason)] : []));
  for (const refusal of refusals) expect(refusal).toContain('start_in_progress');
  expect((await startApp(api, body, headers)).token).toBe(tokens[0]);
  const other = startApp(api, { phone_number: phoneNumber('8') }, headers);
  await expect(other).rejects.toThrow('idempotency_mismatch');
});

describe('a socket', () => {
  it('that opens late gets the whole state as a snapshot, however often it asks', async () => {
    const app = await startOf('8');
    await app.post('/cancel');
    const socket = await app.openSocket();
    expect(await socket.subscribe()).toEqual(await app.status());
    expect(await socket.subscribe()).toEqual(await app.status());
    socket.close();
  });

  it('gets nothing about the verification of another token', async () => {
    const [one, other] = await Promise.all([startOf('2'), startOf('4')]);
    const socket = await one.openSocket();
    await socket.subscribe();
    await other.post('/cancel');
    const mixed = `${other.requestId}.${one.token.split('.')[1]}`;
    socket.send({ action: 'subscribe', client_token: mixed });
    await until(() => socket.messages.find(({ type }) => type === 'error'));
    const seen = socket.verifications().map(({ request_id }) => request_id);
    expect(new Set(seen)).toEqual(new Set([one.requestId]));
    socket.close();
  });

  it('is closed as the oldest when a sixth one subscribes', async () => {
    const app = await startOf('8');
    const sockets = [];
    for (let index = 0; index < 6; index += 1) {
      const socket = await app.openSocket();
      await socket.subscribe();
      sockets.push(socket);
    }
    const [oldest, ...others] = sockets;
    await oldest?.closed;
    await app.post('/cancel');
    await Promise.all(
      others.map(({ receives }) => receives(({ status }) => status === 'cancelled')),
    );
    for (const socket of others) socket.close();
  });
});
