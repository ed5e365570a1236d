/**
 * Everything that a function calls, on one port: DynamoDB, secrets, the sockets' management API,
 * Vonage. It keeps who was called and when; answers can be made to wait.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { closeServer, listenLocally } from '../../fixtures/listen.ts';
import { newProofKey } from '../../fixtures/proofs.ts';
import { newApplicationKey } from '../../fixtures/secrets.ts';
import { API_KEY, APPLICATION_ID, SIGNATURE_SECRET } from '../../fixtures/webhook-tokens.ts';
import { createMemoryDynamoDb } from '../../lab/simulation/store/memory-dynamodb.ts';

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
interface HeardCall extends Pick<RecordedCall, 'peer' | 'operation'> {
  readonly path: string;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

type Delays = number | Partial<Record<Peer, number>>;
type Listener = (call: HeardCall, reply: Reply) => void;

export type RecordedPeers = Awaited<ReturnType<typeof startRecordedPeers>>;

export async function startRecordedPeers() {
  const answers = createAnswers();
  const calls: RecordedCall[] = [];
  let delays: Delays = 0;
  let tell: Listener = () => {};
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
    const call = { peer, operation, path: request.url ?? '', body };
    const refusal = peer === 'dynamodb' ? refusals.shift() : undefined;
    const reply = refusal === undefined ? answers[peer](call) : refuse(refusal);
    tell(call, reply);
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(reply.body && JSON.stringify(reply.body));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => {
    connections += 1;
  });
  return {
    url: await listenLocally(server),
    /** Returns the calls that were answered since the last `take`. */
    take: () => calls.splice(0),
    /** The errors that DynamoDB answers to the next requests; `undefined`: it answers as usual. */
    refuse: (...errors: readonly (string | undefined)[]) => {
      refusals = [...errors];
    },
    /** Every answer takes at least this long from now on. @default 0 */
    answerAfter: (ms: Delays) => {
      delays = ms;
    },
    /** No call of a wave is answered before so many have come; calls after the last wave are. */
    answerInWaves: (sizes: readonly number[]) => {
      waves.release();
      waves = createWaves(sizes);
    },
    /** Calls `listener` with every call and its answer; there is one listener at most. */
    hear: (listener: Listener) => {
      tell = listener;
    },
    /** How many sockets were opened so far. */
    connections: () => connections,
    close: () => {
      waves.release();
      return closeServer(server);
    },
  };
}

function createWaves(sizes: readonly number[]) {
  const all = sizes.map((missing) => ({ missing, complete: Promise.withResolvers<void>() }));
  return {
    /** Waits until the running wave is complete; returns its number. */
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

function createAnswers(): Readonly<Record<Peer, (call: HeardCall) => Reply>> {
  const memory = createMemoryDynamoDb();
  const secrets = createSecrets();
  const done = (): Reply => ({ status: 200, body: {} });
  return {
    dynamodb: ({ operation, body }) => {
      const input = JSON.parse(body);
      const isRead = operation === 'GetItem';
      const command = isRead ? new GetItemCommand(input) : new UpdateItemCommand(input);
      try {
        return { status: 200, body: memory.executeOnWire(command) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return refuse(error.name);
      }
    },
    secrets: ({ body }) => {
      const secret = secrets[JSON.parse(body).SecretId] ?? {};
      return { status: 200, body: { SecretString: JSON.stringify(secret) } };
    },
    push: done,
    lambda: () => ({ status: 202, body: {} }),
    queue: done,
    vonage: ({ operation, path }) => {
      if (operation.startsWith('DELETE')) return { status: 204 };
      if (path === '/v2/verify') return { status: 202, body: { request_id: randomUUID() } };
      return { status: 200, body: { request_id: path.split('/').at(-1), status: 'completed' } };
    },
  };
}

function createSecrets(): Readonly<Record<string, object>> {
  const key = (letter: string): string => letter.repeat(64);
  return {
    'private-key': { application_id: APPLICATION_ID, private_key: newApplicationKey().privateKey },
    signature: {
      api_key: API_KEY,
      application_id: APPLICATION_ID,
      signature_secret: SIGNATURE_SECRET,
    },
    'proof-key': { private_key: newProofKey().privateKey },
    keys: { guard_key: key('g'), token_key: key('t'), identity_key: key('i') },
  };
}

function refuse(error: string): Reply {
  const status = error.startsWith('Internal') ? 500 : 400;
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${error}` } };
}
