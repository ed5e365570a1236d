/** The WebSocket handshake: which token and which subprotocol it offers. */

import { WEBSOCKET_SUBPROTOCOL } from '../config.ts';
import { findBearer } from './bearer.ts';
import type { WebSocketRequest } from './handler.ts';
import type { HttpAnswer } from './http-answer.ts';
import { header } from './origin.ts';
import { problemStatus } from './problem.ts';

export interface Offer {
  readonly clientToken: string;
  /** Selects the subprotocol, only if it was offered. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The token is the bearer, or the offered subprotocol that is not `silent-auth.v1`; never in the
 * URL.
 */
export function offer(event: WebSocketRequest): Offer {
  const offered = lines(event, 'sec-websocket-protocol')
    .flatMap((line) => line.split(','))
    .map((protocol) => protocol.trim());
  const selects = offered.includes(WEBSOCKET_SUBPROTOCOL);
  const bearer = findBearer(header(event, 'authorization'));
  const subprotocol = offered.find((protocol) => protocol !== WEBSOCKET_SUBPROTOCOL);
  return {
    clientToken: bearer ?? subprotocol ?? '',
    headers: selects ? { 'Sec-WebSocket-Protocol': WEBSOCKET_SUBPROTOCOL } : {},
  };
}

export function refusal(error: unknown): HttpAnswer {
  return { status: problemStatus(error) };
}

/** Several lines of one header are one list (RFC 9110 §5.3); `headers` holds only the last of them. */
function lines(event: WebSocketRequest, name: string): readonly string[] {
  const all = Object.entries(event.multiValueHeaders ?? {}).flatMap(([known, values]) =>
    known.toLowerCase() === name ? (values ?? []) : [],
  );
  if (all.length > 0) return all;
  const only = header(event, name);
  return only === undefined ? [] : [only];
}
