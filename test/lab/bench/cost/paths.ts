/**
 * The two ways that are priced: the silent one, and the one that ends with a code by e-mail. The message of
 * the clock, which comes a minute later, is sent once more without its delay.
 */

import { WebSocket } from 'ws';
import type { Endpoints } from '../../../../infra/local/endpoints.ts';
import { wakeUp } from '../../../fixtures/wake-up.ts';
import type { HttpAgent } from '../load/http.ts';
import { phoneNumber } from '../load/phone-number.ts';

export type Path = 'happy' | 'fallback';

/** What the two APIs were asked and what they sent, for one verification. */
export interface Traffic {
  readonly httpRequests: number;
  readonly httpBytesOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly websocketBytesOut: number;
}

const WAIT_MS = 30_000;
/** Headers of an answer, roughly. */
const HEADER_BYTES = 300;

interface Verification {
  readonly status: string;
  readonly channel: string | null;
  readonly action: { readonly check_url?: string } | null;
}

export async function walk(path: Path, endpoints: Endpoints, agent: HttpAgent): Promise<Traffic> {
  let httpRequests = 0;
  let httpBytesOut = 0;
  const post = async (route: string, body: object, token?: string): Promise<string> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const reply = await agent.send('POST', `${endpoints.api}${route}`, { body, headers });
    httpRequests += 1;
    httpBytesOut += reply.body.length + HEADER_BYTES;
    if (reply.status > 299) throw new Error(`${route} was answered ${reply.status}: ${reply.body}`);
    return reply.body;
  };
  const email = `cost-${phoneNumber()}@example.org`.replace('+', '');
  const number = phoneNumber(path === 'happy' ? 'even' : 'odd');
  const started = JSON.parse(await post('/start', { phone_number: number, email }));
  const token: string = started.client_token;
  const feed = await openFeed(started.websocket_url, token);

  const { action } = await feed.until((it) => Boolean(it.action?.check_url));
  const { location, body } = await follow(agent, action?.check_url ?? '');
  if (location !== undefined) throw new Error('the redirects do not end');
  if (path === 'happy') {
    const { request_id: requestId, code } = JSON.parse(body);
    await post('/check-code', { request_id: requestId, code }, token);
  } else {
    await feed.until(({ channel, status }) => channel === 'email' && status === 'action_pending');
    const inbox = await agent.send(
      'GET',
      `${endpoints.vonage}/inbox?to=${encodeURIComponent(email)}`,
    );
    const [{ code }] = JSON.parse(inbox.body);
    await post('/check-code', { request_id: started.request_id, code }, token);
  }
  await feed.until(({ status }) => status === 'completed');
  await wakeUp(endpoints, started.request_id);
  const { messagesOut, bytesOut } = feed.close();
  return { httpRequests, httpBytesOut, messagesIn: 1, messagesOut, websocketBytesOut: bytesOut };
}

async function follow(
  agent: HttpAgent,
  first: string,
): Promise<{ location: string | undefined; body: string }> {
  const cookies: string[] = [];
  let url = first;
  let reply = await agent.send('GET', url);
  for (let hops = 0; reply.location !== undefined && hops < 15; hops += 1) {
    cookies.push(...reply.cookies);
    url = new URL(reply.location, url).href;
    reply = await agent.send('GET', url, { headers: { cookie: cookies.join('; ') } });
  }
  return reply;
}

async function openFeed(
  url: string,
  token: string,
): Promise<{
  until(isWanted: (verification: Verification) => boolean): Promise<Verification>;
  close(): { messagesOut: number; bytesOut: number };
}> {
  const socket = new WebSocket(url, ['silent-auth.v1', token], { perMessageDeflate: false });
  const seen: Verification[] = [];
  let messagesOut = 0;
  let bytesOut = 0;
  let changed = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    const text = data.toString();
    messagesOut += 1;
    bytesOut += Buffer.byteLength(text);
    const { verification }: { verification?: Verification } = JSON.parse(text);
    if (verification) seen.push(verification);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send(JSON.stringify({ action: 'subscribe', client_token: token }));
  return {
    async until(isWanted) {
      const giveUpAt = Date.now() + WAIT_MS;
      for (;;) {
        const found = seen.find(isWanted);
        if (found) return found;
        if (Date.now() > giveUpAt) throw new Error('the push that was waited for did not come');
        const pause = new Promise<void>((resolve) => setTimeout(resolve, 1000).unref());
        await Promise.race([changed.promise, pause]);
      }
    },
    close() {
      socket.terminate();
      return { messagesOut, bytesOut };
    },
  };
}
