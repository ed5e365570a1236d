/** The conditional write that appends one event: its expressions, built from named fragments. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { VERIFICATION_ATTRIBUTES } from '../../config.ts';
import type { VerificationEvent } from '../../domain/events.ts';
import { factKeys } from '../../domain/fact-keys.ts';
import { type Author, authorOf, PLACES } from '../../domain/places.ts';
import { encodeEvent } from './event-codec.ts';
import type { ConditionalWrite } from './table.ts';

/** One event for one item, on behalf of the holder of a token, of Vonage or of ourselves. */
export interface AppendRow {
  readonly requestId: string;
  readonly event: VerificationEvent;
  readonly tokenHash: Uint8Array | undefined;
}

const PLACE_ATTRIBUTES = {
  client: VERIFICATION_ATTRIBUTES.byClient,
  provider: VERIFICATION_ATTRIBUTES.byProvider,
} as const satisfies Record<Author, string>;

const STARTED_TTL_SECONDS = 48 * 3600;
/** An item created by a webhook has no owner until `started` follows. */
const UNSTARTED_TTL_SECONDS = 3600;

const isOwned = '#hash = :hash';
const isOwnedOrNobodys = '(attribute_not_exists(#hash) OR #hash = :hash)';
/** Items of earlier releases have no count yet. */
const hasPlace = '(attribute_not_exists(#places) OR #places < :places)';

export function toAppend({ event, tokenHash }: AppendRow, nowMs: number): ConditionalWrite {
  const isStart = event.type === 'started';
  const keys = factKeys(event);
  const names: Record<string, string> = {
    '#events': VERIFICATION_ATTRIBUTES.events,
    '#seen': VERIFICATION_ATTRIBUTES.seen,
    '#ttl': VERIFICATION_ATTRIBUTES.ttl,
  };
  const values: Record<string, AttributeValue> = {
    ':empty': { L: [] },
    ':new': { L: [encodeEvent(event)] },
    ':seen': { SS: [...keys] },
    ':ttl': { N: String(ttl(event, nowMs)) },
  };
  const sets = [
    '#events = list_append(if_not_exists(#events, :empty), :new)',
    isStart ? '#ttl = :ttl' : '#ttl = if_not_exists(#ttl, :ttl)',
  ];
  const adds = ['#seen :seen'];
  const conditions = keys.map((key, index) => {
    values[`:known${index}`] = { S: key };
    return `NOT contains(#seen, :known${index})`;
  });
  const author = authorOf(event);
  if (author) {
    names['#places'] = PLACE_ATTRIBUTES[author];
    values[':places'] = { N: String(PLACES[author]) };
    values[':one'] = { N: '1' };
    conditions.push(hasPlace);
    adds.push('#places :one');
  }
  if (tokenHash) {
    names['#hash'] = VERIFICATION_ATTRIBUTES.clientTokenHash;
    values[':hash'] = { B: tokenHash };
    conditions.push(isStart ? isOwnedOrNobodys : isOwned);
    if (isStart) sets.push('#hash = :hash');
  }
  return {
    update: `SET ${sets.join(', ')} ADD ${adds.join(', ')}`,
    condition: conditions.join(' AND '),
    names,
    values,
  };
}

function ttl({ type }: VerificationEvent, nowMs: number): number {
  const seconds = type === 'started' ? STARTED_TTL_SECONDS : UNSTARTED_TTL_SECONDS;
  return Math.floor(nowMs / 1000) + seconds;
}
