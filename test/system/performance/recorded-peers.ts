/**
 * Everything that a function calls, on one port: a real DynamoDB engine, secrets, the sockets'
 * management API, Vonage. It keeps who was called and when; answers can be made to wait.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { GUARD_ATTRIBUTES, VERIFICATION_ATTRIBUTES } from '../../../shared/config.ts';
import { createTable } from '../../fixtures/dynalite-store.ts';
import { closeServer, listenLocally } from '../../fixtures/listen.ts';
import { newProofKey } from '../../fixtures/proofs.ts';
import { newApplicationKey } from '../../fixtures/secrets.ts';
import {
  createMemoryDynamoDb,
  type MemoryDynamoDb,
} from '../../lab/simulation/store/memory-dynamodb.ts';

type Peer = 'dynamodb' | 'secrets' | 'push' | 'lambda' | 'queue' | 'vonage';

export interface RecordedCall {
  readonly peer: Peer;
  /** `UpdateItem`, `GetSecretValue`, `POST /v2/verify`, … */
  readonly operation: string;
  /** Which wave it belonged to, from 0. */
  readonly wave: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** A call that is about to be answered. */
interface HeardCall {
  readonly peer: Peer;
  readonly path: string;
  readonly body: string;
  /** Of Vonage. */
  readonly answer?: { readonly request_id: string };
}

export interface RecordedPeers {
  readonly url: string;
  readonly tables: { readonly verifications: string; readonly guards: string };
  /** Returns the calls that were answered since the last `take`. */
  readonly take: () => readonly RecordedCall[];
  /** Every answer takes at least this long from now on. @default 0 */
  readonly answerAfter: (ms: number | Partial<Record<Peer, number>>) => void;
  /** No call of a wave is answered before so many have come; calls after the last wave are. */
  readonly answerInWaves: (sizes: readonly number[]) => void;
  /** Calls `listener` with every call; there is one listener at most. */
  readonly hear: (listener: (call: HeardCall) => void) => void;
  /** The errors that DynamoDB answers to the next requests; `undefined`: it answers as usual. */
  readonly refuse: (...errors: readonly (string | undefined)[]) => void;
  /** How many sockets were opened so far. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export const WEBHOOK = {
  api_key: 'abcd1234',
  signature_secret: 'a signature secret of 32 bytes or more',
};
export const APPLICATION_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab';

/** @param options.store `memory` answers at once, the real engine takes its time */
export async function startRecordedPeers({
  store = 'dynalite',
}: {
  readonly store?: 'dynalite' | 'memory';
} = {}): Promise<RecordedPeers> {
  let delays: number | Partial<Record<Peer, number>> = 0;
  let tell: (call: HeardCall) => void = () => {};
  const memory = store === 'memory' ? createMemoryDynamoDb() : undefined;
  const dynamodb = dynalite({ createTableMs: 0 });
  const secrets = createSecrets();
  const calls: RecordedCall[] = [];
  let waves = createWaves([]);
  let refusals: (string | undefined)[] = [];
  let connections = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAtMs = performance.now();
    const body = await text(request);
    const { peer, operation } = identify(request);
    const wave = await waves.join();
    const delayMs = typeof delays === 'number' ? delays : (delays[peer] ?? 0);
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    response.once('finish', () => {
      calls.push({ peer, operation, wave, startedAtMs, endedAtMs: performance.now() });
    });
    const path = request.url ?? '';
    if (peer === 'vonage') {
      answerAsVonage(request, response, (answer) => tell({ peer, path, body, answer }));
      return;
    }
    tell({ peer, path, body });
    const refusal = peer === 'dynamodb' ? refusals.shift() : undefined;
    if (refusal !== undefined) refuse(response, refusal);
    else if (peer === 'dynamodb' && memory) answerFrom(memory, operation, body, response);
    else if (peer === 'dynamodb') dynamodb.emit('request', toWholeRequest(request, body), response);
    else if (peer === 'secrets') sendJson(response, 200, secrets(JSON.parse(body).SecretId));
    else sendJson(response, peer === 'lambda' ? 202 : 200, {});
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => {
    connections += 1;
  });
  const url = await listenLocally(server);
  const tables = { verifications: 'Verifications', guards: 'Guards' };
  if (!memory) await createTables(url, tables);
  calls.length = 0;
  return {
    url,
    tables,
    take: () => calls.splice(0),
    refuse: (...errors) => {
      refusals = [...errors];
    },
    answerAfter: (ms) => {
      delays = ms;
    },
    answerInWaves: (sizes) => {
      waves.release();
      waves = createWaves(sizes);
    },
    hear: (listener) => {
      tell = listener;
    },
    connections: () => connections,
    close: async () => {
      waves.release();
      await closeServer(server);
      await new Promise<void>((resolve) => dynamodb.close(() => resolve()));
    },
  };
}

interface Waves {
  /** Waits until the running wave is complete; returns its number. */
  readonly join: () => Promise<number>;
  readonly release: () => void;
}

function createWaves(sizes: readonly number[]): Waves {
  const all = sizes.map((missing) => ({ missing, complete: Promise.withResolvers<void>() }));
  return {
    join: async () => {
      const running = all.findIndex(({ missing }) => missing > 0);
      const wave = all[running];
      if (!wave) return all.length;
      wave.missing -= 1;
      if (wave.missing === 0) wave.complete.resolve();
      await wave.complete.promise;
      return running;
    },
    release: () => {
      for (const { complete } of all) complete.resolve();
    },
  };
}

function identify({
  headers,
  method,
  url = '',
}: IncomingMessage): Pick<RecordedCall, 'peer' | 'operation'> {
  const [service = '', operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation === undefined) {
    if (url.includes('/@connections/')) return { peer: 'push', operation: String(method) };
    if (url.endsWith('/invocations')) return { peer: 'lambda', operation: 'Invoke' };
    const path = url.replace(/[^/]{20,}/, '{id}');
    return { peer: 'vonage', operation: `${method} ${path}` };
  }
  if (service === 'AmazonSQS') return { peer: 'queue', operation };
  return { peer: service.startsWith('DynamoDB') ? 'dynamodb' : 'secrets', operation };
}

function createSecrets(): (secretId: string) => { readonly SecretString: string } {
  const key = (letter: string): string => letter.repeat(64);
  const secrets: Readonly<Record<string, object>> = {
    'private-key': { application_id: APPLICATION_ID, private_key: newApplicationKey().privateKey },
    signature: { ...WEBHOOK, application_id: APPLICATION_ID },
    'proof-key': { private_key: newProofKey().privateKey },
    keys: { guard_key: key('g'), token_key: key('t'), identity_key: key('i') },
  };
  return (secretId) => ({ SecretString: JSON.stringify(secrets[secretId] ?? {}) });
}

function answerAsVonage(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  tell: (answer: { readonly request_id: string }) => void,
): void {
  const isStart = url === '/v2/verify';
  const answer = { request_id: isStart ? randomUUID() : (url.split('/').at(-1) ?? '') };
  tell(answer);
  if (method === 'DELETE') response.writeHead(204).end();
  else if (isStart) sendJson(response, 202, answer);
  else sendJson(response, 200, { ...answer, status: 'completed' });
}

function answerFrom(
  memory: MemoryDynamoDb,
  operation: string,
  body: string,
  response: ServerResponse,
): void {
  const input = JSON.parse(body);
  const command =
    operation === 'GetItem' ? new GetItemCommand(input) : new UpdateItemCommand(input);
  try {
    sendJson(response, 200, memory.execute(command));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    refuse(response, error.name);
  }
}

function refuse(response: ServerResponse, error: string): void {
  const status = error.startsWith('Internal') ? 500 : 400;
  sendJson(response, status, { __type: `com.amazonaws.dynamodb.v20120810#${error}` });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** dynalite reads the request itself. */
function toWholeRequest({ method, url, headers }: IncomingMessage, body: string): Readable {
  return Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers });
}

async function createTables(url: string, tables: RecordedPeers['tables']): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createTable(client, tables.verifications, VERIFICATION_ATTRIBUTES.requestId);
  await createTable(client, tables.guards, GUARD_ATTRIBUTES.key);
  client.destroy();
}
