/** Sockets that open late, or several for one verification. */

import { describe, expect, inject, it } from 'vitest';
import { phoneNumber, startApp } from '../fixtures/app.ts';
import { until } from '../fixtures/until.ts';

const start = (ending: string) =>
  startApp(inject('endpoints').api, { phone_number: phoneNumber(ending) });

describe('a socket', () => {
  it('that opens late gets the whole state as a snapshot', async () => {
    const app = await start('8');
    await app.post('/cancel');
    const socket = await app.openSocket();
    expect(await socket.subscribe()).toEqual(await app.status());
    socket.close();
  });

  it('that subscribes twice gets the same snapshot twice, and a pong for a ping', async () => {
    const app = await start('8');
    const socket = await app.openSocket();
    expect(await socket.subscribe()).toEqual(await socket.subscribe());
    socket.send({ action: 'ping' });
    await until(() => socket.messages.find(({ type }) => type === 'pong'));
    socket.close();
  });

  it('gets nothing about the verification of another token', async () => {
    const [one, other] = await Promise.all([start('2'), start('4')]);
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
    const app = await start('8');
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
