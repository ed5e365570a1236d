/** The DynamoDB client: tries of one second each. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsClientOptions, awsClientConfig, withoutLogger } from '../aws/client-config.ts';

export function createDynamoDbClient(
  options: AwsClientOptions,
  maxAttempts: 1 | 3 = 3,
): DynamoDBClient {
  const client = new DynamoDBClient({
    ...awsClientConfig(options, { service: 'dynamodb', timeoutMs: 1000, maxAttempts }),
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabledProvider: async () => false,
  });
  return withoutLogger(client);
}
