/** The helpers that the local stack serves beside this page. */

import type { Hop } from '../hop.ts';

const TIMEOUT_MS = 10_000;

/** One entry of the simulator's journal (`docs/vonage.md`). */
export interface SimulatorCall {
  readonly number: number;
  readonly at: string;
  readonly direction: 'received' | 'sent';
  readonly operation: string;
  readonly status: number | null;
  readonly attempt?: number;
  readonly body?: { readonly status?: string; readonly type?: string; readonly channel?: string };
}

export interface InboxMessage {
  readonly to: string;
  readonly channel: string;
  readonly code: string;
  readonly request_id: string;
  readonly at: string;
}

export interface StoredItem {
  readonly request_id: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly seen?: readonly string[];
  readonly connections?: readonly string[];
  /** Epoch seconds. */
  readonly ttl: number;
}

export interface Where {
  readonly api: string;
  readonly websocket: string;
  readonly vonage: string;
  readonly table: string;
}

export interface Forged {
  readonly webhook: unknown;
  readonly status: number;
  readonly answer: unknown;
}

export const readWhere = (): Promise<Where> => ask('where');

export const readCalls = (requestId: string, since: number): Promise<readonly SimulatorCall[]> =>
  ask(`calls?${new URLSearchParams({ request_id: requestId, since: String(since) })}`);

export const readInbox = (to: string): Promise<readonly InboxMessage[]> =>
  ask(`inbox?${new URLSearchParams({ to })}`);

export const readItem = (requestId: string): Promise<StoredItem> =>
  ask(`item?${new URLSearchParams({ request_id: requestId })}`);

export const openHop = (url: string, cookies: string, signal: AbortSignal): Promise<Hop> =>
  ask('hop', { method: 'POST', body: { url, cookies }, signal });

export const forgeWebhook = (requestId: string): Promise<Forged> =>
  ask('forge', { method: 'POST', body: { request_id: requestId } });

export const addRules = (rules: readonly unknown[]): Promise<unknown> =>
  ask('faults', { method: 'POST', body: rules });

export const removeRule = (id: string): Promise<unknown> =>
  ask(`faults?${new URLSearchParams({ id })}`, { method: 'DELETE' });

interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Every answer has the shape that `infra/local/phone` gives it: both are of one version. */
async function ask<T>(path: string, { method = 'GET', body, signal }: Asking = {}): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`/phone/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (!response.ok) throw new Error(`/phone/${path.split('?')[0]} answered ${response.status}`);
  return response.json();
}
