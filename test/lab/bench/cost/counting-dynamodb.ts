/** A DynamoDB engine that counts what AWS would bill: every request, by the units that it takes. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import dynalite from 'dynalite';

export interface Billed {
  requests: number;
  writeUnits: number;
  readUnits: number;
  /** Conditions that did not hold: a duplicate, a limit. They are billed like writes. */
  refused: number;
}

export interface CountingDynamoDb {
  readonly url: string;
  /** By table, since the last time. */
  take(): Readonly<Record<string, Billed>>;
  close(): Promise<void>;
}

export async function startCountingDynamoDb(): Promise<CountingDynamoDb> {
  const engine = dynalite({ createTableMs: 0 });
  engine.listen(0, '127.0.0.1');
  await once(engine, 'listening');
  const enginePort = portOf(engine.address());
  let billed: Record<string, Billed> = {};
  /** An item's units as of its last write: a refused write is billed by the item that is there. */
  const unitsOf = new Map<string, number>();

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse((await buffer(incoming)).toString());
    const body = JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' });
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const isItem = operation === 'UpdateItem' || operation === 'GetItem';
    const { status, text } = await forward(incoming, isItem ? body : JSON.stringify(input));
    if (isItem) count(input.TableName, operation, JSON.stringify(input.Key), status, text);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  }

  function forward(
    { headers }: IncomingMessage,
    body: string,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
      const options = { port: enginePort, host: '127.0.0.1', method: 'POST', headers: sent };
      const outgoing = request(options, (answered) => {
        buffer(answered).then(
          (bytes) => resolve({ status: answered.statusCode ?? 0, text: bytes.toString() }),
          reject,
        );
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  function count(
    table: string,
    operation: string,
    key: string,
    status: number,
    text: string,
  ): void {
    billed[table] ??= { requests: 0, writeUnits: 0, readUnits: 0, refused: 0 };
    const entry = billed[table];
    const units: number = JSON.parse(text).ConsumedCapacity?.CapacityUnits ?? unitsOf.get(key) ?? 1;
    entry.requests += 1;
    if (operation === 'GetItem') {
      entry.readUnits += units;
      return;
    }
    entry.writeUnits += units;
    if (status === 200) unitsOf.set(key, units);
    else entry.refused += 1;
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    take() {
      const taken = billed;
      billed = {};
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => engine.close(() => resolve()));
    },
  };
}

function portOf(address: unknown): number {
  if (typeof address === 'object' && address !== null && 'port' in address) {
    return Number(address.port);
  }
  throw new Error('the counting DynamoDB has no port');
}
