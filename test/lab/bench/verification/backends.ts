/** The backends that are compared, each one cold: ours, and what a user would write instead. */

import { WebSocket } from 'ws';
import { ENV, WARMED } from '../../../../shared/config.ts';
import { variables } from '../../../system/performance/bundled-function.ts';
import type { RecordedPeers } from '../../../system/performance/recorded-peers.ts';
import { httpEvent, socketEvent } from '../../../system/performance/requests.ts';
import { closeConnections, type Reply, send } from '../../load/http.ts';
import type { Builds } from '../cold/builds.ts';
import { peerVariables } from '../cold/candidates.ts';
import {
  checkEvent,
  type Started,
  signedWebhook,
  startEvent,
  webhookEvent,
} from '../cold/requests.ts';
import { openCpuCap } from '../cpu-cap.ts';
import { type PeerServer, startPeerServer } from '../load/peer-server.ts';
import { createLambdas, type Wait } from './lambdas.ts';

export interface Backend {
  /** Before the tap. */
  prepare?(): Promise<void>;
  start(phoneNumber: string): Promise<Started>;
  /** Opens the app's socket, whose id is `connection`, and subscribes. */
  listen(started: Started, connection: string, onMessage: (text: string) => void): Promise<void>;
  check(started: Started): Promise<void>;
  /** Absent where there are no proofs. */
  prove?(started: Started, phoneNumber: string): Promise<void>;
  /** Delivers Vonage's webhook with the check_url. */
  webhook(requestId: string): Promise<void>;
  /** Invokes a function asynchronously, as `start` has asked. */
  warm?(name: string): void;
  /** Of the first event of each function. */
  readonly waits?: ReadonlyMap<string, Wait>;
  close(): Promise<void>;
}

export function createOurs(
  builds: Builds,
  peers: RecordedPeers,
  { memoryMegabytes, together }: { readonly memoryMegabytes: number; readonly together: boolean },
): Backend {
  const environment = {
    ...variables(peers),
    [ENV.clockQueue]: `${peers.url}/queue`,
    [ENV.queueEndpoint]: peers.url,
    ...(together && {
      [ENV.warmTogether]: JSON.stringify(WARMED),
      [ENV.lambdaEndpoint]: peers.url,
    }),
  };
  const lambdas = createLambdas({ folderOf: builds.lean, environment, memoryMegabytes });
  const { waits, warm, close } = lambdas;
  return {
    prepare: () => lambdas.prepare(together ? WARMED : []),
    waits,
    warm,
    close,
    start: async (number) => read(await lambdas.invoke('start', startEvent(number)), 202),
    async listen({ client_token: token }, connection, onMessage) {
      const headers = { 'Sec-WebSocket-Protocol': `silent-auth.v1, ${token}` };
      const connect = socketEvent('$connect', { headers }, connection);
      expectStatus(await lambdas.invoke('connect', connect), 200);
      const body = { action: 'subscribe', client_token: token };
      const subscribe = socketEvent('$default', { body }, connection);
      const answer = await lambdas.invoke('message', subscribe);
      expectStatus(answer, 200);
      onMessage(answer.body ?? '');
    },
    check: async (started) =>
      expectStatus(await lambdas.invoke('check-code', checkEvent(started)), 200),
    async prove({ client_token: token }, number) {
      const headers = { authorization: `Bearer ${token}` };
      const event = httpEvent('POST /proof', { headers, body: { phone_number: number } });
      expectStatus(await lambdas.invoke('proof', event), 200);
    },
    webhook: async (id) => expectStatus(await lambdas.invoke('webhook', webhookEvent(id)), 204),
  };
}

/** One function for every route. */
export function createSdkLambda(
  builds: Builds,
  peers: RecordedPeers,
  memoryMegabytes: number,
): Backend {
  const { invoke, close } = createLambdas({
    folderOf: () => builds.peerLambda,
    environment: peerVariables(peers),
    memoryMegabytes,
  });
  return {
    close,
    start: async (number) => read(await invoke('all', startEvent(number)), 202),
    async listen(started, connectionId, onMessage) {
      const body = JSON.stringify(started);
      const event = { routeKey: '$default', body, headers: {}, requestContext: { connectionId } };
      const answer = await invoke('all', event);
      expectStatus(answer, 200);
      onMessage(answer.body ?? '');
    },
    check: async (started) => expectStatus(await invoke('all', checkEvent(started)), 200),
    webhook: async (id) => expectStatus(await invoke('all', webhookEvent(id)), 204),
  };
}

/** The process starts with the first request, as a function does. */
export function createExpress(
  builds: Builds,
  peers: RecordedPeers,
  memoryMegabytes: number,
): Backend {
  const cap = openCpuCap(memoryMegabytes);
  let server: PeerServer | undefined;
  let socket: WebSocket | undefined;
  const post = (path: string, body: object, headers = {}): Promise<Reply> =>
    send('POST', `${server?.url}${path}`, { body, headers });
  return {
    async start(number) {
      server = await startPeerServer(builds.peerExpress, peerVariables(peers));
      cap.apply(server.pid);
      return read(toAnswer(await post('/start', { phone_number: number })), 202);
    },
    listen: (started, _, onMessage) =>
      new Promise((resolve, reject) => {
        socket = new WebSocket(`${server?.url}`.replace('http', 'ws'));
        socket.once('error', reject);
        socket.once('open', () => socket?.send(JSON.stringify(started)));
        socket.on('message', (data) => {
          onMessage(data.toString());
          resolve();
        });
      }),
    async check({ request_id, client_token: token }) {
      const body = { request_id, code: 'aBc123' };
      const answer = await post('/check-code', body, { authorization: `Bearer ${token}` });
      expectStatus(toAnswer(answer), 200);
    },
    async webhook(requestId) {
      const { body, authorization } = signedWebhook(requestId);
      expectStatus(toAnswer(await post('/webhook', JSON.parse(body), { authorization })), 204);
    },
    async close() {
      socket?.terminate();
      closeConnections();
      await server?.close();
      cap.close();
    },
  };
}

interface Answer {
  readonly statusCode: number;
  readonly body?: string;
}

function toAnswer({ status, text }: Reply): Answer {
  return { statusCode: status, body: text };
}

function expectStatus({ statusCode, body }: Answer, wanted: number): void {
  if (statusCode !== wanted) throw new Error(`answered ${statusCode}: ${body}`);
}

function read(answer: Answer, wanted: number): Started {
  expectStatus(answer, wanted);
  return JSON.parse(answer.body ?? '');
}
