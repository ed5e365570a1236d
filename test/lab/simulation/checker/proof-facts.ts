/** What was asked of `POST /proof`, and what led to it. */

import type { History, JsonObject, Of } from '../history.ts';
import type { World } from '../world.ts';
import { type Exchange, exchanges, get } from './objects.ts';

export interface Issued {
  readonly request: Of<'request'>;
  readonly answer: Of<'answer'>;
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly requestId: string;
}

/** From a request to what it reads, at most. */
export const MAX_WORK_MS = 26_000;
/** For this long after the end a proof is issued. */
export const WINDOW_MS = 600_000;

export function issuedProofs(history: History): readonly Issued[] {
  return exchanges(history, 'POST /proof').flatMap(({ request, answer }) => {
    const proof = get(answer?.body, 'proof');
    if (answer?.status !== 200 || typeof proof !== 'string') return [];
    const [header = {}, claims = {}] = proof
      .split('.')
      .map((part): JsonObject => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return [{ request, answer, header, claims, requestId: String(claims.request_id) }];
  });
}

/** The body of the start that was answered with it: all its attempts have the same one. */
export function startBodyOf(history: History, requestId: string): unknown {
  const start = exchanges(history, 'POST /start').find(
    ({ answer }) => answer?.status === 202 && get(answer.body, 'request_id') === requestId,
  );
  return start?.request.body;
}

/** Whether the caller was given the token that it sends. */
export function isHolder({ request }: Pick<Exchange, 'request'>, { holdings }: World): boolean {
  return holdings.some(
    ({ client, token }) => client.name === request.from && token === request.bearer,
  );
}
