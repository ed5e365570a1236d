/** Recognises requests through the stage's own CloudFront by a secret header. */

import { timingSafeEqual } from 'node:crypto';
import { EDGE_HEADERS } from '../../config.ts';
import { requireField, type Secrets } from './secret-store.ts';

export type EdgeCheck = (headers: Readonly<Record<string, string | undefined>>) => Promise<boolean>;

export interface EdgeCheckOptions {
  readonly secrets: Secrets;
  /** Secret `{origin_secret, previous_origin_secret?}`: during a rotation both are accepted. */
  readonly secretId: string;
}

/** Rejects with `dependency_unavailable` when the header is present but cannot be checked. */
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

/** Compares in constant time. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
