/** A running stack of the fixture assembly, and clients that show what came back, unembellished. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ClientOptions, WebSocket } from 'ws';
import { type Stack, type StackOptions, startStack } from '../../../infra/local/stack.ts';
import {
  fixtureResources,
  makeTemporaryFolder,
  writeAssembly,
} from '../../fixtures/fixture-assembly.ts';

/** Nothing listens there: the fixture's functions never call Vonage. */
const NO_VONAGE = 'http://127.0.0.1:9';

export function startFixture(options: Partial<StackOptions> = {}, issuer?: string): Promise<Stack> {
  return startStack({
    localFolder: makeTemporaryFolder(),
    assemblyFolder: writeAssembly(fixtureResources(issuer)),
    vonageBaseUrl: NO_VONAGE,
    ...options,
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  /** The client's own address. */
  readonly from?: string;
}

/** One HTTP exchange, every header as it is. */
export function send(url: string, call: Call = {}): Promise<Answer> {
  const { method = 'POST', headers = {}, body, from } = call;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers, agent: false, ...(from === undefined ? {} : { localAddress: from }) },
      (response) => {
        text(response).then(
          (answer) =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Tells the fixture's function what to do. */
export function order(
  what: Readonly<Record<string, unknown>>,
  headers: Call['headers'] = {},
): Call {
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(what),
  };
}

export interface TestSocket {
  readonly socket: WebSocket;
  /** The next message as text. */
  next(): Promise<string>;
  readonly closed: Promise<{ readonly code: number }>;
}

/** @throws with the status that refused the handshake */
export async function openSocket(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<TestSocket> {
  const socket = new WebSocket(url, protocols, options);
  const messages: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  socket.on('message', (data) => {
    const message = data.toString();
    const next = waiting.shift();
    if (next) next(message);
    else messages.push(message);
  });
  const closed = new Promise<{ code: number }>((resolve) => {
    socket.once('close', (code) => resolve({ code }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    closed,
    next() {
      const message = messages.shift();
      return message === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(message);
    },
  };
}
