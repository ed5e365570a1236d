/**
 * The client's `fetch` on this page. It records requests and answers, and can lose an answer on
 * demand.
 */

import { mask } from './mask.ts';
import type { Radio } from './radio.ts';
import type { Wire } from './wire.ts';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export function createObservedFetch(wire: Wire, radio: Radio): Fetch {
  return async (url, init) => {
    const { method = 'GET', body, headers } = init;
    const path = new URL(url).pathname;
    const name = `${method} ${path}`;
    await radio.reach();
    wire.record({
      atMs: Date.now(),
      from: 'app',
      to: 'backend',
      label: name,
      tone: 'plain',
      content: mask({ headers: showHeaders(headers), body: parse(body) }),
    });
    const isLost = radio.losesAnswer(path);
    const exchanged = exchange(url, { ...init, signal: null });
    exchanged.then(
      ({ response, answer }) => recordAnswer(response.status, answer, isLost, init.signal?.aborted),
      () => undefined,
    );
    const { response } = await orAborted(exchanged, init.signal);
    if (isLost) throw new TypeError('the phone changed networks');
    return response;
  };

  /**
   * Records an answer. When a push brings the outcome first, the client aborts the call, but the
   * answer still arrives.
   */
  function recordAnswer(status: number, answer: unknown, isLost: boolean, isOutrun = false): void {
    const fate = isLost ? ' lost on the way' : isOutrun ? ' after the push' : '';
    wire.record({
      atMs: Date.now(),
      from: 'backend',
      to: 'app',
      label: `${status}${fate}`,
      outcome: outcomeOf(answer),
      tone: isLost ? 'lost' : isOutrun ? 'ignored' : status < 400 ? 'plain' : 'bad',
      content: mask({ status, body: answer }),
    });
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}

async function exchange(
  url: string,
  init: RequestInit,
): Promise<{ readonly response: Response; readonly answer: unknown }> {
  const response = await fetch(url, init);
  return { response, answer: parse(await response.clone().text()) };
}

/** The verification's status, or the problem's code. */
function outcomeOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return '';
  if ('title' in answer && 'code' in answer) return String(answer.code);
  if ('verification' in answer) return statusOf(answer.verification);
  return '';
}

export function statusOf(verification: unknown): string {
  if (typeof verification !== 'object' || verification === null) return '';
  return 'status' in verification ? String(verification.status) : '';
}

function showHeaders(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
