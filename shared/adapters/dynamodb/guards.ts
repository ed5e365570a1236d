/**
 * Abuse control of `start`: conditional writes on the table `Guards`, which nothing else touches. Its
 * keys are HMACs, so that the table tells nothing about anybody (hardening T10).
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GUARD_ATTRIBUTES, type StartLimits } from '../../config.ts';
import type { Guards } from '../../domain/ports.ts';
import { createCounters } from './counters.ts';
import { createIntents } from './intents.ts';
import { createPhoneLock } from './phone-lock.ts';
import { createTable, type TableOptions } from './table.ts';

/** HMAC with the guard key over all parts. */
export type GuardHmac = (parts: readonly string[]) => Promise<Buffer>;

/** `table` is the name of the table `Guards`. */
export interface GuardsOptions extends TableOptions {
  /** A client that tries once, made when it is needed. */
  readonly onceClient: () => DynamoDBClient;
  readonly limits: StartLimits;
  readonly keys: { readonly guardHmac: GuardHmac };
}

export function createGuards(options: GuardsOptions): Guards {
  const { limits } = options;
  const { guardHmac } = options.keys;
  const table = createTable(options, GUARD_ATTRIBUTES.key);
  const onceTable = () =>
    createTable({ ...options, client: options.onceClient() }, GUARD_ATTRIBUTES.key);
  return {
    ...createCounters(table, onceTable, limits, guardHmac),
    ...createPhoneLock(table, limits.phoneNumber, guardHmac),
    ...createIntents(table, guardHmac),
  };
}
