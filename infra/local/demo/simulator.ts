/** Gives a story access to the simulated Vonage: delivered codes, faults and received calls. */
import { z } from 'zod';

const TIMEOUT_MS = 60_000;
const messages = z.array(z.object({ code: z.string() }));
const calls = z.array(z.object({ operation: z.string() }).loose());

/** Time that Vonage needs for a check_url, roughly. */
const CHECK_URL_DELAY_MS = 250;

export interface Simulator {
  /** Vonage sends the check_url by webhook only, after a delay: the asynchronous way. */
  workAsynchronously(): Promise<void>;
  /** The newest code sent to this address. */
  code(to: string): Promise<string>;
  /** The handset of this number receives the `request_id` of another verification. */
  swapRequestId(to: string): Promise<void>;
  /** How many codes of this verification the backend has sent to Vonage. */
  checks(requestId: string): Promise<number>;
}

export function connectSimulator(url: string): Simulator {
  async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      ...init,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${path}`);
    return response.json();
  }

  async function addFaults(rules: readonly unknown[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await ask('/faults', { method: 'POST', headers, body: JSON.stringify(rules) });
  }

  return {
    async code(to) {
      const [newest] = messages.parse(await ask(`/inbox?to=${encodeURIComponent(to)}`));
      if (!newest) throw new Error('no code was delivered');
      return newest.code;
    },
    workAsynchronously: () =>
      addFaults([
        { request: { check_url_in: 'webhook' } },
        { webhook: { on: { status: 'action_pending' }, delay_ms: CHECK_URL_DELAY_MS } },
      ]),
    swapRequestId: (to) =>
      addFaults([{ to: to.replace('+', ''), request: { result_request_id: 'other' } }]),
    async checks(requestId) {
      const path = `/_local/calls?operation=check&request_id=${requestId}`;
      return calls.parse(await ask(path)).length;
    },
  };
}
