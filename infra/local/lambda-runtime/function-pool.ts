/**
 * One function with its execution environments: one for each concurrent request, started when it is
 * needed, at most ten. Further requests wait in a queue. As in Lambda, the most recently used idle
 * environment is taken first.
 */
import {
  type ExecutionEnvironment,
  type FunctionConfiguration,
  type InvocationResult,
  startExecutionEnvironment,
} from './execution-environment.ts';

const MAX_ENVIRONMENTS = 10;

export interface FunctionPool {
  readonly label: string;
  /** Invokes the function with an event; resolves with what it returned or how it failed. */
  invoke(event: unknown): Promise<InvocationResult>;
  /** Ids of the running processes, for tests that kill one. */
  processes(): readonly number[];
  /**
   * Ends every process: an idle one at once, a busy one after its answer. The next request starts a
   * new one.
   */
  replace(): void;
  close(): Promise<void>;
}

export interface FunctionPoolOptions {
  /** The function's name in messages. */
  readonly label: string;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr', pid: number | undefined) => void;
  /** Never more than 10. @default 10 */
  readonly maxEnvironments?: number | undefined;
}

interface Place {
  environment?: ExecutionEnvironment;
  gone: boolean;
  /** Ends as soon as it is idle. */
  isReplaced: boolean;
}

export function createFunctionPool(
  configuration: FunctionConfiguration,
  { label, onLine, maxEnvironments = MAX_ENVIRONMENTS }: FunctionPoolOptions,
): FunctionPool {
  // A debugger needs exactly one process, which waits for it before the first request.
  const isInspected = configuration.inspectPort !== undefined;
  const limit = isInspected ? 1 : Math.min(maxEnvironments, MAX_ENVIRONMENTS);
  const places = new Set<Place>();
  const idle: Place[] = [];
  const queue: ((place: Place) => void)[] = [];
  let closing = false;

  async function open(): Promise<Place> {
    const place: Place = { gone: false, isReplaced: false };
    places.add(place);
    try {
      place.environment = await startExecutionEnvironment(configuration, {
        onIdle: () => release(place),
        onExit: () => remove(place),
        onLine,
      });
    } catch (error) {
      remove(place);
      throw error;
    }
    return place;
  }

  function release(place: Place): void {
    if (place.isReplaced) {
      place.environment?.kill();
      return;
    }
    const next = queue.shift();
    if (next) next(place);
    else idle.push(place);
  }

  function remove(place: Place): void {
    place.gone = true;
    places.delete(place);
    const index = idle.indexOf(place);
    if (index >= 0) idle.splice(index, 1);
    if (closing) return;
    const next = queue.shift();
    if (next) void open().then(next);
    else if (isInspected && place.isReplaced) void open();
  }

  function take(): Promise<Place> {
    const place = idle.pop();
    if (place) return Promise.resolve(place);
    if (places.size < limit) return open();
    return new Promise((resolve) => queue.push(resolve));
  }

  if (isInspected) void open();
  return {
    label,
    async invoke(event) {
      try {
        const { environment } = await take();
        if (!environment || closing) return { type: 'crash', detail: 'the stack is stopping' };
        return await environment.invoke(JSON.stringify(event));
      } catch (error) {
        onLine(`cannot start a process: ${String(error)}`, 'stderr', undefined);
        return { type: 'crash', detail: 'no process could be started' };
      }
    },
    processes: () => [...places].flatMap((place) => place.environment?.pid ?? []),
    replace() {
      for (const place of places) place.isReplaced = true;
      // A process that waits for its debugger is never idle.
      const ended = isInspected ? [...places] : idle.splice(0);
      for (const { environment } of ended) environment?.kill();
    },
    async close() {
      closing = true;
      const environments = [...places].flatMap((place) => place.environment ?? []);
      for (const environment of environments) environment.kill();
      await Promise.all(environments.map((environment) => environment.exited));
    },
  };
}
