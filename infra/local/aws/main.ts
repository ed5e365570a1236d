/**
 * The process that stands for AWS's regional services: DynamoDB (dynalite), Secrets Manager,
 * EventBridge, Systems Manager, SQS, distinguished by `X-Amz-Target`, and Lambda's asynchronous
 * invoke. `GET /_local/events` shows the events on the bus, `GET /_local/queues` the messages in
 * the queues.
 *
 * Environment: `PORT` (0: any), `DATA_FOLDER`, `STACK_FOLDER`, `REGION`, `ACCOUNT_ID`,
 * `TIME_SCALE`, `HOSTS` (JSON). Sends `{ready: true, url}` to its parent and ends with it. Requests
 * of web pages are refused.
 */
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import dynalite from 'dynalite';
import { z } from 'zod';
import { isTrustedOrigin, refusalOf } from '../access.ts';
import { runWithParent } from '../child.ts';
import { listen } from '../listen.ts';
import { openPlatformMetrics } from '../platform-metrics.ts';
import { createSecretsManager } from '../secrets-manager.ts';
import { openStateFile } from '../state-file.ts';
import { queueResource } from '../template/queues.ts';
import { measureTable } from './dynamodb-metrics.ts';
import { createEventBus } from './event-bus.ts';
import { FUNCTIONS_PATH, openFunctionInvoker } from './function-invoker.ts';
import { runOperation, type Service, toTarget } from './json-protocol.ts';
import { createParameterStore } from './parameter-store.ts';
import { openQueues } from './queues.ts';
import { openStoredMap } from './stored-map.ts';

const environment = z.object({
  PORT: z.coerce.number(),
  DATA_FOLDER: z.string(),
  STACK_FOLDER: z.string(),
  REGION: z.string(),
  ACCOUNT_ID: z.string(),
  TIME_SCALE: z.coerce.number().positive(),
  HOSTS: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
});

await runWithParent(async () => {
  const { PORT, DATA_FOLDER, STACK_FOLDER, REGION, ACCOUNT_ID, TIME_SCALE, HOSTS } =
    environment.parse(process.env);
  const access = { hosts: HOSTS, origins: [] };
  const metrics = openPlatformMetrics(STACK_FOLDER, 'dynamodb');
  mkdirSync(DATA_FOLDER, { recursive: true });
  const dynamodb = dynalite({
    path: join(DATA_FOLDER, 'dynamodb'),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  const eventBus = createEventBus();
  const functions = openFunctionInvoker();
  const queues = openQueues({
    definitions: openStoredMap(join(DATA_FOLDER, 'queues.json'), queueResource),
    stateFile: openStateFile(join(DATA_FOLDER, 'messages.jsonl')),
    region: REGION,
    timeScale: TIME_SCALE,
    deliver: functions.deliver,
    now: Date.now,
    measure: (QueueName, values) => metrics.record('AWS/SQS', { QueueName }, values),
  });
  const services: Readonly<Record<string, Service>> = {
    secretsmanager: createSecretsManager({
      file: join(DATA_FOLDER, 'secrets.json'),
      region: REGION,
      accountId: ACCOUNT_ID,
    }),
    AmazonSSM: createParameterStore(join(DATA_FOLDER, 'parameters.json')),
    AWSEvents: eventBus.service,
    AmazonSQS: queues.service,
    Local: queues.local,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request, access) ?? (isTrustedOrigin(request, []) ? undefined : 403);
    if (refusal) {
      response.writeHead(refusal).end();
      return;
    }
    if (request.method === 'GET' && request.url === '/_local/events') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(eventBus.events()));
      return;
    }
    if (request.method === 'GET' && request.url === '/_local/queues') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(queues.show()));
      return;
    }
    if (request.url?.startsWith(FUNCTIONS_PATH)) {
      functions.answer(request, await text(request), response);
      return;
    }
    const [name, operation] = toTarget(request);
    const service = services[name];
    const body = await text(request);
    if (service) runOperation(service, operation, body, response);
    else {
      measureTable(operation, body, response, metrics);
      dynamodb.emit('request', toWholeRequest(request, body), response);
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const { port } = await listen(server, PORT, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      queues.close();
      await metrics.close();
      await new Promise<void>((done) => dynamodb.close(() => done()));
    },
  };
});

/**
 * dynalite throws, and would end this process, when a client goes away in the middle of its
 * request.
 */
function toWholeRequest({ method, url, headers }: IncomingMessage, body: string): Readable {
  return Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers });
}
