/** Calls the local stack's helpers under `/phone/`, for data that a browser cannot reach itself. */

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

/** A message of the clock that waits in its queue. */
export interface ClockMessage {
  readonly id: string;
  readonly body: unknown;
  readonly sent_at_ms: number;
  readonly due_at_ms: number;
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

export interface PageApi {
  readWhere(): Promise<Where>;
  readCalls(requestId: string, since: number): Promise<readonly SimulatorCall[]>;
  readInbox(to: string): Promise<readonly InboxMessage[]>;
  readItem(requestId: string): Promise<StoredItem>;
  readClock(requestId: string): Promise<readonly ClockMessage[]>;
  openHop(url: string, cookies: string, signal: AbortSignal): Promise<Hop>;
  forgeWebhook(requestId: string): Promise<Forged>;
  addRules(rules: readonly unknown[]): Promise<unknown>;
  removeRule(id: string): Promise<unknown>;
}

interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** @param origin of the page */
export function createPageApi(origin: string): PageApi {
  /** Answers are not validated, because page and server are built from the same sources. */
  async function ask<T>(path: string, { method = 'GET', body, signal }: Asking = {}): Promise<T> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${origin}/phone/${path}`, {
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
  const query = (members: Record<string, string>): string => `${new URLSearchParams(members)}`;

  return {
    readWhere: () => ask('where'),
    readCalls: (requestId, since) =>
      ask(`calls?${query({ request_id: requestId, since: String(since) })}`),
    readInbox: (to) => ask(`inbox?${query({ to })}`),
    readItem: (requestId) => ask(`item?${query({ request_id: requestId })}`),
    readClock: (requestId) => ask(`clock?${query({ request_id: requestId })}`),
    openHop: (url, cookies, signal) =>
      ask('hop', { method: 'POST', body: { url, cookies }, signal }),
    forgeWebhook: (requestId) => ask('forge', { method: 'POST', body: { request_id: requestId } }),
    addRules: (rules) => ask('faults', { method: 'POST', body: rules }),
    removeRule: (id) => ask(`faults?${query({ id })}`, { method: 'DELETE' }),
  };
}
