/** The `fetch` that the phone gives to the client: it reports what travels, and loses what it must. */

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
    const { response, answer } = await exchange(url, init).catch((error: unknown) => {
      if (init.signal?.aborted) recordUnheard(wire);
      throw error;
    });
    wire.record({
      atMs: Date.now(),
      from: 'backend',
      to: 'app',
      label: `${response.status}${isLost ? ' lost on the way' : ''}`,
      outcome: outcomeOf(answer),
      tone: isLost ? 'lost' : response.ok ? 'plain' : 'bad',
      content: mask({ status: response.status, body: answer }),
    });
    if (isLost) throw new TypeError('the phone changed networks');
    return response;
  };
}

async function exchange(
  url: string,
  init: RequestInit,
): Promise<{ readonly response: Response; readonly answer: unknown }> {
  const response = await fetch(url, init);
  return { response, answer: parse(await response.clone().text()) };
}

/** The client gives up a call whose outcome it has heard by a push. */
function recordUnheard(wire: Wire): void {
  wire.record({
    atMs: Date.now(),
    from: 'backend',
    to: 'app',
    label: 'answer not awaited',
    tone: 'unheard',
    content: { note: 'The push was faster: the app needed no answer any more.' },
  });
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
