/** The handset's way over the redirects of a check_url, begun again where its network is lost. */

import { setTimeout as pause } from 'node:timers/promises';
import { type Reply, send } from './http.ts';
import type { Troubles } from './people.ts';

const MAX_HOPS = 15;
const MAX_WAYS = 20;
const AGAIN_MS = 300;

/** The last answer; undefined when the way never got there. */
export async function openCheckUrl(first: string, troubles: Troubles): Promise<Reply | undefined> {
  let { redirectsLostAt } = troubles;
  for (let ways = 0; ways < MAX_WAYS; ways += 1) {
    try {
      const reply = await followRedirects(first, { ...troubles, redirectsLostAt });
      if (reply && reply.status < 500) return reply;
    } catch {
      await pause(AGAIN_MS); // nobody answered: the next way may succeed
    }
    redirectsLostAt = undefined;
  }
  return undefined;
}

/** @returns undefined when the network was lost, or after too many redirects */
export async function followRedirects(
  first: string,
  {
    hopDelayMs = 0,
    redirectsLostAt,
  }: Partial<Pick<Troubles, 'hopDelayMs' | 'redirectsLostAt'>> = {},
): Promise<Reply | undefined> {
  const cookies: string[] = [];
  let url = first;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    if (hopDelayMs > 0) await pause(hopDelayMs);
    const reply = await send('GET', url, { headers: { cookie: cookies.join('; ') } });
    if (hop === redirectsLostAt) return undefined;
    const { location, 'set-cookie': set = [] } = reply.headers;
    for (const cookie of set) cookies.push(cookie.split(';')[0] ?? '');
    if (reply.status < 300 || reply.status > 399 || typeof location !== 'string') return reply;
    url = new URL(location, url).href;
  }
  return undefined;
}
