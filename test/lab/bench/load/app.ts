/** What an app does during a verification, cheaply. */

import { WebSocket } from 'ws';
import type { HttpAgent, Reply } from './http.ts';
import { phoneNumber } from './phone-number.ts';

/** A verification whose check_url has arrived. */
export interface Open {
  /** Goes to the carrier and hands the code in. */
  finish(): Promise<void>;
}

const WAIT_MS = 120_000;

/**
 * With an e-mail address a verification has the time of a second channel; without one it would end
 * before thousands have begun.
 */
export async function begin(url: string, agent: HttpAgent): Promise<Open> {
  const number = phoneNumber();
  const body = { phone_number: number, email: `${number.slice(1)}@example.org` };
  const started: Started = read(await agent.send('POST', `${url}/start`, { body }), 202);
  const { client_token: token } = started;
  const socket = new WebSocket(started.websocket_url, ['silent-auth.v1', token], {
    perMessageDeflate: false,
  });
  const subscribe = JSON.stringify({ action: 'subscribe', client_token: token });
  const checkUrl = await firstCheckUrl(socket, subscribe);
  return {
    async finish() {
      const { code, request_id: requestId } = await visitCarrier(agent, checkUrl);
      const answer = await agent.send('POST', `${url}/check-code`, {
        body: { request_id: requestId, code },
        headers: { authorization: `Bearer ${token}` },
      });
      if (answer.status !== 200) throw new Error(`the check was answered ${answer.status}`);
      socket.terminate();
    },
  };
}

interface Started {
  readonly client_token: string;
  readonly websocket_url: string;
}

/** Follows the redirects as a handset on mobile data does. */
async function visitCarrier(
  agent: HttpAgent,
  checkUrl: string,
): Promise<{ readonly request_id: string; readonly code: string }> {
  const cookies: string[] = [];
  let reply = await agent.send('GET', checkUrl);
  for (let url = checkUrl; reply.location !== undefined; ) {
    cookies.push(...reply.cookies);
    url = new URL(reply.location, url).href;
    reply = await agent.send('GET', url, { headers: { cookie: cookies.join('; ') } });
  }
  return read(reply, 200);
}

function firstCheckUrl(socket: WebSocket, subscribe: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no check_url was pushed')), WAIT_MS);
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

function read<T>({ status, body }: Reply, wanted: number): T {
  if (status !== wanted) throw new Error(`answered ${status}: ${body}`);
  return JSON.parse(body);
}
