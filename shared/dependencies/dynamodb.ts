/** DynamoDB's clients and their endpoints. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbClient } from '../adapters/dynamodb/client.ts';
import { ENV } from '../config.ts';
import { type Aws, clientOptions } from './aws.ts';
import type { EarlyTask } from './dependencies.ts';
import { findVariable } from './environment.ts';

export function createDynamoDb(aws: Aws): DynamoDBClient {
  return createDynamoDbClient(clientOptions(aws, ENV.dynamodbEndpoint));
}

/** A client for writes that must not be retried. */
export function createDynamoDbOnce(aws: Aws): DynamoDBClient {
  return createDynamoDbClient(clientOptions(aws, ENV.dynamodbEndpoint), 1);
}

/** Opens a socket for one of the requests that run at the same time. */
export function openDynamoDbSocket({ region, agent }: Aws): EarlyTask {
  const endpoint = findVariable(ENV.dynamodbEndpoint);
  return () => agent.openSocket(new URL(endpoint ?? `https://dynamodb.${region}.amazonaws.com`));
}
