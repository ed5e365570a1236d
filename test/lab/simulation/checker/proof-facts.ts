/** What was asked of `POST /proof`, and what led to it. */

import type { Recorded } from '../history.ts';
import { get, type Json } from './objects.ts';

export type Of<Kind extends Recorded['kind']> = Extract<Recorded, { kind: Kind }>;

/** An answer of `POST /proof` and what led to it. */
export interface Asked {
  readonly request: Of<'request'>;
  readonly answer: Of<'answer'>;
}

export interface Issued extends Asked {
  readonly header: Json;
  readonly claims: Json;
  readonly requestId: string;
}

/** From a request to what it reads, at most. */
export const MAX_WORK_MS = 26_000;
/** For this long after the end a proof is issued. */
export const WINDOW_MS = 600_000;

export function askedProofs(facts: readonly Recorded[]): readonly Asked[] {
  const answers = new Map(
    facts.filter((fact) => fact.kind === 'answer').map((fact) => [fact.id, fact]),
  );
  return facts
    .filter((fact) => fact.kind === 'request')
    .filter(({ route }) => route === 'POST /proof')
    .flatMap((request) => {
      const answer = answers.get(request.id);
      return answer ? [{ request, answer }] : [];
    });
}

export function toIssued(asked: Asked): readonly Issued[] {
  const proof = get(asked.answer.body, 'proof');
  if (asked.answer.status !== 200 || typeof proof !== 'string') return [];
  const [header = {}, claims = {}] = proof
    .split('.')
    .map((part): Json => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return [{ ...asked, header, claims, requestId: String(claims.request_id) }];
}

export function completionOf(
  facts: readonly Recorded[],
  requestId: string,
  untilMs: number,
): Of<'provider'> | undefined {
  return facts
    .filter((fact) => fact.kind === 'provider')
    .find(
      (fact) => fact.requestId === requestId && fact.status === 'completed' && fact.atMs <= untilMs,
    );
}

/** The start that was answered with it: all its tries have the same body. */
export function startOf(facts: readonly Recorded[], requestId: string): Of<'request'> | undefined {
  const answer = facts
    .filter((fact) => fact.kind === 'answer')
    .find(({ status, body }) => status === 202 && get(body, 'request_id') === requestId);
  return facts.filter((fact) => fact.kind === 'request').find(({ id }) => id === answer?.id);
}
