/** The DynamoDB client: three tries of one second each. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsClientOptions, awsClientConfig } from '../aws-client.ts';

export function createDynamoDbClient(options: AwsClientOptions): DynamoDBClient {
  return new DynamoDBClient({
    ...awsClientConfig(options, { service: 'dynamodb', timeoutMs: 1000, maxAttempts: 3 }),
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabledProvider: async () => false,
  });
}
