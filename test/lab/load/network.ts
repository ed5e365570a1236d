/**
 * What the client has on one phone instead of the platform's network: it loses answers, and
 * measures.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { isFinal } from '../../../shared/client/contract.ts';
import type { FetchLike, SocketConstructor } from '../../../shared/client/environment.ts';
import type { ServerMessage } from '../../../shared/contract/answers.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { until } from '../../fixtures/until.ts';
import type { Troubles } from './people.ts';
import { count, type Tally } from './tally.ts';

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

export function createPhoneNetwork(troubles: Troubles, tally: Tally): PhoneNetwork {
  const unlucky = new Set<string>(troubles.loses);
  const disturbed = new Set<string>();
  const sockets = new Set<WebSocket>();
  let diesAfterMs = troubles.socketDiesAfterMs;
  let token = '';
  let last: VerificationObject | undefined;
  let subscribedAtMs: number | undefined;
  let heardSeq = 0;

  function see(verification: VerificationObject): void {
    if (last && isFinal(last) && isFinal(verification) && last.status !== verification.status) {
      count(tally.violations, `${last.status} became ${verification.status}`);
    }
    last = verification;
  }

  function note(path: string, status: number, text: string, ms: number): void {
    const body = text === '' ? undefined : JSON.parse(text);
    if (body?.verification) see(body.verification);
    if (path === '/start' && status === 202) token = body.client_token;
    const isFirst = !disturbed.has(path);
    if (path === '/start' && status === 202 && isFirst) tally.times.start.push(ms);
    if (path === '/check-code' && isFirst) tally.times.check.push(ms);
    const isOwnRepeat = body?.code === 'start_in_progress' && !isFirst;
    if (status >= 500 || status === 429)
      count(tally.failures, `${path}: ${status} ${body?.code ?? ''}`);
    else if (status >= 400 && !isOwnRepeat) count(tally.troubles, `${path} answered ${body?.code}`);
  }

  const Socket = class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { perMessageDeflate: false });
      const openedAtMs = Date.now();
      sockets.add(this);
      this.on('message', (data) => hear(JSON.parse(String(data)), openedAtMs));
      this.on('error', ({ message }) => {
        if (sockets.has(this)) count(tally.failures, `socket: ${message}`);
      });
      this.on('close', () => {
        sockets.delete(this);
        subscribedAtMs = undefined;
      });
      if (diesAfterMs !== undefined) setTimeout(die, diesAfterMs, this);
      diesAfterMs = undefined;
    }

    /** Kept open after the end: what is pushed then is counted. */
    override close(): void {
      if (last && isFinal(last)) return;
      sockets.delete(this);
      super.close();
    }
  };

  function die(socket: WebSocket): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    count(tally.troubles, 'sockets that died');
    socket.terminate();
  }

  function hear(message: ServerMessage, openedAtMs: number): void {
    if (message.type === 'error') count(tally.failures, `socket: ${message.code}`);
    if (message.type === 'snapshot') {
      subscribedAtMs ??= Date.now();
      tally.times.subscribe.push(Date.now() - openedAtMs);
    }
    if (!('verification' in message)) return;
    heardSeq = Math.max(heardSeq, message.verification.seq);
    see(message.verification);
  }

  return {
    // Types: its events are more than the client looks at.
    WebSocket: troubles.hasSocket ? (Socket as unknown as SocketConstructor) : null,
    token: () => token,
    async fetch(url, { method, headers, body }) {
      const path = new URL(url).pathname;
      const startedAt = performance.now();
      const asking = fetch(url, { method, headers, ...(body !== undefined && { body }) });
      if (unlucky.delete(path)) {
        // The request has left, and nobody waits for its answer.
        asking.then((answer) => answer.text()).catch(() => {});
        await pause(troubles.loseAfterMs);
        disturbed.add(path);
        count(tally.troubles, 'answers lost on purpose');
        throw new TypeError('the phone changed networks');
      }
      try {
        const answer = await asking;
        const text = await answer.text();
        note(path, answer.status, text, performance.now() - startedAt);
        return { status: answer.status, headers: answer.headers, text: async () => text };
      } catch (error) {
        disturbed.add(path);
        const { cause = error } = error instanceof Error ? error : {};
        count(tally.failures, `${path}: ${cause instanceof Error ? cause.message : cause}`);
        throw error;
      }
    },
    async expectPush({ seq, updated_at: updatedAt }) {
      if (subscribedAtMs === undefined || subscribedAtMs >= Date.parse(updatedAt)) return;
      const giveUpAtMs = Date.now() + PUSH_MS;
      const isHeard = await until(() => {
        if (heardSeq >= seq) return true;
        return subscribedAtMs === undefined || Date.now() > giveUpAtMs ? false : undefined;
      });
      if (isHeard) count(tally.troubles, 'ends pushed');
      else if (subscribedAtMs !== undefined) count(tally.failures, 'a push of the end was missed');
    },
    close() {
      const open = [...sockets];
      sockets.clear();
      for (const socket of open) socket.terminate();
    },
  };
}
