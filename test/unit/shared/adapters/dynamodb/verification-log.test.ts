import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  ResourceNotFoundException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import { AT_MS } from '../../../../fixtures/events.ts';

const HASH = new Uint8Array(32).fill(7);
const client = new DynamoDBClient({ region: 'eu-central-1' });
const dynamodb = mockClient(client);
const log = createVerificationLog({ client, table: 'Verifications', clock: { now: () => AT_MS } });
const cancelled = { type: 'cancelled', atMs: AT_MS } as const;
const UNAVAILABLE = { code: 'dependency_unavailable' };
const TIMEOUT = Object.assign(new Error('too late'), { name: 'TimeoutError' });
const refused = new ConditionalCheckFailedException({ message: 'refused', $metadata: {} });

beforeEach(() => dynamodb.reset());

describe('append', () => {
  it('is one write with everything in its condition, and no read', async () => {
    dynamodb.on(UpdateItemCommand).resolves({ Attributes: {} });
    await log.append('5b0d', { type: 'rejection_reported', atMs: AT_MS }, HASH);
    expect(dynamodb.calls()).toHaveLength(1);
    const [write] = dynamodb.commandCalls(UpdateItemCommand);
    expect(write?.args[0].input).toMatchObject({
      Key: { request_id: { S: '5b0d' } },
      ConditionExpression:
        'NOT contains(#seen, :known0) AND ' +
        '(attribute_not_exists(#places) OR #places < :places) AND #hash = :hash',
      ExpressionAttributeNames: { '#places': 'by_client', '#hash': 'client_token_hash' },
      ReturnValues: 'ALL_NEW',
    });
  });

  it('reads once, strongly consistent, to say why a write was refused', async () => {
    dynamodb.on(UpdateItemCommand).rejects(refused);
    const Item = { client_token_hash: { B: HASH }, seen: { SS: ['cancelled'] } };
    dynamodb.on(GetItemCommand).resolves({ Item });
    expect(await log.append('5b0d', cancelled, HASH)).toMatchObject({ outcome: 'repeated' });
    expect(dynamodb.calls()).toHaveLength(2);
    const [read] = dynamodb.commandCalls(GetItemCommand);
    expect(read?.args[0].input.ConsistentRead).toBe(true);
  });

  it('answers 503 when the item vanished meanwhile, so that Vonage sends it again', async () => {
    dynamodb.on(UpdateItemCommand).rejects(refused);
    dynamodb.on(GetItemCommand).resolves({});
    const appended = log.append('5b0d', { type: 'deadline', atMs: AT_MS });
    await expect(appended).rejects.toMatchObject(UNAVAILABLE);
  });

  it('answers 503 when the write fails', async () => {
    dynamodb.on(UpdateItemCommand).rejects(TIMEOUT);
    await expect(log.append('5b0d', cancelled, HASH)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('lets a defect through', async () => {
    const bug = new ResourceNotFoundException({ message: 'no table', $metadata: {} });
    dynamodb.on(UpdateItemCommand).rejects(bug);
    await expect(log.append('5b0d', cancelled, HASH)).rejects.toBe(bug);
  });
});

describe('find', () => {
  it('answers 503 when it cannot read', async () => {
    dynamodb.on(GetItemCommand).rejects(TIMEOUT);
    await expect(log.find('5b0d')).rejects.toMatchObject(UNAVAILABLE);
  });

  it('leaves out events that a newer version wrote', async () => {
    const later = { M: { type: { S: 'invented_later' }, at: { N: '1' } } };
    const known = { M: { type: { S: 'aborted' }, at: { N: '1' } } };
    dynamodb.on(GetItemCommand).resolves({ Item: { events: { L: [later, known] } } });
    const events = [{ type: 'aborted', atMs: 1 }];
    expect(await log.find('5b0d')).toEqual({ requestId: '5b0d', events, connections: [] });
  });
});
