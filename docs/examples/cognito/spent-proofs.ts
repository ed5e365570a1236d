/** Remembers the proofs that have signed somebody in. */

import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { SPENT_PROOF_ATTRIBUTES } from './variables.ts';

/**
 * A proof can be issued again for 10 minutes with the same `jti`, each valid for up to 5: a day is
 * more than enough, and TTL never deletes early.
 */
const KEPT_SECONDS = 86_400;

export interface SpentProofsOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Whether this is the first time. One conditional write, no read before it. */
export function createSpend({ client, table }: SpentProofsOptions) {
  return async (jti: string, nowMs: number): Promise<boolean> => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: { [SPENT_PROOF_ATTRIBUTES.jti]: { S: jti } },
      UpdateExpression: 'SET #ttl = :ttl',
      ConditionExpression: 'attribute_not_exists(#ttl)',
      ExpressionAttributeNames: { '#ttl': SPENT_PROOF_ATTRIBUTES.ttl },
      ExpressionAttributeValues: {
        ':ttl': { N: String(Math.floor(nowMs / 1000) + KEPT_SECONDS) },
      },
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
}
