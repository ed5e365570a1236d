/** A client and a scripted backend in memory, whose clock jumps to the next timer. */

import { onTestFinished, vi } from 'vitest';
import { type Client, type ClientOptions, createClient } from '../../../../shared/client/client.ts';
import type { VerificationObject } from '../../../../shared/client/contract.ts';
import type { Verification } from '../../../../shared/client/verification.ts';
import { createFakeBackend, type FakeBackend } from '../../../fixtures/fake-backend.ts';

export const PHONE_NUMBER = '+4915123456788';

/** Stops the real clock for this test; afterwards every timer runs when nothing else is left to do. */
export function backend(): FakeBackend {
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    vi.setTimerTickMode('nextTimerAsync');
    onTestFinished(() => void vi.useRealTimers());
  }
  return createFakeBackend();
}

export function clientOf(server: FakeBackend, options: Partial<ClientOptions> = {}): Client {
  const { url: apiUrl, fetch, WebSocket } = server;
  return createClient({ apiUrl, fetch, WebSocket, ...options });
}

export async function begin(
  server: FakeBackend,
  options: Partial<ClientOptions> = {},
): Promise<Verification> {
  return clientOf(server, options).start({ phoneNumber: PHONE_NUMBER });
}

/** A verification that listens on its socket. */
export async function connected(
  server: FakeBackend,
  options: Partial<ClientOptions> = {},
): Promise<Verification> {
  const verification = await begin(server, options);
  await fact(() => server.sockets === 1);
  return verification;
}

/** Each call of `path` changes the verification and answers it; `isPushed`: sockets get it, too. */
export function changes(
  server: FakeBackend,
  path: string,
  change: () => Partial<VerificationObject>,
  isPushed = false,
): void {
  server.act(path, () => {
    return { status: 200, body: { verification: server.change(change(), isPushed) } };
  });
}

/** The idempotency keys of the starts. */
export function startKeys(server: FakeBackend): readonly unknown[] {
  const starts = server.received.filter(({ path }) => path === '/start');
  return starts.map(({ headers }) => headers['idempotency-key']);
}

/** Lets timers run until `isTrue`. */
export async function fact(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A `Store` in memory, as `localStorage` is. */
export function storage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}
