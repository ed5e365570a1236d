/**
 * Keeps the mirror up to date: by a socket if one can be opened, otherwise by `GET /status` every 2
 * s. With a socket it also reads `/status` when nothing has arrived by `next_change_at`.
 */

import type { VerificationObject } from './contract.ts';
import type { Environment } from './environment.ts';
import { type ClientProblem, isProblem } from './problem.ts';
import type { HeldSocket } from './socket.ts';
import { backoffMs } from './waiting.ts';

/** Time that the server gets after `next_change_at` before the client asks. */
const GRACE_MS = 250;
/**
 * Upper bound of a wait, because JavaScript timers overflow after 24 days. No verification takes a
 * day.
 */
const DAY_MS = 86_400_000;

export interface Feed {
  /** Opens a socket and starts polling: a new feed is paused. */
  resume(): void;
  pause(): void;
  /** Replaces the socket, which may be dead without a close event. */
  renew(): void;
  /** Restarts the wait: after a new object, or when the socket was opened or closed. */
  reschedule(): void;
  close(): void;
}

export interface FeedNeeds {
  readonly socket: HeldSocket;
  readonly current: () => VerificationObject;
  /** Milliseconds until the server's clock shows this time. */
  readonly untilServer: (time: string) => number;
  /** Reads `/status` into the mirror. */
  readonly read: () => Promise<unknown>;
  /** Called when the server refuses the token. No update follows. */
  readonly onRefused: (problem: ClientProblem) => void;
}

export function createFeed(needs: FeedNeeds, environment: Environment): Feed {
  const { socket, current, untilServer, read, onRefused } = needs;
  const { pollMs } = environment.timing;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let state: 'open' | 'paused' | 'closed' = 'paused';
  let isReading = false;
  let failures = 0;
  let waitMs = 0;

  function reschedule(): void {
    clearTimeout(timer);
    if (state === 'open' && !isReading) timer = setTimeout(ask, delayMs());
  }

  function delayMs(): number {
    const { next_change_at: next, expires_at: end } = current();
    const dueMs = Math.min(untilServer(next ?? end), untilServer(end)) + GRACE_MS;
    const usualMs = socket.isHeld ? Math.min(DAY_MS, Math.max(pollMs, dueMs)) : pollMs;
    return failures === 0 ? usualMs : Math.max(usualMs, waitMs, backoffMs(failures, environment));
  }

  async function ask(): Promise<void> {
    isReading = true;
    try {
      await read();
      failures = 0;
    } catch (error) {
      failures += 1;
      waitMs = isProblem(error) ? (error.retryAfter ?? 0) * 1000 : 0;
      if (isProblem(error, 'client_token_invalid')) onRefused(error);
    } finally {
      isReading = false;
    }
    reschedule();
  }

  function resume(): void {
    if (state === 'closed') return;
    state = 'open';
    socket.open();
    reschedule();
  }

  function renew(): void {
    if (state !== 'open') return;
    socket.close();
    resume();
  }

  function stop(next: 'paused' | 'closed'): void {
    if (state === 'closed') return;
    state = next;
    clearTimeout(timer);
    socket.close();
  }

  return {
    resume,
    pause: () => stop('paused'),
    renew,
    reschedule,
    close: () => stop('closed'),
  };
}
