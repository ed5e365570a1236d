/**
 * The whole stack on one machine: synthesizes the CDK app, reads its template and runs it.
 * `npm start`, the demo, tests and benchmarks use it.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Access, NO_MORE_ACCESS } from './access.ts';
import { openAssembly } from './assemblies.ts';
import type { Child } from './child.ts';
import { limitConcurrency } from './concurrency.ts';
import { LOGS_FOLDER } from './dashboard/collected.ts';
import { writeMonitoring } from './dashboard/monitoring.ts';
import { serveDashboard } from './dashboard/serve.ts';
import { type Endpoints, removeEndpoints, toEndpoints, writeEndpoints } from './endpoints.ts';
import { LocalStackError } from './error.ts';
import { lockFolder } from './folder-lock.ts';
import { type FunctionLine, openFunctionLogs } from './function-logs.ts';
import { type Development, openFunctions } from './functions.ts';
import { openGateway } from './gateway/gateway.ts';
import type { ServePage } from './gateway/http-api.ts';
import type { Invoke } from './gateway/integration.ts';
import { type Listener, openListener } from './gateway/listener.ts';
import { toInitialSecrets } from './initial-secrets.ts';
import { answerInvocations } from './invocations.ts';
import type { FunctionPool } from './lambda-runtime/function-pool.ts';
import type { LocalAddresses } from './local-environment.ts';
import { type LocalIdentity, openLocalIdentity } from './local-identity.ts';
import { measureFunction } from './measured.ts';
import { withPatience } from './patience.ts';
import { openPlatformMetrics } from './platform-metrics.ts';
import { openService, type Service } from './service.ts';
import { startAws, startVonage } from './services.ts';
import { createParameters, createQueues, createSecrets, createTables } from './storage.ts';
import { readAssembly } from './synthesize.ts';
import type { Api } from './template/apis.ts';
import { type LocalTemplate, readTemplate } from './template.ts';

/** 0: any free port. */
export interface Ports {
  readonly api: number;
  readonly websocket: number;
  readonly vonage: number;
  readonly aws: number;
}

export interface StackOptions {
  /** Folder for everything that the stack keeps. */
  readonly localFolder: string;
  /** @default any free ones */
  readonly ports?: Partial<Ports>;
  /** Hosts and web origins that may call, in addition to those of this machine. @default none */
  readonly access?: Access;
  /** Overrides of the context in `cdk.json`. @default `{stage: 'dev'}` */
  readonly context?: Readonly<Record<string, unknown>>;
  /**
   * A cloud assembly. @default that of these sources and this context, synthesized unless it is
   * cached
   */
  readonly assemblyFolder?: string;
  /** Address of another Vonage. @default the simulator */
  readonly vonageBaseUrl?: string | undefined;
  /**
   * Factor by which every duration of the simulator and the queues is multiplied: with 0.1, 60 s
   * become 6 s. @default 1
   */
  readonly timeScale?: number;
  /** Address of another DynamoDB. @default dynalite, in `localFolder` */
  readonly dynamodbEndpoint?: string | undefined;
  /** @default functions run as they are deployed */
  readonly development?: Development;
  /** Added to every function's variables. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** Node options of every function's process. @default none */
  readonly nodeOptions?: readonly string[];
  /**
   * Factor by which the time limits of Lambda and API Gateway are multiplied, for a slow machine.
   * @default 1
   */
  readonly patience?: number;
  /**
   * Most concurrent invocations of all functions together, like an account's quota. @default no
   * limit
   */
  readonly accountConcurrency?: number;
  /** Aborts the start of the stack, which then throws and leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** Pages served next to the API. */
  readonly servePage?: ServePage;
}

export interface Stack {
  readonly endpoints: Endpoints;
  /** Calls `listener` with every line of every function; returns a function that removes it. */
  onLine(listener: (line: FunctionLine) => void): () => void;
  /** Ids of the running processes, by function. */
  processes(): Readonly<Record<string, readonly number[]>>;
  /**
   * Ends the processes of these functions, busy ones after their answer; the next request starts
   * new ones.
   */
  replaceProcesses(functions: readonly string[]): void;
  /** The other processes: the store with the rest of AWS, and the simulator if it is used. */
  readonly services: Readonly<Record<'aws', Service> & Partial<Record<'vonage', Service>>>;
  /** Resolves when a part that should keep running has ended. */
  readonly broken: Promise<LocalStackError>;
  /** Ends every process and listener; safe to repeat. */
  close(): Promise<void>;
}

/** Lambda's time limit for the INIT phase. */
const INIT_TIMEOUT_MS = 10_000;

/** Functions to call at the end. */
type Closers = (() => Promise<void> | void)[];

/**
 * @throws LocalStackError for faults that the user can correct, such as a port in use or an unknown
 * resource in the template
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closers: Closers = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeAll(closers);
    return closed;
  };
  try {
    const opened = await openStack(options, closers);
    const broken = opened.broken.then((error) => (closed ? new Promise<never>(() => {}) : error));
    return { ...opened, broken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openStack(options: StackOptions, closers: Closers): Promise<Omit<Stack, 'close'>> {
  const folder = resolve(options.localFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closers.push(lockFolder(folder));
  const endpointsFile = join(folder, 'endpoints.json');
  removeEndpoints(endpointsFile);
  closers.push(() => removeEndpoints(endpointsFile));

  const { access = NO_MORE_ACCESS, timeScale = 1 } = options;
  const open = (variable: string, port = 0) => openPort(variable, port, access, closers);
  const api = await open('API_PORT', options.ports?.api);
  const websocket = await open('WEBSOCKET_PORT', options.ports?.websocket);
  const identity = openLocalIdentity(join(folder, 'identity.json'));
  const starting = [
    prepareTemplate(options),
    openChild((port) => startAws({ port, folder, access, timeScale }), options.ports?.aws, closers),
    options.vonageBaseUrl === undefined
      ? openSimulator(options, folder, identity, api, closers)
      : undefined,
  ] as const;
  await Promise.allSettled(starting); // even when one fails, everything that was started must be closed
  const [read, aws, vonage] = await Promise.all(starting);
  const template = options.development?.inspected ? withoutTimeouts(read) : read;
  const addresses: LocalAddresses = {
    httpApiId: template.http.apiId,
    httpApi: `http://${api.host}`,
    websocketApiId: template.websocket.apiId,
    websocketHost: websocket.host,
    domains: template.domains,
    vonage: vonage?.url ?? options.vonageBaseUrl?.replace(/\/$/, '') ?? '',
    dynamodb: options.dynamodbEndpoint ?? aws.url,
    aws: aws.url,
    origins: access.origins,
  };
  await createTables(addresses.dynamodb, template.tables);
  await createSecrets(addresses.aws, toInitialSecrets(template, identity));
  await createParameters(addresses.aws, template.parameters);

  writeMonitoring(folder, template.monitoring);
  const metrics = openPlatformMetrics(folder, 'gateway');
  const logs = openFunctionLogs(join(folder, LOGS_FOLDER));
  closers.push(
    () => metrics.close(),
    () => logs.close(),
  );
  const { functionEnvironment: extraEnvironment = {}, nodeOptions = [], patience = 1 } = options;
  const { development } = options;
  const opened = openFunctions({
    template,
    addresses,
    logs,
    extraEnvironment,
    development,
    nodeOptions,
    initTimeoutMs: INIT_TIMEOUT_MS * patience,
  });
  const pools = [...opened.values()];
  closers.push(async () => void (await Promise.all(pools.map((pool) => pool.close()))));
  const functions = new Map(
    [...opened].map(([name, pool]) => [name, measureFunction(pool, name, metrics)]),
  );
  const servePage: ServePage = (request, response) =>
    serveDashboard(folder, request, response) || options.servePage?.(request, response) === true;
  const { origins } = access;
  const { accountConcurrency = Infinity } = options;
  const invoke = limitConcurrency(invokeBy(functions), accountConcurrency);
  closers.push(openGateway({ template, invoke, api, websocket, servePage, metrics, origins }));
  const { eventInvoke } = template;
  closers.push(answerInvocations({ aws, invoke, eventInvoke, timeScale }));
  await createQueues(addresses.aws, template.queues);

  const endpoints = toEndpoints(template, addresses, identity);
  writeEndpoints(endpointsFile, endpoints);
  return {
    endpoints,
    onLine: (listener) => logs.listen(listener),
    processes: () => Object.fromEntries(pools.map((pool) => [pool.label, pool.processes()])),
    replaceProcesses(names) {
      for (const pool of pools) if (names.includes(pool.label)) pool.replace();
    },
    services: { aws, ...(vonage && { vonage }) },
    broken: Promise.race([aws.broken, vonage?.broken ?? NEVER]),
  };
}

async function openPort(
  variable: string,
  port: number,
  access: Access,
  closers: Closers,
): Promise<Listener> {
  try {
    const listener = await openListener(port, access);
    closers.push(() => listener.close());
    return listener;
  } catch (cause) {
    if (!(cause instanceof LocalStackError)) throw cause;
    throw new LocalStackError(`${cause.message} (${variable})`, { cause });
  }
}

async function prepareTemplate(options: StackOptions): Promise<LocalTemplate> {
  const { assemblyFolder, signal, patience = 1 } = options;
  const context = { stage: 'dev', ...options.context };
  const assembly = await readAssembly(assemblyFolder ?? (await openAssembly({ context, signal })));
  return withPatience(readTemplate(assembly), patience);
}

function invokeBy(functions: ReadonlyMap<string, FunctionPool>): Invoke {
  return async (name, event) => {
    const pool = functions.get(name);
    if (!pool) throw new LocalStackError(`something calls ${name}, which the template lacks`);
    return pool.invoke(event);
  };
}

const NEVER = new Promise<never>(() => {});
/** Longest delay of a timer. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** Time limits that a debugging session does not reach. */
function withoutTimeouts(template: LocalTemplate): LocalTemplate {
  const patient = (api: Api): Api => {
    const routes = api.routes.map((route) => ({ ...route, timeoutMs: NO_TIMEOUT_MS }));
    return { ...api, routes };
  };
  return { ...template, http: patient(template.http), websocket: patient(template.websocket) };
}

async function openChild(
  start: (port: number) => Promise<Child>,
  port = 0,
  closers: Closers,
): Promise<Service> {
  const service = await openService(start, port);
  closers.push(() => service.close());
  return service;
}

function openSimulator(
  { ports, timeScale = 1, access = NO_MORE_ACCESS }: StackOptions,
  folder: string,
  identity: LocalIdentity,
  api: Listener,
  closers: Closers,
): Promise<Service> {
  const apiUrl = `http://${api.host}`;
  return openChild(
    (port) => startVonage({ port, folder, identity, apiUrl, timeScale, access }),
    ports?.vonage,
    closers,
  );
}

/** Closes what was opened last first. */
async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.toReversed()) await close();
}
