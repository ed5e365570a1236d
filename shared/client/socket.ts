/** Holds one WebSocket to the verification: connects, subscribes, pings, and connects again. */

import { isRecord } from './contract.ts';
import type { Environment, SocketLike } from './environment.ts';
import { parseJson } from './json.ts';
import { backoffMs } from './waiting.ts';

const SUBPROTOCOL = 'silent-auth.v1';
/** A socket that lived this long resets the count of failures. */
const STEADY_MS = 10_000;

export interface HeldSocket {
  /** Whether the open socket has received a snapshot. */
  readonly isHeld: boolean;
  /** Opens a socket at once, unless there is one. */
  open(): void;
  /** Closes the socket and opens no other one until `open` is called. */
  close(): void;
}

export interface SocketNeeds {
  readonly url: string;
  readonly token: string;
  readonly onVerification: (value: unknown) => void;
  /** Called when the socket has its snapshot, and when it is lost. */
  readonly onHeld: () => void;
}

type Timer = ReturnType<typeof setTimeout>;

/** At most one socket at a time: a second one could evict the first. */
export function holdSocket(needs: SocketNeeds, environment: Environment): HeldSocket {
  const { WebSocket, now, timing } = environment;
  let socket: SocketLike | undefined;
  let heldAtMs: number | undefined;
  let failures = 0;
  /** Timer for the snapshot, then for the answer to a ping. */
  let deadline: Timer | undefined;
  let nextPing: Timer | undefined;
  let nextAttempt: Timer | undefined;

  /** Forgets the socket and everything that waits for it. */
  function drop(): void {
    expect(undefined);
    clearTimeout(nextPing);
    clearTimeout(nextAttempt);
    const dropped = socket;
    const wasHeld = heldAtMs !== undefined;
    if (heldAtMs !== undefined && now() - heldAtMs >= STEADY_MS) failures = 0;
    socket = undefined;
    heldAtMs = undefined;
    try {
      dropped?.close();
    } catch {
      // The socket was never open.
    }
    if (wasHeld) needs.onHeld();
  }

  function lose(): void {
    drop();
    failures += 1;
    nextAttempt = setTimeout(open, backoffMs(failures, environment));
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
    expect(timing.openMs);
    opening.addEventListener(
      'open',
      whileOurs(() => say({ action: 'subscribe', client_token: needs.token })),
    );
    opening.addEventListener('message', whileOurs(hear));
    opening.addEventListener('close', whileOurs(lose));
    opening.addEventListener('error', whileOurs(lose));
  }

  /** Drops the socket unless a message arrives within this time; `undefined`: waits for nothing. */
  function expect(withinMs: number | undefined): void {
    clearTimeout(deadline);
    deadline = withinMs === undefined ? undefined : setTimeout(lose, withinMs);
  }

  function say(message: Readonly<Record<string, string>>): void {
    try {
      socket?.send(JSON.stringify(message));
    } catch {
      lose();
    }
  }

  function hear(data: unknown): void {
    const parsed = parseJson(data);
    const message = isRecord(parsed) ? parsed : {};
    if (message.type === 'error') {
      lose();
      return;
    }
    if (message.verification !== undefined) needs.onVerification(message.verification);
    if (heldAtMs === undefined) {
      if (message.type !== 'snapshot' || !socket) return;
      heldAtMs = now();
      nextPing = setTimeout(ping, timing.pingMs);
      needs.onHeld();
    }
    expect(undefined); // Any message shows that the socket is alive.
  }

  function ping(): void {
    if (deadline === undefined) expect(timing.pongMs);
    nextPing = setTimeout(ping, timing.pingMs);
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
