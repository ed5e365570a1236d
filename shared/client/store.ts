/** The saved state: starts whose outcome is unknown, and the last verification. */

import { isRecord } from './contract.ts';
import { parseJson } from './json.ts';
import type { StartRequest } from './start.ts';

/**
 * `localStorage`, `sessionStorage`, React Native's AsyncStorage, or three functions over a
 * keychain. It holds the client token and the phone number, so choose a storage that only the app
 * can read.
 */
export interface Store {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

export interface SavedStart {
  readonly idempotency_key: string;
  readonly request: StartRequest;
  /** Absent until a 202 has arrived. */
  readonly started?: {
    readonly request_id: string;
    readonly client_token: string;
    readonly websocket_url: string;
  };
  /** The check_url that the page has navigated to: opening it again would be a loop. */
  readonly navigated_to?: string;
}

export interface SavedState {
  /** The newest first. */
  read(): Promise<readonly SavedStart[]>;
  /** Writes one new value; changes run one after the other. */
  change(toNext: (starts: readonly SavedStart[]) => readonly SavedStart[]): Promise<void>;
}

const ITEM = 'silent-auth';

/**
 * A failing store counts as empty: the verification continues, but cannot be resumed. It is read
 * again next time, because a locked phone refuses to read its key store only for a while.
 */
export function createSavedState(store: Store | undefined): SavedState {
  let memory: readonly SavedStart[] | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function load(): Promise<readonly SavedStart[]> {
    try {
      memory ??= toSavedStarts(await store?.getItem(ITEM));
      return memory;
    } catch {
      return [];
    }
  }

  /**
   * Writes one item at once, so that an app killed meanwhile leaves either the old or the new
   * value.
   */
  async function write(starts: readonly SavedStart[]): Promise<void> {
    memory = starts;
    if (starts.length > 0) await store?.setItem(ITEM, JSON.stringify(starts));
    else await store?.removeItem(ITEM);
  }

  function enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = queue.then(task);
    queue = done.catch(() => undefined);
    return done;
  }

  return {
    read: () => enqueue(load),
    change: (toNext) =>
      enqueue(async () => {
        const starts = await load();
        const next = toNext(starts);
        if (next !== starts) await write(next).catch(() => undefined);
      }),
  };
}

function toSavedStarts(text: unknown): readonly SavedStart[] {
  const saved = parseJson(text);
  return Array.isArray(saved) ? saved.filter(isSavedStart) : [];
}

function isSavedStart(value: unknown): value is SavedStart {
  return isRecord(value) && typeof value.idempotency_key === 'string' && isRecord(value.request);
}
