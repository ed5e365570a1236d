/** One running verification, as its holder sees it. */

import { get } from '../checker/objects.ts';
import type { Client, Received, Route } from '../gateway.ts';
import type { Prng } from '../prng.ts';
import type { Person } from '../settings.ts';
import type { World } from '../world.ts';
import { createHandset, type Handset } from './handset.ts';

export interface Session {
  readonly requestId: string;
  readonly token: string;
  readonly handset: Handset;
  /** With its token; the handset sees the answer. */
  readonly ask: (route: Route, body?: unknown) => Promise<Received | undefined>;
}

/** A session of an honest app. */
export interface AppSession extends Session {
  readonly person: Person;
  readonly prng: Prng;
  /** A stream of its own for what the app does about its proof. */
  readonly proofPrng: Prng;
  /** check_urls that it has opened. */
  readonly opened: Set<string>;
}

/** @param started what a start was answered */
export function openSession(client: Client, started: unknown, world: World): Session {
  const [requestId, token] = [get(started, 'request_id'), get(started, 'client_token')];
  if (typeof requestId !== 'string' || typeof token !== 'string') {
    throw new Error('a start without its token');
  }
  const handset = createHandset(world.scheduler);
  handset.take(started);
  world.holdings.push({ client, requestId, token, seen: handset.seen });
  return {
    requestId,
    token,
    handset,
    ask: async (route, body) => {
      const answer = await world.gateway.request(client, route, { bearer: token, body });
      handset.take(answer?.body);
      return answer;
    },
  };
}
