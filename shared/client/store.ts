/** What survives the app: enough to repeat a start whose answer was lost, and to go on with one. */

import { isRecord } from './contract.ts';
import type { StartBody } from './start.ts';

/**
 * `localStorage`, `sessionStorage`, React Native's AsyncStorage, or three functions over a keychain.
 * It holds the client token and the start's phone number: choose one that only the app reads.
 */
export interface Store {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

export interface Saved {
  readonly idempotency_key: string;
  readonly body: StartBody;
  /** Epoch milliseconds. */
  readonly saved_at: number;
  /** Absent while no answer has come. */
  readonly started?: {
    readonly request_id: string;
    readonly client_token: string;
    readonly websocket_url: string;
  };
  /** The check_url that the page has navigated to: opening it again would be a loop. */
  readonly navigated_to?: string;
  /** It has completed, and is kept for the proof. */
  readonly completed?: true;
}

export interface SavedState {
  load(): Promise<Saved | undefined>;
  save(saved: Saved): Promise<void>;
  /** Changes or, with `undefined`, forgets what is saved, unless another start has replaced it. */
  update(key: string, change: Partial<Saved> | undefined): Promise<void>;
}

const ITEM = 'silent-auth';

/** A store that fails counts as empty: it costs the resumption, never the verification. */
export function createSavedState(store: Store | undefined): SavedState {
  let memory: Saved | undefined;
  /** One write after the other, whatever the store does. */
  let writing: Promise<unknown> = Promise.resolve();

  const write = (saved: Saved | undefined): Promise<void> => {
    memory = saved;
    const written = writing.then(async () => {
      if (saved) await store?.setItem(ITEM, JSON.stringify(saved));
      else await store?.removeItem(ITEM);
    });
    writing = written.catch(() => undefined);
    return written.catch(() => undefined);
  };

  const load = async (): Promise<Saved | undefined> => {
    if (memory) return memory;
    try {
      memory = parse(await store?.getItem(ITEM));
    } catch {
      // as empty
    }
    return memory;
  };

  return {
    load,
    save: write,
    async update(key, change) {
      const saved = await load();
      if (saved?.idempotency_key === key) await write(change && { ...saved, ...change });
    },
  };
}

function parse(text: string | null | undefined): Saved | undefined {
  const saved: unknown = JSON.parse(text ?? 'null');
  const isOurs =
    isRecord(saved) && typeof saved.idempotency_key === 'string' && isRecord(saved.body);
  return isOurs ? (saved as unknown as Saved) : undefined;
}
