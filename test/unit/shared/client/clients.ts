/** A client with short times against a scripted backend; both are closed after each test. */

import { afterEach } from 'vitest';
import { type Client, type ClientOptions, createClient } from '../../../../shared/client/client.ts';
import type { Timing } from '../../../../shared/client/environment.ts';
import type { Verification } from '../../../../shared/client/verification.ts';
import { type FakeBackend, startFakeBackend } from '../../../fixtures/fake-backend.ts';

export const PHONE_NUMBER = '+4915123456788';

/** Pauses are short; what is waited for has time, also on a machine that is busy with other tests. */
const QUICK: Timing = {
  pollMs: 40,
  pingMs: 60,
  pongMs: 1_500,
  openMs: 3_000,
  backoffMs: 10,
  maxBackoffMs: 40,
  requestMs: 3_000,
  statusMs: 3_000,
  handsetMs: 400,
  lingerMs: 200,
};

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

export async function backend(): Promise<FakeBackend> {
  const started = await startFakeBackend();
  cleanups.push(() => started.close());
  return started;
}

export function clientOf(
  { url }: FakeBackend,
  { timing, ...options }: Partial<ClientOptions> = {},
): Client {
  const client = createClient({ apiUrl: url, ...options, timing: { ...QUICK, ...timing } });
  const closing = <T extends Verification | undefined>(verification: T): T => {
    cleanups.push(() => verification?.close());
    return verification;
  };
  return {
    ...client,
    start: async (request, given) => closing(await client.start(request, given)),
    resume: async (request, given) => closing(await client.resume(request, given)),
  };
}

export async function begin(
  server: FakeBackend,
  options: Partial<ClientOptions> = {},
): Promise<Verification> {
  return clientOf(server, options).start({ phoneNumber: PHONE_NUMBER });
}

/** A `Store` in memory, as `localStorage` is. */
export function storage(): {
  readonly items: Map<string, string>;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
} {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
