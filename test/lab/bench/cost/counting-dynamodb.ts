/** A DynamoDB engine that counts what AWS would bill: every request, by the units that it takes. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import dynalite from 'dynalite';

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
  const engine = dynalite({ createTableMs: 0 });
  const engineUrl = await listen(engine);
  let billed = nothing();
  /** An item's units as of its last write: a refused write is billed by the item that is there. */
  const unitsOf = new Map<string, number>();

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse((await buffer(incoming)).toString());
    const body = JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' });
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const isItem = operation === 'UpdateItem' || operation === 'GetItem';
    const { status, text } = await forward(incoming, isItem ? body : JSON.stringify(input));
    const key = JSON.stringify([input.TableName, input.Key]);
    const units = JSON.parse(text).ConsumedCapacity?.CapacityUnits ?? unitsOf.get(key) ?? 1;
    if (operation === 'GetItem') billed.readUnits += units;
    if (operation === 'UpdateItem') {
      billed.writeUnits += units;
      if (status === 200) unitsOf.set(key, units);
      else billed.refused += 1;
    }
    if (isItem) billed.requests += 1;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  }

  async function forward(
    { headers }: IncomingMessage,
    body: string,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const sent = Object.fromEntries(SENT.map((name) => [name, String(headers[name])]));
    const answered = await fetch(engineUrl, { method: 'POST', headers: sent, body });
    return { status: answered.status, text: await answered.text() };
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  return {
    url: await listen(server),
    take() {
      const taken = billed;
      billed = nothing();
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => engine.close(() => resolve()));
    },
  };
}

function nothing(): Billed {
  return { requests: 0, writeUnits: 0, readUnits: 0, refused: 0 };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${Object(server.address()).port}`;
}
