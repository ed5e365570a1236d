/** A message of a WebSocket client, and the answer to a wrong one. */

import type { $ZodType, output } from 'zod/v4/core';
import { MAX_MESSAGE_BYTES } from '../config.ts';
import { Problem } from '../domain/errors.ts';
import type { Connection } from '../domain/ports/verification-log.ts';
import type { WebSocketRequest } from './handler.ts';
import type { HttpAnswer } from './http-answer.ts';
import { parse, parseJson } from './json-body.ts';
import { problemCode } from './problem.ts';

/** Throws `payload_too_large` or `request_invalid`. */
export function parseMessage<Schema extends $ZodType>(
  schema: Schema,
  body: string | undefined,
): output<Schema> {
  const bytes = Buffer.from(body ?? '', 'utf8');
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new Problem('payload_too_large', 'the message exceeds its limit');
  }
  return parse(schema, parseJson(bytes));
}

/** `<connected at, epoch ms>#<connection id>`: sorts by age. */
export function connectionOf({ requestContext }: WebSocketRequest): Connection {
  return `${requestContext.connectedAt}#${requestContext.connectionId}`;
}

/** Sent as the gateway's route response; the connection stays open. */
export function errorMessage(error: unknown): HttpAnswer {
  return { status: 200, body: { type: 'error', code: problemCode(error) } };
}
