/**
 * One cold start over the Runtime API: a fresh process, INIT, the first request, then warm ones.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { startExecutionEnvironment } from '../../../../infra/local/lambda-runtime/execution-environment.ts';
import type { CpuCap } from '../cpu-cap.ts';
import { residentMegabytesOf } from '../processes.ts';
import { summarize } from '../statistics.ts';

export interface ColdStart {
  /** Process start to readiness. */
  readonly initMs: number;
  /** The first request, as its caller sees it. */
  readonly firstMs: number;
  /** Median of the requests after that. */
  readonly warmMs: number;
  readonly residentMegabytes: number;
}

export interface LambdaCandidate {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nextEvent: () => object | Promise<object>;
  readonly expectedStatus: number;
}

export interface OpenedLambda {
  readonly environment: Awaited<ReturnType<typeof startExecutionEnvironment>>;
  readonly ready: Promise<void>;
  readonly lines: readonly string[];
}

export const MEMORY_MEGABYTES = 512;
const WARM_REQUESTS = 8;
/** Lets a capped process have its share again, as the pauses between requests do. */
export const PAUSE_MS = 50;

export async function startLambda(candidate: LambdaCandidate, cap: CpuCap): Promise<ColdStart> {
  const { environment: lambda, ready, lines } = await openLambda(candidate);
  try {
    await ready;
    if (lambda.pid !== undefined) cap.apply(lambda.pid);
    const ask = async (): Promise<number> => {
      const event = JSON.stringify(await candidate.nextEvent());
      await sleep(PAUSE_MS);
      const startedAt = performance.now();
      const result = await lambda.invoke(event);
      const tookMs = performance.now() - startedAt;
      assertStatus(result, candidate, lines);
      return tookMs;
    };
    const firstMs = await ask();
    const residentMegabytes = residentMegabytesOf(lambda.pid ?? 0);
    const warm: number[] = [];
    while (warm.length < WARM_REQUESTS) warm.push(await ask());
    const { initMs = Number.NaN } = lambda;
    return { initMs, firstMs, warmMs: summarize(warm).median, residentMegabytes };
  } finally {
    lambda.kill();
    await lambda.exited;
  }
}

interface OpenOptions {
  readonly memoryMegabytes?: number;
}

/** A process that stays, for what must have happened before a measured request. */
export async function openLambda(
  { folder, environment }: Pick<LambdaCandidate, 'folder' | 'environment'>,
  { memoryMegabytes = MEMORY_MEGABYTES }: OpenOptions = {},
): Promise<OpenedLambda> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const lines: string[] = [];
  const started = await startExecutionEnvironment(
    {
      name: 'measured',
      arn: 'arn:aws:lambda:eu-central-1:000000000000:function:measured',
      codeFolder: folder,
      handler: 'index.handler',
      timeoutMs: 25_000,
      initTimeoutMs: 10_000,
      nodeOptions: [],
      memoryMegabytes,
      region: 'eu-central-1',
      logFormat: 'JSON',
      logLevel: 'INFO',
      environment,
    },
    {
      onIdle: () => resolve(),
      onExit: () => reject(new Error(`${folder} ended: ${lines.join('\n')}`)),
      onLine: (line) => void lines.push(line),
    },
  );
  ready.catch(() => {}); // whoever awaits it gets the failure
  return { environment: started, ready, lines };
}

function assertStatus(
  result: Awaited<ReturnType<OpenedLambda['environment']['invoke']>>,
  { folder, expectedStatus }: LambdaCandidate,
  lines: readonly string[],
): void {
  const detail = result.type === 'success' ? result.payload : result.detail;
  const { statusCode } = result.type === 'success' ? JSON.parse(result.payload) : {};
  if (statusCode === expectedStatus) return;
  throw new Error(`${folder} answered ${detail}\n${lines.slice(-3).join('\n')}`);
}
