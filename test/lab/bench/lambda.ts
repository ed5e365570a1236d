/** One function as Lambda runs it: a fresh process, all of a CPU for INIT, then its share. */

import { openFunction } from '../../fixtures/bundled-function.ts';
import { httpEvent } from '../../fixtures/requests.ts';
import type { Ours } from './builds.ts';
import { openCpuCap, WHOLE_CPU_MEGABYTES } from './cpu-cap.ts';
import { checkRequest, type Request, startRequest, webhookRequest } from './requests.ts';

export interface Lambda {
  readonly pid: number;
  readonly initMs: number;
  /** @returns the body. @throws when the status is not the expected one */
  ask(request: Request): Promise<string>;
  /** @returns what the function answered */
  invoke(event: object): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly statusCode: number;
  readonly body?: string;
}

export interface LambdaOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes?: number;
}

export const MEMORY_MEGABYTES = 512;

/** Resolves when INIT is over. */
export async function openLambda(options: LambdaOptions): Promise<Lambda> {
  const { folder, environment, memoryMegabytes = MEMORY_MEGABYTES } = options;
  const { running, lines } = await openFunction(folder, { environment, memoryMegabytes });
  const cap = openCpuCap(memoryMegabytes);
  const { pid = 0, initMs = Number.NaN } = running;
  cap.apply(pid);
  const invoke = async (event: object): Promise<Answer> => {
    const result = await running.invoke(JSON.stringify(event));
    if (result.type === 'success') return JSON.parse(result.payload);
    throw new Error(`${folder}: ${result.detail}\n${lines.slice(-3).join('\n')}`);
  };
  return {
    pid,
    initMs,
    invoke,
    ask: async (request) => read(await invoke(httpEvent(request.route, request)), request),
    async close() {
      running.kill();
      await running.exited;
      cap.close();
    },
  };
}

export function read(
  { statusCode, body = '' }: Answer,
  { route, status }: Pick<Request, 'route' | 'status'>,
): string {
  if (statusCode !== status) throw new Error(`${route} was answered ${statusCode}: ${body}`);
  return body;
}

type Requests = Readonly<Record<Ours, () => Promise<Request>>>;

/** Those of the three functions; a check is about a verification that `start` in this folder begins. */
export async function openRequests(
  start: LambdaOptions,
): Promise<Requests & { readonly close: () => Promise<void> }> {
  const starter = await openLambda({ ...start, memoryMegabytes: WHOLE_CPU_MEGABYTES });
  return {
    start: async () => startRequest(),
    webhook: async () => webhookRequest(),
    'check-code': async () => checkRequest(JSON.parse(await starter.ask(startRequest()))),
    close: starter.close,
  };
}
