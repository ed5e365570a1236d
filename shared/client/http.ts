/** One HTTP call with a time limit. It throws a problem, or the reason of the caller's signal. */

import type { Environment } from './environment.ts';
import { parseJson } from './json.ts';
import { isProblem, networkProblem, toProblem } from './problem.ts';
import { abortable, onAbort, throwIfAborted } from './waiting.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The server's clock in epoch milliseconds; absent when the `Date` header is not readable. */
  readonly atMs?: number;
}

export type Http = (call: Call) => Promise<Answer>;

export function createHttp(apiUrl: string, { fetch, timing }: Environment): Http {
  const base = apiUrl.replace(/\/+$/, '');

  return async ({ method, path, token, headers, body, signal }) => {
    throwIfAborted(signal);
    const ending = new AbortController();
    const abort = (): void => ending.abort();
    const release = onAbort(signal, abort);
    const timer = setTimeout(abort, method === 'GET' ? timing.statusMs : timing.requestMs);
    try {
      const work = exchange(`${base}${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: ending.signal,
      });
      return await abortable(work, ending.signal);
    } catch (error) {
      throwIfAborted(signal);
      throw isProblem(error) ? error : networkProblem();
    } finally {
      clearTimeout(timer);
      release();
    }
  };

  async function exchange(url: string, init: Parameters<typeof fetch>[1]): Promise<Answer> {
    const response = await fetch(url, init);
    const body = parseJson(await response.text());
    if (response.status < 200 || response.status > 299) {
      throw toProblem(response.status, body);
    }
    const atMs = Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, body, ...(!Number.isNaN(atMs) && { atMs }) };
  }
}
