/** A DynamoDB engine that counts what AWS would bill: every request, by the units that it takes. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startEngine } from '../../../fixtures/dynalite-store.ts';
import { closeServer, listenLocally } from '../../../fixtures/listen.ts';

export interface Billed {
  requests: number;
  writeUnits: number;
  readUnits: number;
  /** Conditions that did not hold: a duplicate, a limit. They are billed like writes. */
  refused: number;
}

interface CountingDynamoDb {
  readonly url: string;
  /** Since the last time. */
  take(): Billed;
  close(): Promise<void>;
}

/** What the engine needs of a request's headers. */
const SENT = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'];

export async function startCountingDynamoDb(): Promise<CountingDynamoDb> {
  const engine = await startEngine();
  let billed = nothing();
  /** An item's units as of its last write: a refused write is billed by the item that is there. */
  const unitsOf = new Map<string, number>();

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse(await text(incoming));
    const operation = String(incoming.headers['x-amz-target']).split('.')[1];
    const isItem = operation === 'UpdateItem' || operation === 'GetItem';
    const answered = await fetch(engine.url, {
      method: 'POST',
      headers: Object.fromEntries(SENT.map((name) => [name, String(incoming.headers[name])])),
      body: JSON.stringify(isItem ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input),
    });
    const body = await answered.text();
    if (isItem) {
      const key = JSON.stringify([input.TableName, input.Key]);
      const units = JSON.parse(body).ConsumedCapacity?.CapacityUnits ?? unitsOf.get(key) ?? 1;
      billed.requests += 1;
      if (operation === 'GetItem') billed.readUnits += units;
      else billed.writeUnits += units;
      if (!answered.ok) billed.refused += 1;
      else if (operation === 'UpdateItem') unitsOf.set(key, units);
    }
    response.writeHead(answered.status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  return {
    url: await listenLocally(server),
    take() {
      const taken = billed;
      billed = nothing();
      return taken;
    },
    async close() {
      await closeServer(server);
      await engine.stop();
    },
  };
}

function nothing(): Billed {
  return { requests: 0, writeUnits: 0, readUnits: 0, refused: 0 };
}
