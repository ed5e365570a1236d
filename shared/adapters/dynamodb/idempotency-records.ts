/**
 * One item per idempotency key: its start is running, has an unknown outcome, or is recorded and
 * answers repeats for 10 minutes. The key itself is kept as HMAC only (T20).
 */

import type {
  IdempotencyClaim,
  IdempotencyRecords,
  IdempotentStart,
} from '../../domain/ports/idempotency-records.ts';
import type { GuardHmac } from './guard-hmac.ts';
import { LOCK_MS } from './phone-number-locks.ts';
import type { ConditionalWrite, Item, Table } from './table.ts';

const REPLAY_SECONDS = 600;

/** `released` marks a deleted record, because no function may delete items. */
type State = 'starting' | 'unknown' | 'started' | 'released';

const STATE = { '#state': 'state' };
const OWNED = { ...STATE, '#owner': 'owner' };
const CLAIMED = {
  ...OWNED,
  '#key': 'guard_key',
  '#body': 'body_hash',
  '#until': 'until',
  '#token_key': 'token_key_id',
  '#ttl': 'ttl',
};

const CLAIM =
  'SET #state = :starting, #owner = :owner, #until = :until, #body = :body, ' +
  '#token_key = :token_key, #ttl = :ttl';

const keyIsUnused = 'attribute_not_exists(#key) OR #ttl <= :now';
/** Of two repeats that read the same item, only one takes over. */
const recordIsAsRead = '#state = :was_state AND #owner = :was_owner AND #until = :was_until';
const recordIsOurs = '#owner = :owner';
const startIsOursAndRuns = '#owner = :owner AND #state = :starting';
/** The second half: our own takeover, whose answer was lost, is repeated. */
const mayTakeOver = `(${recordIsAsRead}) OR (${startIsOursAndRuns})`;

export function createIdempotencyRecords(table: Table, guardHmac: GuardHmac): IdempotencyRecords {
  const keyOf = async ({ idempotencyKey }: IdempotentStart): Promise<string> =>
    `intent#${(await guardHmac(['intent', idempotencyKey])).toString('base64url')}`;
  const bodyHashOf = async ({ body }: IdempotentStart): Promise<string> =>
    (await guardHmac(['intent_body', body])).toString('base64url');

  const transition = async (start: IdempotentStart, state: State): Promise<void> => {
    await table.write(await keyOf(start), {
      update: 'SET #state = :state',
      condition: startIsOursAndRuns,
      names: OWNED,
      values: {
        ':state': { S: state },
        ':starting': { S: 'starting' },
        ':owner': { S: start.owner },
      },
    });
  };

  return {
    claim: async (start, nowMs) => {
      const [key, bodyHash] = await Promise.all([keyOf(start), bodyHashOf(start)]);
      return claim(table, { start, key, bodyHash, nowMs });
    },
    record: async (start, requestId, nowMs) => {
      await table.write(await keyOf(start), {
        update: 'SET #state = :started, #request = :request, #token_key = :token_key, #ttl = :ttl',
        condition: recordIsOurs,
        names: {
          ...OWNED,
          '#request': 'request_id',
          '#token_key': 'token_key_id',
          '#ttl': 'ttl',
        },
        values: {
          ':owner': { S: start.owner },
          ':started': { S: 'started' },
          ':request': { S: requestId },
          ':token_key': { S: start.tokenKeyId },
          ':ttl': { N: ttlAfter(nowMs) },
        },
      });
    },
    markUnknown: (start) => transition(start, 'unknown'),
    release: (start) => transition(start, 'released'),
  };
}

interface Claim {
  readonly start: IdempotentStart;
  readonly key: string;
  readonly bodyHash: string;
  readonly nowMs: number;
}

async function claim(table: Table, attempt: Claim): Promise<IdempotencyClaim> {
  const { key, start, bodyHash, nowMs } = attempt;
  if (await table.write(key, toFresh(attempt))) return { outcome: 'fresh' };

  const item = await table.read(key);
  const isOurs = item?.owner?.S === start.owner;
  const untilMs = Number(item?.until?.N ?? 0);
  if (!item) return { outcome: 'in_progress', retryAtMs: nowMs + 1000 };
  if (item.state?.S === 'released') {
    const isClaimed = await table.write(key, toTakeover(attempt, item));
    return isClaimed
      ? { outcome: 'again' }
      : { outcome: 'in_progress', retryAtMs: nowMs + LOCK_MS };
  }
  if (item.body_hash?.S !== bodyHash) return { outcome: 'other_body' };
  if (item.state?.S === 'started') return toStarted(item);
  if (item.state?.S === 'starting' && untilMs > nowMs) {
    // Our own write, whose answer was lost. The state before it is unknown.
    return isOurs ? { outcome: 'takeover' } : { outcome: 'in_progress', retryAtMs: untilMs };
  }
  if (await table.write(key, toTakeover(attempt, item))) return { outcome: 'takeover' };
  return { outcome: 'in_progress', retryAtMs: nowMs + LOCK_MS };
}

/** The key was not used within the last 10 minutes. */
function toFresh(attempt: Claim): ConditionalWrite {
  return {
    update: CLAIM,
    condition: keyIsUnused,
    names: CLAIMED,
    values: { ...valuesOf(attempt), ':now': { N: String(Math.floor(attempt.nowMs / 1000)) } },
  };
}

function toTakeover(attempt: Claim, { state, owner, until }: Item): ConditionalWrite {
  const { '#key': _, ...names } = CLAIMED;
  return {
    update: CLAIM,
    condition: mayTakeOver,
    names,
    values: {
      ...valuesOf(attempt),
      ':was_state': state ?? { S: '' },
      ':was_owner': owner ?? { S: '' },
      ':was_until': until ?? { N: '0' },
    },
  };
}

function valuesOf({ start, bodyHash, nowMs }: Claim): NonNullable<ConditionalWrite['values']> {
  return {
    ':starting': { S: 'starting' },
    ':owner': { S: start.owner },
    ':until': { N: String(nowMs + LOCK_MS) },
    ':body': { S: bodyHash },
    ':token_key': { S: start.tokenKeyId },
    ':ttl': { N: ttlAfter(nowMs) },
  };
}

function toStarted({
  request_id: requestId,
  token_key_id: tokenKeyId,
  ttl,
}: Item): IdempotencyClaim {
  return {
    outcome: 'started',
    requestId: requestId?.S ?? '',
    tokenKeyId: tokenKeyId?.S ?? '',
    recordedAtMs: (Number(ttl?.N ?? 0) - REPLAY_SECONDS) * 1000,
  };
}

function ttlAfter(nowMs: number): string {
  return String(Math.floor(nowMs / 1000) + REPLAY_SECONDS);
}
