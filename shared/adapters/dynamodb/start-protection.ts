/**
 * Rate limits, locks and idempotency records of `start`, in the table `Guards`. Nothing
 * else uses the table. Its keys are HMACs, so the table names nobody (T10).
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GUARD_ATTRIBUTES, type StartLimits } from '../../config.ts';
import type { IdempotencyRecords } from '../../domain/ports/idempotency-records.ts';
import type { PhoneNumberLocks } from '../../domain/ports/phone-number-locks.ts';
import type { RateLimits } from '../../domain/ports/rate-limits.ts';
import type { GuardHmac } from './guard-hmac.ts';
import { createIdempotencyRecords } from './idempotency-records.ts';
import { createPhoneNumberLocks } from './phone-number-locks.ts';
import { createRateLimits } from './rate-limits.ts';
import { createTable, type TableOptions } from './table.ts';

/** `table` is the name of the table `Guards`. */
export interface StartProtectionOptions extends TableOptions {
  /** A client that does not retry, created on first use. */
  readonly onceClient: () => DynamoDBClient;
  readonly limits: StartLimits;
  readonly keys: { readonly guardHmac: GuardHmac };
}

export interface StartProtection {
  readonly rateLimits: RateLimits;
  readonly locks: PhoneNumberLocks;
  readonly idempotencyRecords: IdempotencyRecords;
}

export function createStartProtection(options: StartProtectionOptions): StartProtection {
  const { limits } = options;
  const { guardHmac } = options.keys;
  const table = createTable(options, GUARD_ATTRIBUTES.key);
  const onceTable = () =>
    createTable({ ...options, client: options.onceClient() }, GUARD_ATTRIBUTES.key);
  return {
    rateLimits: createRateLimits({ table, onceTable, limits, guardHmac }),
    locks: createPhoneNumberLocks(table, guardHmac),
    idempotencyRecords: createIdempotencyRecords(table, guardHmac),
  };
}
