/** Knows requests that came through the company's own CloudFront, by a header that only it can set. */

import { timingSafeEqual } from 'node:crypto';
import { EDGE_HEADERS } from '../../config.ts';
import { requireField, type Secrets } from './secret-store.ts';

export type EdgeCheck = (headers: Readonly<Record<string, string | undefined>>) => Promise<boolean>;

export interface EdgeCheckOptions {
  readonly secrets: Secrets;
  /** Secret `{origin_secret}`. */
  readonly secretId: string;
}

/** Rejects with `dependency_unavailable` when a claim cannot be judged. */
export function createEdgeCheck({ secrets, secretId }: EdgeCheckOptions): EdgeCheck {
  return async (headers) => {
    const given = headers[EDGE_HEADERS.secret];
    if (given === undefined) return false;
    const wanted = requireField(await secrets.get(secretId), 'origin_secret');
    const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
    return one.byteLength === other.byteLength && timingSafeEqual(one, other);
  };
}
