/** Verifications as somebody saw them: the checker's own reading of the wire, in the order of time. */

import type { History, Recorded } from '../history.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Sighting {
  readonly atMs: number;
  readonly who: string;
  readonly via: 'answer' | 'push' | 'message';
  readonly requestId: string;
  readonly seq: number;
  readonly status: string;
  readonly object: Json;
}

export const ENDS: ReadonlySet<string> = new Set([
  'completed',
  'failed',
  'user_rejected',
  'expired',
  'blocked',
  'cancelled',
  'aborted',
]);

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function get(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return found;
}

/** Everything that anybody received about a verification; for pushes, when they left. */
export function sightings({ facts }: History): readonly Sighting[] {
  return facts.flatMap((fact) => {
    const via = VIA.get(fact.kind);
    if (!via || !('body' in fact)) return [];
    const seen = toSighting(fact, fact.body, via);
    return seen ? [seen] : [];
  });
}

const VIA: ReadonlyMap<Recorded['kind'], Sighting['via']> = new Map([
  ['received', 'answer'],
  ['push', 'push'],
  ['message', 'message'],
]);

function toSighting(fact: Recorded, body: unknown, via: Sighting['via']): Sighting | undefined {
  const object = get(body, 'verification');
  if (!isObject(object) || !('to' in fact)) return undefined;
  const { request_id: requestId, seq, status } = object;
  return {
    atMs: fact.atMs,
    who: fact.to,
    via,
    requestId: String(requestId),
    seq: Number(seq),
    status: String(status),
    object,
  };
}
