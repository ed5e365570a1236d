/**
 * What the client has on one phone instead of the platform's network: it loses answers, and
 * measures.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type {
  FetchLike,
  SocketConstructor,
  SocketLike,
} from '../../../shared/client/environment.ts';
import type { ServerMessage } from '../../../shared/contract/answers.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { LostAnswer, type Reply, send } from './http.ts';
import type { Troubles } from './people.ts';
import type { Tally } from './tally.ts';
import { isEnded } from './view.ts';
import type { WebhookClock } from './webhook-clock.ts';

interface PhoneNetwork {
  readonly fetch: FetchLike;
  readonly WebSocket: SocketConstructor | null;
  /** The client token of the start that was answered. */
  readonly token: () => string;
  /** Whoever was subscribed before the end gets it: waits for that push, and counts it. */
  readonly expectPush: (ended: VerificationObject) => Promise<void>;
  readonly close: () => void;
}

/** Ends the wait for a push that will never come. */
const PUSH_MS = 60_000;
const PAUSE_MS = 20;

export function createPhoneNetwork(
  troubles: Troubles,
  { tally, clock }: { readonly tally: Tally; readonly clock: WebhookClock },
): PhoneNetwork {
  const unlucky = new Set<string>(troubles.loses);
  const disturbed = new Set<string>();
  const sockets = new Set<WebSocket>();
  let diesAfterMs = troubles.socketDiesAfterMs;
  let token = '';
  let last: VerificationObject | undefined;
  let subscribedAtMs: number | undefined;
  let heardSeq = 0;

  function see(verification: VerificationObject): void {
    if (last && isEnded(last) && isEnded(verification) && last.status !== verification.status) {
      tally.violate(`${last.status} became ${verification.status}`);
    }
    last = verification;
  }

  function note(path: string, { status, text }: Reply, ms: number): void {
    const body = text === '' ? undefined : JSON.parse(text);
    if (body?.verification) see(body.verification);
    if (path === '/start' && status === 202) token = body.client_token;
    const isFirst = !disturbed.has(path);
    if (path === '/start' && status === 202 && isFirst) tally.measure('start', ms);
    if (path === '/check-code' && isFirst) tally.measure('check', ms);
    const isOwnRepeat = body?.code === 'start_in_progress' && !isFirst;
    if (status >= 500 || status === 429)
      tally.fail(`${path}: ${status} ${body?.code ?? ''}`.trim());
    else if (status >= 400 && !isOwnRepeat) tally.count(`${path} answered ${body?.code}`);
  }

  const Socket = class implements SocketLike {
    readonly #socket: WebSocket;

    constructor(url: string, protocols: string[]) {
      const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
      const openedAtMs = Date.now();
      this.#socket = socket;
      sockets.add(socket);
      socket.on('message', (data) => hear(JSON.parse(String(data)), openedAtMs));
      socket.on('error', ({ message }) => {
        if (sockets.has(socket)) tally.fail(`socket: ${message}`);
      });
      socket.on('close', () => {
        sockets.delete(socket);
        subscribedAtMs = undefined;
      });
      if (diesAfterMs !== undefined) setTimeout(die, diesAfterMs, socket);
      diesAfterMs = undefined;
    }

    addEventListener(...[type, listener]: Parameters<SocketLike['addEventListener']>): void {
      this.#socket.on(type, (data?: unknown) => listener({ data: String(data) }));
    }

    send(text: string): void {
      this.#socket.send(text);
    }

    /** Kept open after the end: what is pushed then is counted. */
    close(): void {
      if (last && isEnded(last)) return;
      sockets.delete(this.#socket);
      this.#socket.close();
    }
  };

  function die(socket: WebSocket): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    tally.count('sockets that died');
    socket.terminate();
  }

  function hear(message: ServerMessage, openedAtMs: number): void {
    if (message.type === 'error') tally.fail(`socket: ${message.code}`);
    if (message.type === 'snapshot') {
      subscribedAtMs ??= Date.now();
      tally.measure('subscribe', Date.now() - openedAtMs);
    }
    if (!('verification' in message)) return;
    heardSeq = Math.max(heardSeq, message.verification.seq);
    if (message.type === 'transition') clock.pushed(message.verification);
    see(message.verification);
  }

  return {
    WebSocket: troubles.hasSocket ? Socket : null,
    token: () => token,
    async fetch(url, { method, headers, body }) {
      const path = new URL(url).pathname;
      const loseAfterMs = unlucky.delete(path) ? troubles.loseAfterMs : undefined;
      const startedAt = performance.now();
      try {
        const reply = await send(method, url, { body, headers, loseAfterMs });
        note(path, reply, performance.now() - startedAt);
        const get = (name: string): string | null => String(reply.headers[name] ?? '') || null;
        return { status: reply.status, headers: { get }, text: async () => reply.text };
      } catch (error) {
        disturbed.add(path);
        if (error instanceof LostAnswer) tally.count('answers lost on purpose');
        else tally.fail(`${path}: ${error instanceof Error ? error.message : error}`);
        throw error;
      }
    },
    async expectPush({ seq, updated_at: updatedAt }) {
      if (subscribedAtMs === undefined || subscribedAtMs >= Date.parse(updatedAt)) return;
      const giveUpAtMs = Date.now() + PUSH_MS;
      while (heardSeq < seq && subscribedAtMs !== undefined && Date.now() < giveUpAtMs) {
        await pause(PAUSE_MS);
      }
      if (heardSeq >= seq) tally.count('ends pushed');
      else if (subscribedAtMs !== undefined) tally.fail('a push of the end was missed');
    },
    close() {
      const open = [...sockets];
      sockets.clear();
      for (const socket of open) socket.terminate();
    },
  };
}
