/** One running verification, as its holder sees it: the newest object, and a bell for every change. */

import type { VerificationObject } from '../../../../shared/contract/verification-object.ts';
import { isJson, member } from '../../../fixtures/json.ts';
import type { Prng } from '../../../fixtures/prng.ts';
import type { Client, Received, Route } from '../gateway.ts';
import type { Person } from '../settings.ts';
import type { World } from '../world.ts';

export type Session = ReturnType<typeof openSession>;

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
export function openSession(client: Client, started: unknown, world: World) {
  const { gateway, scheduler, holdings } = world;
  const [requestId, token] = [member(started, 'request_id'), member(started, 'client_token')];
  if (typeof requestId !== 'string' || typeof token !== 'string') {
    throw new Error('a start without its token');
  }
  let newest: VerificationObject | undefined;
  let ring = (): void => {};
  /** An object from an answer, a push or a snapshot; older ones are dropped. */
  const take = (body: unknown): void => {
    const object = member(body, 'verification');
    if (!isVerification(object) || (newest && isOlder(object, newest))) return;
    newest = object;
    ring();
  };
  const seen = (): VerificationObject | undefined => newest;
  take(started);
  holdings.push({ client, requestId, token, seen });
  return {
    requestId,
    token,
    take,
    seen,
    hasEnded: () => typeof newest?.ended_at === 'string',
    /** Until something changed, at most that long. */
    wait: (delayMs: number) =>
      new Promise<void>((resolve) => {
        ring = resolve;
        scheduler.after(delayMs, resolve);
      }),
    /** With its token; what is answered is taken. */
    ask: async (route: Route, body?: unknown): Promise<Received | undefined> => {
      const answer = await gateway.request(client, route, { bearer: token, body });
      take(answer?.body);
      return answer;
    },
  };
}

function isVerification(value: unknown): value is VerificationObject {
  return isJson(value) && 'seq' in value;
}

function isOlder(object: VerificationObject, newest: VerificationObject): boolean {
  if (object.request_id !== newest.request_id) return true;
  if (object.seq !== newest.seq) return object.seq < newest.seq;
  return object.updated_at < newest.updated_at;
}
