/** Sockets that come late, many or not at all. */

import { describe, expect, inject, it } from 'vitest';
import { phoneNumber, startApp } from '../fixtures/app.ts';
import { until } from '../fixtures/until.ts';

const { api } = inject('endpoints');

describe('a socket', () => {
  it('that opens late gets a snapshot with everything', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('8') });
    await app.post('/cancel');
    const socket = await app.openSocket();
    expect(await socket.subscribe()).toEqual(await app.status());
    socket.close();
  });

  it('gets the same snapshot twice, and a pong', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('8') });
    const socket = await app.openSocket();
    expect(await socket.subscribe()).toEqual(await socket.subscribe());
    socket.send({ action: 'ping' });
    await until(() => socket.messages.find(({ type }) => type === 'pong'));
    socket.close();
  });

  it('gets nothing of the verification of another token', async () => {
    const [one, other] = await Promise.all([
      startApp(api, { phone_number: phoneNumber('2') }),
      startApp(api, { phone_number: phoneNumber('4') }),
    ]);
    const socket = await one.openSocket();
    await socket.subscribe();
    await other.post('/cancel');
    socket.send({
      action: 'subscribe',
      client_token: `${other.requestId}.${one.token.split('.')[1]}`,
    });
    await until(() => socket.messages.find(({ type }) => type === 'error'));
    expect(socket.verifications().every(({ request_id }) => request_id === one.requestId)).toBe(
      true,
    );
    socket.close();
  });

  it('gives way when a sixth subscribes: the oldest is closed', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('8') });
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
      others.map((socket) => socket.receives(({ status }) => status === 'cancelled')),
    );
    for (const socket of others) socket.close();
  });
});
