/** The socket of one phone: subscribes, hears, dies without a word, comes back until it is closed. */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../../shared/contract/answers.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import type { Tally } from './tally.ts';

const RECONNECT_MS = 300;
const PAUSE_MS = 20;

export interface PhoneSocket {
  /** Whether it has been open and subscribed since before that instant (epoch ms). */
  readonly hearsSince: (atMs: number) => boolean;
  /** Whether that `seq`, or a later one, arrives in time. */
  readonly hears: (seq: number, timeoutMs: number) => Promise<boolean>;
  readonly close: () => void;
}

export interface SocketOptions {
  readonly url: string;
  readonly token: string;
  readonly tally: Tally;
  /** The first connection dies then; undefined: it stays. */
  readonly diesAfterMs: number | undefined;
  readonly hear: (type: 'snapshot' | 'transition', verification: VerificationObject) => void;
}

export function openSocket({ url, token, tally, diesAfterMs, hear }: SocketOptions): PhoneSocket {
  let socket: WebSocket | undefined;
  let subscribedAtMs: number | undefined;
  let heardSeq = 0;
  let closed = false;
  const timers = new Set<NodeJS.Timeout>();

  function after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  }

  function connect(): void {
    const startedAtMs = Date.now();
    const opened = new WebSocket(url, ['silent-auth.v1', token], { perMessageDeflate: false });
    socket = opened;
    opened.on('open', () => {
      opened.send(JSON.stringify({ action: 'subscribe', client_token: token }));
    });
    opened.on('message', (data) => {
      const message: ServerMessage = JSON.parse(String(data));
      if (message.type === 'snapshot') {
        subscribedAtMs ??= Date.now();
        tally.measure('subscribe', Date.now() - startedAtMs);
      }
      if ('verification' in message) {
        heardSeq = Math.max(heardSeq, message.verification.seq);
        hear(message.type, message.verification);
      }
      if (message.type === 'error') {
        tally.fail(`socket: ${message.code}`);
        opened.terminate();
      }
    });
    opened.on('error', ({ message }) => {
      if (!closed) tally.fail(`socket: ${message}`);
    });
    opened.on('close', () => {
      subscribedAtMs = undefined;
      if (!closed) after(RECONNECT_MS, connect);
    });
  }

  connect();
  if (diesAfterMs !== undefined) {
    after(diesAfterMs, () => {
      if (socket?.readyState !== WebSocket.OPEN) return;
      tally.count('sockets that died');
      socket.terminate();
    });
  }
  return {
    hearsSince: (atMs) => subscribedAtMs !== undefined && subscribedAtMs < atMs,
    async hears(seq, timeoutMs) {
      const giveUpAtMs = Date.now() + timeoutMs;
      while (heardSeq < seq && subscribedAtMs !== undefined && Date.now() < giveUpAtMs) {
        await pause(PAUSE_MS);
      }
      return heardSeq >= seq || subscribedAtMs === undefined;
    },
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      socket?.terminate();
    },
  };
}
