/** The client token of a request. */

import { Problem, type ProblemCode } from '../domain/errors.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { InvocationTelemetry } from './telemetry.ts';

export type ParseClientToken = (text: string) => ClientToken | undefined;

/** RFC 9110 §11.4: one or more spaces between scheme and token. */
const BEARER = /^Bearer +([^\s]+)$/i;

export function findBearer(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1];
}

/** Throws `client_token_invalid` for any fault. */
export function clientToken(
  authorization: string | undefined,
  parse: ParseClientToken,
): ClientToken {
  return known(parse(findBearer(authorization) ?? ''));
}

/** Throws `client_token_invalid` for a missing token. */
export function known(token: ClientToken | undefined): ClientToken {
  if (!token) throw new Problem('client_token_invalid', 'the bearer is not a client token');
  return token;
}

/** Problems with which a use case can end before the token is checked. */
const UNDECIDED: readonly ProblemCode[] = ['client_token_invalid', 'dependency_unavailable'];

/**
 * Runs what the owner of the token asked for. The log line names the verification only when the
 * token has passed its check: anybody can put the `request_id` of another verification into a
 * token.
 */
export async function asOwner<T>(
  { requestId }: ClientToken,
  telemetry: InvocationTelemetry,
  useCase: () => Promise<T>,
): Promise<T> {
  try {
    const result = await useCase();
    telemetry.annotate({ request_id: requestId });
    return result;
  } catch (error) {
    const hasPassed = error instanceof Problem && !UNDECIDED.includes(error.code);
    if (hasPassed) telemetry.annotate({ request_id: requestId });
    throw error;
  }
}
