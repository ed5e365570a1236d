/**
 * Functions as Lambda runs them: a process starts when an event meets no idle one, gets a whole CPU
 * for INIT and then its share. Lambda has a machine for each, we have one for all: what a warm-up
 * starts is through INIT before the story begins, and idle as long after its warm-up as INIT took.
 */

import { WARM_UP_EVENT } from '../../../../shared/config.ts';
import { type OpenedLambda, openLambda } from '../cold/lambda-start.ts';
import { type CpuCap, openCpuCap } from '../cpu-cap.ts';

interface Lambdas {
  /** @returns what the function answered */
  invoke(name: string, event: object): Promise<{ readonly statusCode: number; body?: string }>;
  /** Starts one process of each for {@link warm}. */
  prepare(names: readonly string[]): Promise<void>;
  /** Invokes it asynchronously. */
  warm(name: string): void;
  readonly waits: ReadonlyMap<string, Wait>;
  close(): Promise<void>;
}

/** For the first event of a function. */
export interface Wait {
  readonly ms: number;
  readonly isCold: boolean;
}

interface LambdasOptions {
  readonly folderOf: (name: string) => string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
}

interface Running extends OpenedLambda {
  readonly cap: CpuCap;
}

export function createLambdas(options: LambdasOptions): Lambdas {
  const { folderOf, environment, memoryMegabytes } = options;
  const idle = new Map<string, Running[]>();
  const all: Promise<Running>[] = [];
  const prepared = new Map<string, Running>();
  const timers: NodeJS.Timeout[] = [];
  const waits = new Map<string, Wait>();

  function start(name: string): Promise<Running> {
    const starting = open(name);
    all.push(starting);
    return starting;
  }

  async function open(name: string): Promise<Running> {
    const opened = await openLambda({ folder: folderOf(name), environment }, { memoryMegabytes });
    const cap = openCpuCap(memoryMegabytes);
    await opened.ready;
    cap.apply(opened.environment.pid ?? 0);
    return { ...opened, cap };
  }

  async function run(name: string, event: object): Promise<{ isCold: boolean; payload: string }> {
    const known = idle.get(name)?.pop();
    const lambda = known ?? (await start(name));
    const result = await lambda.environment.invoke(JSON.stringify(event));
    release(name, lambda);
    if (result.type !== 'success') {
      throw new Error(`${name}: ${result.detail}\n${lambda.lines.slice(-3).join('\n')}`);
    }
    return { isCold: known === undefined, payload: result.payload };
  }

  function release(name: string, lambda: Running): void {
    idle.set(name, [...(idle.get(name) ?? []), lambda]);
  }

  return {
    waits,
    async invoke(name, event) {
      const startedAt = performance.now();
      const { isCold, payload } = await run(name, event);
      const ms = performance.now() - startedAt;
      if (!waits.has(name)) waits.set(name, { ms, isCold });
      return JSON.parse(payload);
    },
    async prepare(names) {
      for (const name of names) prepared.set(name, await start(name));
    },
    warm(name) {
      const lambda = prepared.get(name);
      prepared.delete(name);
      if (!lambda) return;
      const warmUp = async (): Promise<void> => {
        await lambda.environment.invoke(JSON.stringify(WARM_UP_EVENT));
        release(name, lambda);
      };
      timers.push(setTimeout(warmUp, lambda.environment.initMs));
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const started of await Promise.allSettled(all)) {
        if (started.status === 'rejected') continue;
        const { environment: lambda, cap } = started.value;
        lambda.kill();
        await lambda.exited;
        cap.close();
      }
    },
  };
}
