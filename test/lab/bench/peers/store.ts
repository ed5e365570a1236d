/** The state of a complete peer in DynamoDB: one item per verification, one per locked number. */

import { createHash, randomBytes } from 'node:crypto';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

interface PeerRecord {
  readonly status: string;
  readonly checkUrl: string;
  /** Connections that receive changes. */
  readonly connections: readonly string[];
}

interface PeerStore {
  /** @returns false while the number has a running verification */
  lock(phoneNumber: string): Promise<boolean>;
  /** @returns the token that the app shows from now on */
  begin(requestId: string): Promise<string>;
  connect(requestId: string, token: string, connection: string): Promise<PeerRecord>;
  isOwner(requestId: string, token: string): Promise<boolean>;
  record(requestId: string, status: string, checkUrl?: string): Promise<PeerRecord>;
}

const LOCK_MS = 60_000;

export function createPeerStore(): PeerStore {
  const { PEER_AWS_URL: endpoint = '', PEER_TABLE: table = '' } = process.env;
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1' });
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

  async function update(
    key: string,
    expression: string,
    values: Record<string, string | { readonly set: string }>,
    condition?: string,
  ): Promise<PeerRecord> {
    const { Attributes: item = {} } = await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { request_id: { S: key } },
        UpdateExpression: expression,
        ...(condition && { ConditionExpression: condition }),
        ExpressionAttributeNames: names(`${expression} ${condition ?? ''}`),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            `:${name}`,
            typeof value === 'string' ? { S: value } : { SS: [value.set] },
          ]),
        ),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return {
      status: item.state?.S ?? '',
      checkUrl: item.check_url?.S ?? '',
      connections: item.connections?.SS ?? [],
    };
  }

  return {
    async lock(phoneNumber) {
      const until = String(Date.now() + LOCK_MS);
      const values = { until, now: String(Date.now()) };
      const free = 'attribute_not_exists(#until) OR #until < :now';
      try {
        await update(`phone#${hash(phoneNumber)}`, 'SET #until = :until', values, free);
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') {
          return false;
        }
        throw error;
      }
    },
    async begin(requestId) {
      const token = randomBytes(32).toString('base64url');
      await update(requestId, 'SET #token = :token, #state = if_not_exists(#state, :state)', {
        token: hash(token),
        state: 'pending',
      });
      return token;
    },
    connect: (requestId, token, connection) =>
      update(
        requestId,
        'ADD #connections :connection',
        { connection: { set: connection }, token: hash(token) },
        '#token = :token',
      ),
    async isOwner(requestId, token) {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: table,
          Key: { request_id: { S: requestId } },
          ConsistentRead: true,
        }),
      );
      return Item?.token?.S === hash(token);
    },
    record: (requestId, status, checkUrl) =>
      checkUrl === undefined
        ? update(requestId, 'SET #state = :state', { state: status })
        : update(requestId, 'SET #state = :state, #check_url = :url', {
            state: status,
            url: checkUrl,
          }),
  };
}

function names(expression: string): Record<string, string> {
  return Object.fromEntries(
    [...expression.matchAll(/#(\w+)/g)].map(([whole, name = '']) => [whole, name]),
  );
}
