/** An item of the table `Verifications` as the domain sees it. */

import { VERIFICATION_ATTRIBUTES } from '../../config.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';
import { decodeEvent } from './event-codec.ts';
import type { Item } from './table.ts';

export function toEntry(requestId: string, item: Item): Entry {
  const hash = item[VERIFICATION_ATTRIBUTES.clientTokenHash]?.B;
  return {
    requestId,
    events: (item[VERIFICATION_ATTRIBUTES.events]?.L ?? []).flatMap(
      (stored) => decodeEvent(stored) ?? [],
    ),
    connections: item[VERIFICATION_ATTRIBUTES.connections]?.SS ?? [],
    ...(hash && { clientTokenHash: hash }),
  };
}
