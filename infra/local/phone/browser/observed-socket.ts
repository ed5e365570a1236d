/** The client's `WebSocket` on this page. It records messages, and can be broken on demand. */

import { mask } from './mask.ts';
import { statusOf } from './observed-fetch.ts';
import type { Radio } from './radio.ts';
import type { Wire } from './wire.ts';

export type SocketState = 'none' | 'connecting' | 'open' | 'lost';

export interface ObservedSockets {
  readonly WebSocket: new (url: string, protocols: string[]) => WebSocket;
  /** Resolves with the next snapshot. */
  snapshot(): Promise<void>;
  /** Breaks the open socket without a close frame, as a lost network does. */
  lose(): void;
}

const CLOSED_BY_APP =
  'The app closes its socket while it opens the check_url, because Android then moves every connection of the app to mobile data, and when the verification has ended. The snapshot of the next socket brings the changes in between.';

export function createObservedSockets(
  wire: Wire,
  radio: Radio,
  onState: (state: SocketState) => void,
): ObservedSockets {
  let live: WebSocket | undefined;
  let isLost = false;
  let awaiting: (() => void)[] = [];

  function record(from: 'app' | 'backend', label: string, content: unknown, isBad = false): void {
    const to = from === 'app' ? 'backend' : 'app';
    const outcome = isMessage(content) ? statusOf(content.verification) : '';
    const tone = isBad ? 'lost' : outcome === 'completed' ? 'good' : 'plain';
    wire.record({ atMs: Date.now(), from, to, label, outcome, tone, content: mask(content) });
  }

  class ObservedSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      if (radio.isGone) throw new TypeError('no network');
      super(url, protocols);
      live = this;
      isLost = false;
      onState('connecting');
      record('app', 'connect', { url, 'sec-websocket-protocol': protocols.join(', ') });
      this.addEventListener('open', () => {
        if (live === this) onState('open');
      });
      this.addEventListener('message', ({ data }) => this.hear(String(data)));
      this.addEventListener('close', () => this.ended());
    }

    override send(text: string): void {
      const message: unknown = JSON.parse(text);
      const action = isMessage(message) ? message.action : undefined;
      record('app', String(action), message);
      super.send(text);
    }

    private hear(text: string): void {
      const message: unknown = JSON.parse(text);
      const type = isMessage(message) ? String(message.type) : 'message';
      record('backend', type === 'transition' ? 'push' : type, message);
      if (type !== 'snapshot') return;
      for (const wake of awaiting) wake();
      awaiting = [];
    }

    private ended(): void {
      if (live !== this) return;
      live = undefined;
      onState(isLost ? 'lost' : 'none');
      if (!isLost) record('app', 'socket closed', { note: CLOSED_BY_APP });
    }
  }

  return {
    WebSocket: ObservedSocket,
    snapshot: () => new Promise((resolve) => awaiting.push(resolve)),
    lose() {
      if (!live) return;
      isLost = true;
      record('backend', 'socket lost', { note: 'the phone lost its connection' }, true);
      live.close();
    },
  };
}

function isMessage(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
