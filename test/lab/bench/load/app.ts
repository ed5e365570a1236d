/** What an app does during a verification, cheaply. */

import { WebSocket } from 'ws';
import { followRedirects } from '../../load/handset.ts';
import { type Reply, send } from '../../load/http.ts';
import { phoneNumber } from './phone-number.ts';

const WAIT_MS = 120_000;

/**
 * Waits for the check_url of a new verification. With an e-mail address a verification has the time
 * of a second channel; without one it would end before thousands have begun.
 *
 * @returns goes to the carrier and submits the code
 */
export async function begin(url: string): Promise<() => Promise<void>> {
  const number = phoneNumber();
  const body = { phone_number: number, email: `${number.slice(1)}@example.org` };
  const started: Started = read(await send('POST', `${url}/start`, { body }), 202);
  const { client_token: token } = started;
  const socket = new WebSocket(started.websocket_url, ['silent-auth.v1', token], {
    perMessageDeflate: false,
  });
  const checkUrl = await firstCheckUrl(socket, token);
  return async () => {
    const carrier = await followRedirects(checkUrl);
    if (!carrier) throw new Error('the redirects do not end');
    const headers = { authorization: `Bearer ${token}` };
    const sent = { body: read<object>(carrier, 200), headers };
    read(await send('POST', `${url}/check-code`, sent), 200);
    socket.terminate();
  };
}

interface Started {
  readonly client_token: string;
  readonly websocket_url: string;
}

function firstCheckUrl(socket: WebSocket, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no check_url was pushed')), WAIT_MS);
    const subscribe = JSON.stringify({ action: 'subscribe', client_token: token });
    socket.once('open', () => socket.send(subscribe));
    socket.once('error', reject);
    socket.on('message', (data) => {
      const [, quoted] = /"check_url":("[^"]+")/.exec(data.toString()) ?? [];
      if (quoted === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(quoted));
    });
  });
}

function read<T>({ status, text }: Reply, wanted: number): T {
  if (status !== wanted) throw new Error(`answered ${status}: ${text}`);
  return JSON.parse(text);
}
