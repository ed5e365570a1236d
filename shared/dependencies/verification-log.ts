/** The table of verifications. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createVerificationLog } from '../adapters/dynamodb/verification-log.ts';
import { ENV } from '../config.ts';
import type { VerificationLog } from '../domain/ports/verification-log.ts';
import type { EarlyTask } from './dependencies.ts';
import { requireVariable } from './environment.ts';
import { clock } from './instance.ts';

export function createLog(client: DynamoDBClient): VerificationLog {
  return createVerificationLog({ client, table: requireVariable(ENV.verificationsTable), clock });
}

/**
 * Reads an item that does not exist, so that connecting, signing and parsing have happened once.
 */
export function readOneItem(log: VerificationLog): EarlyTask {
  return () => log.find('prime');
}
