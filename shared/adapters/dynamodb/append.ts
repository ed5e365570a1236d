/** The conditional write that appends one event: its expressions, built from named fragments. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { VERIFICATION_ATTRIBUTES } from '../../config.ts';
import { isCausedByClient, type VerificationEvent } from '../../domain/events.ts';
import { factKeys } from '../../domain/fact-keys.ts';
import { encodeEvent } from './event-codec.ts';
import type { ConditionalWrite } from './table.ts';

/** One event for one item, on behalf of the holder of a token, of Vonage or of ourselves. */
export interface AppendRow {
  readonly requestId: string;
  readonly event: VerificationEvent;
  readonly tokenHash: Uint8Array | undefined;
}

/** Events of a client leave room for those of Vonage, outcomes and the deadline. */
const CLIENT_ROOM = 24;
const ROOM = 40;

const STARTED_TTL_SECONDS = 48 * 3600;
/** An item made by webhooks alone has no owner until `started` follows. */
const UNSTARTED_TTL_SECONDS = 3600;

export function toAppend({ event, tokenHash }: AppendRow, nowMs: number): ConditionalWrite {
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
    ':room': { N: String(isCausedByClient(event) ? CLIENT_ROOM : ROOM) },
    ':ttl': { N: String(ttl(event, nowMs)) },
  };
  const isStart = event.type === 'started';
  const sets = [
    '#events = list_append(if_not_exists(#events, :empty), :new)',
    isStart ? '#ttl = :ttl' : '#ttl = if_not_exists(#ttl, :ttl)',
  ];
  const conditions = ['(attribute_not_exists(#events) OR size(#events) < :room)'];
  for (const [index, known] of keys.entries()) {
    values[`:known${index}`] = { S: known };
    conditions.push(`NOT contains(#seen, :known${index})`);
  }
  if (tokenHash) {
    names['#hash'] = VERIFICATION_ATTRIBUTES.clientTokenHash;
    values[':hash'] = { B: tokenHash };
    conditions.push(isStart ? '(attribute_not_exists(#hash) OR #hash = :hash)' : '#hash = :hash');
    if (isStart) sets.push('#hash = :hash');
  }
  return {
    update: `SET ${sets.join(', ')} ADD #seen :seen`,
    condition: conditions.join(' AND '),
    names,
    values,
  };
}

function ttl({ type }: VerificationEvent, nowMs: number): number {
  const seconds = type === 'started' ? STARTED_TTL_SECONDS : UNSTARTED_TTL_SECONDS;
  return Math.floor(nowMs / 1000) + seconds;
}
