/** Problems that several use cases answer with. */

import { Problem } from '../domain/errors.ts';
import type { Verification } from '../domain/verification.ts';

export function unauthorized(): Problem {
  return new Problem('client_token_invalid', 'no verification belongs to this client token');
}

export function closed(verification: Verification): Problem {
  return new Problem('verification_closed', 'the verification has ended', { verification });
}

/** The client has used up its places in the log. */
export function tooManyEvents(verification: Verification, nowMs: number): Problem {
  return new Problem('rate_limited', 'the log has no room for more events of the client', {
    verification,
    retryAfterSeconds: Math.max(1, Math.ceil((verification.expiresAtMs - nowMs) / 1000)),
  });
}

/** The outcome is unknown: neither Vonage nor our own write decided. */
export function providerUnavailable(verification?: Verification): Problem {
  return new Problem('provider_unavailable', 'Vonage did not carry out the request', {
    retryAfterSeconds: 5,
    ...(verification && { verification }),
  });
}

/** The caller's own limit: the answer may reveal its end. */
export function callerLimit(endsAtMs: number, nowMs: number): Problem {
  return rateLimited(Math.max(1, Math.ceil((endsAtMs - nowMs) / 1000)));
}

/**
 * The same answer for a spent limit of a number, mailbox or block, for a lock, and for a
 * verification of somebody else, so that it does not reveal whether a person is signing in (T9,
 * T26).
 */
export function neutralLimit(): Problem {
  return rateLimited(30);
}

function rateLimited(retryAfterSeconds: number): Problem {
  return new Problem('rate_limited', 'a limit of start is spent', { retryAfterSeconds });
}

/** Another try of the same start still runs. */
export function startInProgress(retryAtMs: number, nowMs: number): Problem {
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000);
  return new Problem('start_in_progress', 'a start with this idempotency key is running', {
    retryAfterSeconds: Math.max(1, Math.min(5, seconds)),
  });
}
