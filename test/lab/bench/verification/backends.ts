/** The backends that are compared, each one cold: ours, and what a user would write instead. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { ENV, WARMED } from '../../../../shared/config.ts';
import { variables } from '../../../fixtures/bundled-function.ts';
import type { RecordedPeers } from '../../../fixtures/recorded-peers.ts';
import { httpEvent, socketEvent } from '../../../fixtures/requests.ts';
import type { Builds } from '../builds.ts';
import { openCpuCap } from '../cpu-cap.ts';
import { MEMORY_MEGABYTES, read } from '../lambda.ts';
import { peerVariables } from '../peers/variables.ts';
import type { Request, Started } from '../requests.ts';
import { createLambdas, type Waits } from './lambdas.ts';

export interface Backend {
  /** Before the tap. */
  prepare?(): Promise<void>;
  /** @returns the body. @throws when the status is not the expected one */
  ask(request: Request): Promise<string>;
  /** Opens the app's socket, whose id is `connection`, and subscribes. */
  listen(started: Started, connection: string, onMessage: (text: string) => void): Promise<void>;
  readonly hasProofs?: boolean;
  /** Invokes a function asynchronously, as `start` has asked. */
  warm?(name: string): void;
  readonly waits?: Waits;
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
  return {
    ...lambdas,
    hasProofs: true,
    prepare: () => lambdas.prepare(together ? WARMED : []),
    async ask(request) {
      const { route } = request;
      return read(
        await lambdas.invoke(route.slice('POST /'.length), httpEvent(route, request)),
        request,
      );
    },
    async listen({ client_token: token }, connection, onMessage) {
      const headers = { 'Sec-WebSocket-Protocol': `silent-auth.v1, ${token}` };
      const connect = socketEvent('$connect', { headers }, connection);
      read(await lambdas.invoke('connect', connect), { route: '$connect', status: 200 });
      const body = { action: 'subscribe', client_token: token };
      const subscribe = socketEvent('$default', { body }, connection);
      onMessage(read(await lambdas.invoke('message', subscribe), SUBSCRIPTION));
    },
  };
}

const SUBSCRIPTION = { route: '$default', status: 200 };

/** One function for every route. */
export function createSdkLambda({ peerLambda }: Builds, peers: RecordedPeers): Backend {
  const { invoke, close } = createLambdas({
    folderOf: () => peerLambda,
    environment: peerVariables(peers),
  });
  return {
    close,
    ask: async (request) => read(await invoke('all', httpEvent(request.route, request)), request),
    async listen(started, connectionId, onMessage) {
      const body = JSON.stringify(started);
      const event = { routeKey: '$default', body, headers: {}, requestContext: { connectionId } };
      onMessage(read(await invoke('all', event), SUBSCRIPTION));
    },
  };
}

/** The process starts with the first request, as a function does. */
export function createExpress({ peerExpress }: Builds, peers: RecordedPeers): Backend {
  const cap = openCpuCap(MEMORY_MEGABYTES);
  const closers: (() => unknown)[] = [cap.close];
  const env = { ...peerVariables(peers), NODE_ENV: 'production' };
  let host: string | undefined;

  async function start(): Promise<string> {
    const child = spawn(process.execPath, [join(peerExpress, 'index.mjs')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    closers.push(() => child.kill('SIGKILL') && exited);
    const ended = exited.then(() => Promise.reject(new Error('Express has ended')));
    const listening = once(createInterface({ input: child.stdout }), 'line');
    const [port] = await Promise.race([listening, ended]);
    cap.apply(child.pid ?? 0);
    return `127.0.0.1:${port}`;
  }

  return {
    async ask({ route, headers = {}, body, status }) {
      host ??= await start();
      const [method = '', path] = route.split(' ');
      const answer = await fetch(`http://${host}${path}`, {
        method,
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return read({ statusCode: answer.status, body: await answer.text() }, { route, status });
    },
    async listen(started, _, onMessage) {
      const socket = new WebSocket(`ws://${host}`);
      closers.push(() => socket.terminate());
      socket.on('message', (data) => onMessage(data.toString()));
      await once(socket, 'open');
      socket.send(JSON.stringify(started));
      await once(socket, 'message');
    },
    async close() {
      for (const close of closers.toReversed()) await close();
    },
  };
}
