/** What an app does during a verification, cheaply: ours, and against each kind of peer. */

import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { HttpAgent, Reply } from './http.ts';
import { phoneNumber } from './phone-number.ts';

export type Contender = 'ours' | 'express sample' | 'express complete';

/** A verification whose check_url has arrived. */
export interface Open {
  /** Goes to the carrier and hands the code in. */
  finish(): Promise<void>;
}

export type Begin = () => Promise<Open>;

const POLL_MS = 100;
const WAIT_MS = 120_000;

/**
 * @param isHeld the app waits before it goes to the carrier: with an e-mail address a verification has
 *   the time of a second channel, and without one it ends 90 s after its start
 */
export function createApp(
  contender: Contender,
  url: string,
  agent: HttpAgent,
  isHeld: boolean,
): Begin {
  const start = async (): Promise<Started> => {
    const number = phoneNumber();
    const email = `${number.slice(1)}@example.org`;
    const body = { phone_number: number, ...(isHeld && { email }) };
    return read(await agent.send('POST', `${url}/start`, { body }), 202);
  };

  const toOpen = (started: Started, checkUrl: string, socket?: WebSocket): Open => ({
    async finish() {
      const { code, request_id: requestId } = await visitCarrier(agent, checkUrl);
      const answer = await agent.send('POST', `${url}/check-code`, {
        body: { request_id: requestId, code },
        headers: { authorization: `Bearer ${started.client_token}` },
      });
      if (answer.status !== 200) throw new Error(`the check was answered ${answer.status}`);
      socket?.terminate();
    },
  });

  if (contender === 'express sample') {
    return async () => {
      const started = await start();
      for (const giveUpAt = Date.now() + WAIT_MS; Date.now() < giveUpAt; await sleep(POLL_MS)) {
        const { check_url: checkUrl }: { check_url?: string } = read(
          await agent.send('GET', `${url}/status/${started.request_id}`),
          200,
        );
        if (checkUrl) return toOpen(started, checkUrl);
      }
      throw new Error('no check_url came');
    };
  }
  return async () => {
    const started = await start();
    const [address, protocols] =
      contender === 'ours'
        ? [started.websocket_url ?? '', ['silent-auth.v1', started.client_token]]
        : [url.replace('http', 'ws'), []];
    const socket = new WebSocket(address, protocols, { perMessageDeflate: false });
    const message =
      contender === 'ours'
        ? { action: 'subscribe', client_token: started.client_token }
        : { request_id: started.request_id, client_token: started.client_token };
    return toOpen(started, await firstCheckUrl(socket, JSON.stringify(message)), socket);
  };
}

interface Started {
  readonly request_id: string;
  readonly client_token: string;
  readonly websocket_url?: string;
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
      const [, quoted] = /"check_?[uU]rl":("[^"]+")/.exec(data.toString()) ?? [];
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
