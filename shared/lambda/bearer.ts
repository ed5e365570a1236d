/** The client token of a request. */

import { Problem } from '../domain/errors.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { InvocationTelemetry } from './telemetry.ts';

export type ParseClientToken = (text: string) => ClientToken | undefined;

/** Throws `client_token_invalid` for every fault of it. */
export function clientToken(
  authorization: string | undefined,
  parse: ParseClientToken,
  telemetry: InvocationTelemetry,
): ClientToken {
  const [, text = ''] = /^Bearer ([^\s]+)$/i.exec(authorization ?? '') ?? [];
  return known(parse(text), telemetry);
}

/**
 * Throws `client_token_invalid` for no token; else the invocation's log line names its
 * verification.
 */
export function known(token: ClientToken | undefined, telemetry: InvocationTelemetry): ClientToken {
  if (!token) throw new Problem('client_token_invalid', 'the bearer is no client token');
  telemetry.annotate({ request_id: token.requestId });
  return token;
}
