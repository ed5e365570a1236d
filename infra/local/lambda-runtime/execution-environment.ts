/**
 * One execution environment: a process that loads the bundle and handles one invocation at a time.
 * It gets the variables of the template and those of Lambda, but none of this machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type RuntimeReport, startRuntimeApi } from './runtime-api.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
/** The longest delay of a timer, for debugging sessions. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

export interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  /** Folder of the unpacked bundle. */
  readonly codeFolder: string;
  /** `<file>.<export>`. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  /** Options of Node, after those that Lambda's bootstrap sets. */
  readonly nodeOptions: readonly string[];
  readonly memoryMegabytes: number;
  readonly region: string;
  readonly logFormat: 'JSON' | 'Text';
  /** undefined: Lambda's default, INFO. */
  readonly logLevel: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** @default false: stack traces show the bundle, as in Lambda */
  readonly hasSourceMaps?: boolean;
  /**
   * Port on which the process waits for a debugger before it does anything; 0: any port. @default
   * it does not wait
   */
  readonly inspectPort?: number | undefined;
}

/** How an invocation ended; `timeout` and `crash` end the environment. */
export type InvocationResult =
  | { readonly type: 'success'; readonly payload: string }
  | {
      readonly type: 'error' | 'timeout' | 'crash' | 'init_failure' | 'throttle';
      readonly detail: string;
    };

export interface ExecutionEnvironment {
  readonly pid: number | undefined;
  /** Milliseconds from the start of the process to its first request for work. */
  readonly initMs: number | undefined;
  /** One at a time; resolves when the function has answered, failed, timed out or crashed. */
  invoke(payload: string): Promise<InvocationResult>;
  kill(): void;
  readonly exited: Promise<void>;
}

export interface EnvironmentEvents {
  /** The environment asked for its next invocation. */
  onIdle(): void;
  onExit(): void;
  /** @param pid of the process that printed it */
  onLine(line: string, stream: 'stdout' | 'stderr', pid: number | undefined): void;
}

/**
 * Starts the process. `invoke` may be called before the process is ready, because Lambda's INIT is
 * part of a cold request.
 */
export async function startExecutionEnvironment(
  configuration: FunctionConfiguration,
  { onIdle, onExit, onLine }: EnvironmentEvents,
): Promise<ExecutionEnvironment> {
  const startedAt = performance.now();
  const isInspected = configuration.inspectPort !== undefined;
  const timeoutMs = isInspected ? NO_TIMEOUT_MS : configuration.timeoutMs;
  let initMs: number | undefined;
  let ready = false;
  let pending: { payload: string; finish(result: InvocationResult): void } | undefined;
  let currentId = '';
  let timer: NodeJS.Timeout | undefined;

  const runtimeApi = await startRuntimeApi(hear);
  const child = spawnBootstrap(configuration, runtimeApi.address);
  forwardLines(child, onLine);
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  void exited.then(() => {
    runtimeApi.close();
    finish({ type: ready ? 'crash' : 'init_failure', detail: 'the process ended' });
    onExit();
  });

  function hear(said: RuntimeReport): void {
    if (said.type === 'response') {
      if (said.requestId === currentId) finish({ type: 'success', payload: said.payload });
    } else if (said.type === 'error') {
      const type = said.source === 'init' ? 'init_failure' : 'error';
      finish({ type, detail: said.payload });
    } else {
      initMs ??= performance.now() - startedAt;
      ready = true;
      if (pending) deliver(pending.payload);
      else onIdle();
    }
  }

  function deliver(payload: string): void {
    clearTimeout(timer);
    currentId = randomUUID();
    const deadlineMs = Date.now() + timeoutMs;
    timer = setTimeout(giveUp, timeoutMs, 'timeout');
    const functionArn = configuration.arn;
    runtimeApi.deliver({ requestId: currentId, functionArn, deadlineMs, payload });
  }

  function giveUp(type: 'timeout' | 'init_failure'): void {
    finish({ type, detail: `${configuration.name} ran out of time` });
    child.kill('SIGKILL');
  }

  function finish(result: InvocationResult): void {
    clearTimeout(timer);
    const { finish: settle } = pending ?? {};
    pending = undefined;
    currentId = '';
    settle?.(result);
  }

  return {
    get pid() {
      return child.pid;
    },
    get initMs() {
      return initMs;
    },
    invoke(payload) {
      return new Promise((resolve) => {
        pending = { payload, finish: resolve };
        if (child.exitCode !== null || child.signalCode !== null) {
          finish({ type: 'crash', detail: 'the process had ended' });
        } else if (ready) deliver(payload);
        else if (!isInspected)
          timer = setTimeout(giveUp, configuration.initTimeoutMs, 'init_failure');
      });
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  };
}

function spawnBootstrap(configuration: FunctionConfiguration, runtimeApi: string): ChildProcess {
  const { nodeOptions } = configuration;
  const options = [...heapOptions(configuration), ...nodeOptions, ...debugOptions(configuration)];
  return spawn(process.execPath, [...options, BOOTSTRAP], {
    cwd: configuration.codeFolder,
    env: { ...configuration.environment, ...ownVariables(configuration, runtimeApi) },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/**
 * Divides the memory as Lambda's own bootstrap does: a tenth for the young generation, the rest for
 * the old one.
 */
function heapOptions({ memoryMegabytes }: FunctionConfiguration): readonly string[] {
  const young = Math.floor(memoryMegabytes / 10);
  return [
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memoryMegabytes - young}`,
  ];
}

function debugOptions({ hasSourceMaps, inspectPort }: FunctionConfiguration): readonly string[] {
  return [
    ...(hasSourceMaps ? ['--enable-source-maps'] : []),
    ...(inspectPort === undefined ? [] : [`--inspect-wait=127.0.0.1:${inspectPort}`]),
  ];
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
function ownVariables(
  configuration: FunctionConfiguration,
  runtimeApi: string,
): Record<string, string> {
  const { SystemRoot } = process.env; // Windows cannot open a socket without it
  return {
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    _HANDLER: configuration.handler,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: configuration.logFormat,
    ...(configuration.logLevel === undefined
      ? {}
      : { AWS_LAMBDA_LOG_LEVEL: configuration.logLevel }),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${configuration.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: configuration.region,
    AWS_DEFAULT_REGION: configuration.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    LAMBDA_TASK_ROOT: configuration.codeFolder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}

function forwardLines(child: ChildProcess, onLine: EnvironmentEvents['onLine']): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const input = child[stream];
    if (input) createInterface({ input }).on('line', (line) => onLine(line, stream, child.pid));
  }
}
