/**
 * Functions as Lambda runs them: a process starts when an event meets no idle one. Lambda has a
 * machine for each, we have one for all: what a warm-up starts is through INIT before the story begins,
 * and idle as long after its warm-up as INIT took.
 */

import { WARM_UP_EVENT } from '../../../../shared/config.ts';
import { type Answer, type Lambda, type LambdaOptions, openLambda } from '../lambda.ts';

interface Lambdas {
  invoke(name: string, event: object): Promise<Answer>;
  /** Starts one process of each for {@link warm}. */
  prepare(names: readonly string[]): Promise<void>;
  /** Invokes it asynchronously. */
  warm(name: string): void;
  readonly waits: Waits;
  close(): Promise<void>;
}

/** For the first event of each function. */
export type Waits = ReadonlyMap<string, { readonly ms: number; readonly isCold: boolean }>;

interface LambdasOptions extends Omit<LambdaOptions, 'folder'> {
  readonly folderOf: (name: string) => string;
}

export function createLambdas({ folderOf, ...options }: LambdasOptions): Lambdas {
  const idle = new Map<string, Lambda[]>();
  const all: Promise<Lambda>[] = [];
  const prepared = new Map<string, Lambda>();
  const timers: NodeJS.Timeout[] = [];
  const waits = new Map<string, { ms: number; isCold: boolean }>();

  function start(name: string): Promise<Lambda> {
    const starting = openLambda({ folder: folderOf(name), ...options });
    all.push(starting);
    return starting;
  }

  async function run(name: string, lambda: Lambda, event: object): Promise<Answer> {
    const answer = await lambda.invoke(event);
    idle.set(name, [...(idle.get(name) ?? []), lambda]);
    return answer;
  }

  return {
    waits,
    async invoke(name, event) {
      const startedAt = performance.now();
      const known = idle.get(name)?.pop();
      const answer = await run(name, known ?? (await start(name)), event);
      const ms = performance.now() - startedAt;
      if (!waits.has(name)) waits.set(name, { ms, isCold: known === undefined });
      return answer;
    },
    async prepare(names) {
      for (const name of names) prepared.set(name, await start(name));
    },
    warm(name) {
      const lambda = prepared.get(name);
      prepared.delete(name);
      if (lambda) timers.push(setTimeout(run, lambda.initMs, name, lambda, WARM_UP_EVENT));
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const started of await Promise.allSettled(all)) {
        if (started.status === 'fulfilled') await started.value.close();
      }
    },
  };
}
