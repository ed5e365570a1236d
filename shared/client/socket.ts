/** Holds one WebSocket to the verification: connects, subscribes, pings, and connects again. */

import { isRecord } from './contract.ts';
import type { Environment, SocketLike } from './environment.ts';
import { backoffMs } from './waiting.ts';

const SUBPROTOCOL = 'silent-auth.v1';
/** A socket that lived this long shows that the way is free: the next failure is the first again. */
const STEADY_MS = 10_000;

export interface HeldSocket {
  /** Whether a snapshot came on the socket that is open. */
  readonly isHeld: boolean;
  /** Opens a socket at once, unless there is one. */
  open(): void;
  /** Closes it, and opens no other until `open`. */
  close(): void;
}

export interface SocketNeeds {
  readonly url: string;
  readonly token: string;
  readonly onVerification: (value: unknown) => void;
  /** The socket came to be held, or was lost. */
  readonly onHeld: () => void;
}

/** At most one socket at a time, so that it never evicts another of its own. */
export function holdSocket(needs: SocketNeeds, environment: Environment): HeldSocket {
  const { WebSocket, now, timing } = environment;
  let socket: SocketLike | undefined;
  let heldAtMs: number | undefined;
  let failures = 0;
  /** What waits: the snapshot's deadline or the next ping, the pong's deadline, the next attempt. */
  const timers = new Set<ReturnType<typeof setTimeout>>();

  function after(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      task();
    }, ms);
    timers.add(timer);
  }

  /** Forgets the socket and everything that waits for it. */
  function drop(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    const dropped = socket;
    const wasHeld = heldAtMs !== undefined;
    if (heldAtMs !== undefined && now() - heldAtMs >= STEADY_MS) failures = 0;
    socket = undefined;
    heldAtMs = undefined;
    try {
      dropped?.close();
    } catch {
      // it was never open
    }
    if (wasHeld) needs.onHeld();
  }

  function lose(): void {
    drop();
    failures += 1;
    after(backoffMs(failures, environment), open);
  }

  function open(): void {
    if (!WebSocket || socket) return;
    drop();
    let opening: SocketLike;
    try {
      opening = new WebSocket(needs.url, [SUBPROTOCOL, needs.token]);
    } catch {
      lose();
      return;
    }
    socket = opening;
    const whileOurs = (task: (data?: unknown) => void) => (event: { readonly data?: unknown }) => {
      if (socket === opening) task(event.data);
    };
    after(timing.openMs, lose);
    opening.addEventListener(
      'open',
      whileOurs(() => say({ action: 'subscribe', client_token: needs.token })),
    );
    opening.addEventListener('message', whileOurs(hear));
    opening.addEventListener('close', whileOurs(lose));
    opening.addEventListener('error', whileOurs(lose));
  }

  function say(message: Readonly<Record<string, string>>): void {
    try {
      socket?.send(JSON.stringify(message));
    } catch {
      lose();
    }
  }

  function hear(data: unknown): void {
    const message = parse(data);
    if (message?.type === 'error') {
      lose();
      return;
    }
    if (message?.verification !== undefined) needs.onVerification(message.verification);
    if (heldAtMs === undefined && message?.type !== 'snapshot') return;
    const isNew = heldAtMs === undefined;
    heldAtMs ??= now();
    // Anything that comes shows that the socket lives: the next ping is a whole pause away.
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    after(timing.pingMs, ping);
    if (isNew) needs.onHeld();
  }

  function ping(): void {
    after(timing.pongMs, lose);
    say({ action: 'ping' });
  }

  return {
    get isHeld() {
      return heldAtMs !== undefined;
    },
    open,
    close: drop,
  };
}

function parse(data: unknown): Record<string, unknown> | undefined {
  try {
    const message: unknown = JSON.parse(String(data));
    return isRecord(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
