import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent } from '../../../../../shared/adapters/dynamodb/event-codec.ts';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import { toVerificationObject } from '../../../../../shared/contract/to-verification-object.ts';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import { fold } from '../../../../../shared/domain/fold.ts';
import type { VerificationLog } from '../../../../../shared/domain/ports/verification-log.ts';
import { provenChannels } from '../../../../../shared/domain/proven-channels.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';

/** One item, and what the previous release made of it. */
interface StoredStory {
  readonly name: string;
  readonly item: Readonly<Record<string, AttributeValue>>;
  /** Stored events that say again what the item already holds. */
  readonly repeated: readonly AttributeValue[];
  /** `seq status channel changed` after each event; null before the start. */
  readonly prefixes: readonly (string | null)[];
  readonly proven: readonly string[];
  readonly folds: readonly {
    readonly at: string;
    readonly verification: Readonly<Record<string, unknown>> | null;
  }[];
}

const toBinary = (name: string, value: unknown) =>
  name === 'B' ? Buffer.from(String(value), 'base64') : value;
const STORIES = readFileSync('test/fixtures/previous-release/verifications.jsonl', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): StoredStory => JSON.parse(line, toBinary));

let store: DynaliteStore;
let log: VerificationLog;
let nowMs = 0;

beforeAll(async () => {
  store = await startDynalite('request_id');
  log = createVerificationLog({ ...store, clock: { now: () => nowMs } });
});
afterAll(() => store.stop());

/** Puts the item of the previous release into the table, under an id of its own. */
async function put({ item }: StoredStory): Promise<string> {
  const requestId = randomUUID();
  const Item = { ...item, request_id: { S: requestId } };
  await store.client.send(new PutItemCommand({ TableName: store.table, Item }));
  return requestId;
}

function known(stored: AttributeValue): VerificationEvent {
  const event = decodeEvent(stored);
  if (!event) throw new Error('an event of the previous release is not known any more');
  return event;
}

describe('an item of the previous release', () => {
  it.each(STORIES)('folds to the same object at every time: $name', async (story) => {
    const requestId = await put(story);
    const { events = [] } = (await log.find(requestId)) ?? {};
    for (const { at, verification } of story.folds) {
      const folded = fold(requestId, events, Date.parse(at));
      const shown = folded ? toVerificationObject(folded.verification) : null;
      const { completed_at: ended_at, ...same } = verification ?? {};
      expect(shown).toEqual(verification && { ...same, request_id: requestId, ended_at });
    }
  });

  it.each(STORIES)('changes with each event as it did, and proves the same: $name', (story) => {
    const events = (story.item.events?.L ?? []).map(known);
    const prefixes = events.map((event, index) => {
      const folded = fold('5b0d', events.slice(0, index + 1), event.atMs);
      const { seq, status, channel } = folded?.verification ?? {};
      return folded ? `${seq} ${status} ${channel} ${folded.changed}` : null;
    });
    expect(prefixes).toEqual(story.prefixes);
    const facts = fold('5b0d', events, Math.max(...events.map(({ atMs }) => atMs)))?.facts;
    expect(facts ? provenChannels(facts) : []).toEqual(story.proven);
  });

  it.each(STORIES)('recognises its events when they are repeated: $name', async (story) => {
    const requestId = await put(story);
    for (const stored of story.repeated) {
      const event = known(stored);
      const hash = event.type === 'started' ? story.item.client_token_hash?.B : undefined;
      expect(await log.append(requestId, event, hash)).toMatchObject({ outcome: 'repeated' });
    }
  });
});

describe('an item of the previous release that had no room left', () => {
  it('takes the deadline, and twenty more events of a client', async () => {
    const [story] = STORIES;
    if (!story) throw new Error('the fixture holds no stories');
    const requestId = await put(story);
    const hash = story.item.client_token_hash?.B;
    const submit = (attempt: string) =>
      log.append(requestId, { type: 'code_submitted', atMs: 1, attempt, kind: 'digits' }, hash);
    for (let index = 0; index < 20; index += 1) {
      expect(await submit(`new${index}`)).toMatchObject({ outcome: 'appended' });
    }
    expect(await submit('one more')).toMatchObject({ outcome: 'full' });
    const deadline = await log.append(requestId, { type: 'deadline', atMs: 2 });
    expect(deadline.outcome).toBe('appended');
  });
});

describe('what this release stores', () => {
  it.each(STORIES)(
    'is what the previous one stored, attribute by attribute: $name',
    async (story) => {
      const requestId = randomUUID();
      const { connections: _, ...expected } = story.item;
      for (const stored of expected.events?.L ?? []) {
        const event = known(stored);
        expect(encodeEvent(event)).toEqual(stored);
        nowMs = event.atMs;
        const hash = event.type === 'started' ? expected.client_token_hash?.B : undefined;
        expect(await log.append(requestId, event, hash)).toMatchObject({ outcome: 'appended' });
      }
      const Key = { request_id: { S: requestId } };
      const command = new GetItemCommand({ TableName: store.table, Key, ConsistentRead: true });
      const { Item: item } = await store.client.send(command);
      const { by_client: _client, by_provider: _provider, ...same } = item ?? {};
      expect(plain(same)).toEqual(plain({ ...expected, request_id: { S: requestId } }));
    },
  );
});

/** With sets in one order and bytes as text. */
function plain(item: Readonly<Record<string, AttributeValue>> = {}): unknown {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (value.SS) return [name, value.SS.toSorted()];
      return [name, value.B ? Buffer.from(value.B).toString('base64') : value];
    }),
  );
}
