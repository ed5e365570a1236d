/** API Gateway's WebSocket side: handshakes, messages, pushes, and sockets that die unnoticed. */

import { WEBSOCKET_SUBPROTOCOL } from '../../../shared/config.ts';
import { toVerificationObject } from '../../../shared/contract/to-verification-object.ts';
import type { Pusher, PushResult } from '../../../shared/domain/ports/pusher.ts';
import type { Connection } from '../../../shared/domain/ports/verification-log.ts';
import type { WebSocketRequest } from '../../../shared/lambda/handler.ts';
import { handshake } from '../../fixtures/requests.ts';
import type { Client } from './gateway.ts';
import type { Lambda } from './lambda/instances.ts';
import type { Connected, Waiting } from './wire.ts';

interface Line {
  readonly from: Client;
  readonly onMessage: (message: unknown) => void;
  state: 'connecting' | 'open' | 'closed';
  /** The phone is gone and the gateway does not know. */
  isDead: boolean;
}

const PUSH_TRIES = 2;
const PUSH_TIMEOUT_MS = 1000;

type Sockets = ReturnType<typeof createSockets>;
export type Socket = NonNullable<Awaited<ReturnType<Sockets['connect']>>>;

export function createSockets(needs: Connected & { readonly lambda: Lambda }) {
  const { scheduler, faults, prng, history, wire, lambda } = needs;
  const lines = new Map<string, Line>();
  let count = 0;

  const receive = (line: Line, message: unknown, record: () => void): void => {
    scheduler.after(prng.between(1, 80), () => {
      if (line.state !== 'open' || line.isDead) return;
      record();
      line.onMessage(message);
    });
  };

  const post = (connection: Connection, verification: unknown): 'delivered' | 'gone' => {
    const id = connection.slice(connection.indexOf('#') + 1);
    const line = lines.get(id);
    if (line?.state !== 'open') return 'gone';
    if (faults.happens('socket_dead')) line.isDead = true;
    const body = { type: 'transition', verification };
    history.record({ kind: 'push', to: line.from.name, connection: id, body });
    receive(line, body, () => {});
    return 'delivered';
  };

  const pushTo = async (
    who: Waiting,
    connection: Connection,
    verification: unknown,
  ): Promise<PushResult> => {
    for (let tries = 1; tries <= PUSH_TRIES; tries += 1) {
      const effect = () => post(connection, verification);
      const asked = { to: 'a socket', timeoutMs: PUSH_TIMEOUT_MS, latencyMs: 10, effect };
      const pushed = await wire.exchange(who, asked);
      if (pushed.outcome === 'answered') return { connection, outcome: pushed.value };
    }
    return { connection, outcome: 'failed' };
  };

  const say = async (line: Line, event: WebSocketRequest, id: string): Promise<void> => {
    const sentAtMs = scheduler.now();
    await scheduler.sleep(prng.between(5, 80));
    if (line.state !== 'open' || line.isDead) return;
    const result = await lambda.invoke('message', event, lambda.nextInvocation());
    if (result === 'crashed' || result.body === undefined) return;
    const body: unknown = JSON.parse(result.body);
    const about = { kind: 'message', to: line.from.name, connection: id, sentAtMs, body } as const;
    receive(line, body, () => history.record(about));
  };

  return {
    /** `undefined`: refused. */
    connect: async (
      from: Client,
      { token, origin }: { readonly token: string; readonly origin?: string },
      onMessage: (message: unknown) => void,
    ) => {
      count += 1;
      const id = `connection${count}`;
      const line: Line = { from, onMessage, state: 'connecting', isDead: false };
      lines.set(id, line);
      await scheduler.sleep(prng.between(10, 150));
      const connectedAt = Math.floor(scheduler.now());
      const headers = {
        'Sec-WebSocket-Protocol': `${WEBSOCKET_SUBPROTOCOL}, ${token}`,
        ...(origin !== undefined && { Origin: origin }),
      };
      const event = toEvent('$connect', id, connectedAt, { headers });
      const result = await lambda.invoke('connect', event, lambda.nextInvocation());
      const isOpen = result !== 'crashed' && result.statusCode === 200;
      line.state = isOpen ? 'open' : 'closed';
      history.record({ kind: 'handshake', from: from.name, connection: id, isOpen, origin, token });
      await scheduler.sleep(prng.between(5, 100));
      if (!isOpen) return undefined;
      return {
        isOpen: () => line.state === 'open' && !line.isDead,
        send: (message: unknown): void => {
          const body = JSON.stringify(message);
          void say(line, toEvent('$default', id, connectedAt, { body }), id);
        },
        /** The phone closes it, which the gateway notices. */
        close: (): void => {
          line.state = 'closed';
        },
      };
    },

    pusherFor: (who: Waiting): Pusher => ({
      push: (connections, verification) => {
        const body = JSON.parse(JSON.stringify(toVerificationObject(verification)));
        return Promise.all(connections.map((connection) => pushTo(who, connection, body)));
      },
      close: async (connection) => {
        const line = lines.get(connection.slice(connection.indexOf('#') + 1));
        if (line) line.state = 'closed';
      },
    }),
  };
}

function toEvent(
  routeKey: '$connect' | '$default',
  connectionId: string,
  connectedAt: number,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
): WebSocketRequest {
  const { requestContext } = handshake();
  return { requestContext: { ...requestContext, routeKey, connectedAt, connectionId }, ...more };
}
