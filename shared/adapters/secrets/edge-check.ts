/** Knows requests that came through the company's own CloudFront, by a header that only it can set. */

import { timingSafeEqual } from 'node:crypto';
import { EDGE_HEADERS } from '../../config.ts';
import { requireField, type Secrets } from './secret-store.ts';

export type EdgeCheck = (headers: Readonly<Record<string, string | undefined>>) => Promise<boolean>;

export interface EdgeCheckOptions {
  readonly secrets: Secrets;
  /** Secret `{origin_secret, previous_origin_secret?}`: while one replaces the other, both count. */
  readonly secretId: string;
}

/** Rejects with `dependency_unavailable` when a claim cannot be judged. */
export function createEdgeCheck({ secrets, secretId }: EdgeCheckOptions): EdgeCheck {
  return async (headers) => {
    const given = headers[EDGE_HEADERS.secret];
    if (given === undefined) return false;
    const secret = await secrets.get(secretId);
    const previous = secret.previous_origin_secret;
    return (
      isSame(given, requireField(secret, 'origin_secret')) ||
      (previous ? isSame(given, previous) : false)
    );
  };
}

/** Takes the same time wherever the two differ. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
