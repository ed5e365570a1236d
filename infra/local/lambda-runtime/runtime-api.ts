/**
 * The Runtime API of one execution environment: delivers invocations to it and receives its
 * answers. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../listen.ts';

const PREFIX = '/2018-06-01/runtime';

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly payload: string;
}

/** The environment's answer; `source` is `init` when it could not load its handler. */
export type RuntimeReport =
  | { readonly type: 'idle' }
  | { readonly type: 'response'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'error'; readonly source: 'init' | 'invocation'; readonly payload: string };

export interface RuntimeApi {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Answers the environment's open request for work; call it only after `idle`. */
  deliver(invocation: Invocation): void;
  close(): void;
}

export async function startRuntimeApi(report: (said: RuntimeReport) => void): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${PREFIX}/invocation/next`) {
      waiting = response;
      report({ type: 'idle' });
      return;
    }
    const payload = await text(request);
    const [, requestId, kind] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    if (path === `${PREFIX}/init/error`) report({ type: 'error', source: 'init', payload });
    else if (kind === 'error') report({ type: 'error', source: 'invocation', payload });
    else if (requestId) report({ type: 'response', requestId, payload });
  }

  const { port } = await listen(server, 0, '127.0.0.1');
  server.unref();
  return {
    address: `127.0.0.1:${port}`,
    deliver(invocation) {
      const response = waiting;
      waiting = undefined;
      response
        ?.writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': invocation.requestId,
          'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
          'lambda-runtime-invoked-function-arn': invocation.functionArn,
          'lambda-runtime-trace-id': traceId(),
        })
        .end(invocation.payload);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function traceId(): string {
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${hex(24)};Parent=${hex(16)};Sampled=0`;
}
