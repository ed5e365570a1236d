import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  ResourceNotFoundException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAwsTransport } from '../../../../../shared/adapters/aws/transport.ts';
import { createDynamoDbClient } from '../../../../../shared/adapters/dynamodb/client.ts';
import { encodeEvent } from '../../../../../shared/adapters/dynamodb/event-codec.ts';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import { factKeys } from '../../../../../shared/domain/fact-keys.ts';
import type { Appended } from '../../../../../shared/domain/ports/verification-log.ts';
import { EVERY_EVENT, START_MS, started } from '../../../../fixtures/histories.ts';
import { type Answer, hangUp, json } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { inVirtualTime } from '../../../../fixtures/virtual-time.ts';

const HASH = new Uint8Array(32).fill(7);
const client = new DynamoDBClient({ region: 'eu-central-1' });
const dynamodb = mockClient(client);
const log = createVerificationLog({
  client,
  table: 'Verifications',
  clock: { now: () => START_MS },
});
const network = await startNetwork();
const transport = createAwsTransport(network.agent);
const overTheWire = createVerificationLog({
  client: createDynamoDbClient({ ...network.aws, transport }),
  table: 'Verifications',
  clock: { now: () => START_MS },
});
const cancelled = { type: 'cancelled', atMs: START_MS } as const;
const UNAVAILABLE = { code: 'dependency_unavailable' };
const TIMEOUT = Object.assign(new Error('too late'), { name: 'TimeoutError' });
const refused = new ConditionalCheckFailedException({ message: 'refused', $metadata: {} });

beforeEach(() => dynamodb.reset());

describe('append', () => {
  it('is one write with everything in its condition, and no read', async () => {
    dynamodb.on(UpdateItemCommand).resolves({ Attributes: {} });
    await log.append('5b0d', { type: 'rejection_reported', atMs: START_MS }, HASH);
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

  it.each<[string, () => Promise<unknown>]>([
    ['append', () => log.append('5b0d', cancelled, HASH)],
    ['find', () => log.find('5b0d')],
  ])('answers 503 when the store does not answer in time: %s', async (_, call) => {
    dynamodb.onAnyCommand().rejects(TIMEOUT);
    await expect(call()).rejects.toMatchObject(UNAVAILABLE);
  });

  it('answers 503 when the item vanished meanwhile, so that Vonage sends it again', async () => {
    dynamodb.on(UpdateItemCommand).rejects(refused);
    dynamodb.on(GetItemCommand).resolves({});
    const appended = log.append('5b0d', { type: 'deadline', atMs: START_MS });
    await expect(appended).rejects.toMatchObject(UNAVAILABLE);
  });

  it('lets a defect through', async () => {
    const bug = new ResourceNotFoundException({ message: 'no table', $metadata: {} });
    dynamodb.on(UpdateItemCommand).rejects(bug);
    await expect(log.append('5b0d', cancelled, HASH)).rejects.toBe(bug);
  });
});

describe('append, by a client that repeats what got no answer (R12)', () => {
  const base64 = Buffer.from(HASH).toString('base64');
  const conditionFailed = json(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  });

  /** Answers the tries of one write as told, and then shows an item that holds these events. */
  function appendOver(
    tries: readonly Answer[],
    event: VerificationEvent,
    stored: readonly VerificationEvent[],
  ): Promise<Appended> {
    const item = {
      events: { L: stored.map(encodeEvent) },
      seen: { SS: stored.flatMap(factKeys) },
      client_token_hash: { B: base64 },
    };
    network.stub.answer(...tries, json(200, { Item: item }));
    return inVirtualTime(() => overTheWire.append('5b0d', event, HASH), network);
  }

  it.each<[string, Answer]>([
    ['a lost connection', hangUp],
    ['a 500', json(500)],
  ])('has appended what its own first try stored before %s', async (_, lost) => {
    for (const event of EVERY_EVENT) {
      const before = event.type === 'started' ? [] : [started()];
      const later = { type: 'let_go', atMs: START_MS, n: 3 } as const;
      const appended = await appendOver([lost, conditionFailed], event, [...before, event, later]);
      const entry = { events: [...before, event] };
      expect(appended).toMatchObject({ outcome: 'appended', entry });
    }
  });

  it('repeats the fact that somebody else stored at another time', async () => {
    const stored = [started(), { ...cancelled, atMs: START_MS - 1 }];
    const repeated = { outcome: 'repeated', entry: { events: stored } };
    const appended = appendOver([hangUp, conditionFailed], cancelled, stored);
    expect(await appended).toMatchObject(repeated);
  });

  it('repeats what is stored when its first try is answered, because it was not its own', async () => {
    const appended = appendOver([conditionFailed], cancelled, [started(), cancelled]);
    expect(await appended).toMatchObject({ outcome: 'repeated' });
  });
});

describe('find', () => {
  it('leaves out events that a newer version wrote', async () => {
    const later = { M: { type: { S: 'invented_later' }, at: { N: '1' } } };
    const known = { M: { type: { S: 'aborted' }, at: { N: '1' } } };
    dynamodb.on(GetItemCommand).resolves({ Item: { events: { L: [later, known] } } });
    const events = [{ type: 'aborted', atMs: 1 }];
    expect(await log.find('5b0d')).toEqual({ requestId: '5b0d', events, connections: [] });
  });
});
