/**
 * Vonage's error bodies: RFC 7807 with `title`, `type`, `detail`, `instance` (protocol §1.5, §2,
 * §3, §4, §7.2).
 */
import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';

const ERRORS = 'https://developer.vonage.com/en/api-errors';
const VERIFY_ERRORS = `${ERRORS}/verify-v2`;

const PROBLEMS = {
  unauthorized: [
    401,
    'Unauthorized',
    `${ERRORS}#unauthorized`,
    'You did not provide correct credentials.',
  ],
  jwt_expired: [
    401,
    'You did not provide correct credentials.',
    `${ERRORS}#jwt-expired`,
    'The JWT provided has expired.',
  ],
  low_balance: [
    402,
    'Low balance',
    `${ERRORS}#low-balance`,
    'This request could not be performed due to your account balance being low.',
  ],
  forbidden: [
    403,
    'Forbidden',
    `${ERRORS}#forbidden`,
    'Your account does not have permission to perform this action.',
  ],
  not_found: [
    404,
    'Not Found',
    `${VERIFY_ERRORS}#request-not-found`,
    'The requested resource was not found.',
  ],
  concurrent: [
    409,
    'Conflict',
    `${VERIFY_ERRORS}#concurrent`,
    'Concurrent verifications to the same number are not allowed.',
  ],
  no_code: [
    409,
    'Conflict',
    `${VERIFY_ERRORS}#no-code`,
    'The current Verify workflow step does not support a code.',
  ],
  no_events: [
    409,
    'Conflict',
    `${VERIFY_ERRORS}#no-events`,
    'There are no more events left to trigger.',
  ],
  try_again: [
    409,
    'Conflict',
    `${ERRORS}#conflict`,
    'The operation cannot be performed at this time. Please try again later.',
  ],
  msisdn_error: [
    409,
    'Silent authentication failed',
    `${VERIFY_ERRORS}#msisdn-error`,
    'Device MSISDN does not match.',
  ],
  invalid_code: [
    400,
    'Invalid Code',
    `${VERIFY_ERRORS}#invalid-code`,
    'The code you provided does not match the expected value.',
  ],
  expired: [
    410,
    'Invalid Code',
    `${VERIFY_ERRORS}#expired`,
    'An incorrect code has been provided too many times. Workflow terminated.',
  ],
  cannot_initiate: [
    412,
    'Silent authentication failed',
    `${VERIFY_ERRORS}#precondition-failed`,
    'The silent auth verification cannot be initiated',
  ],
  cannot_complete: [
    412,
    'Silent authentication failed',
    `${VERIFY_ERRORS}#precondition-failed`,
    'The silent auth verification cannot be completed.',
  ],
  network_unsupported: [
    412,
    'Network not supported',
    `${VERIFY_ERRORS}#precondition-failed`,
    'Device number does not resolve to a supported Mobile Network Operator.',
  ],
  network_error: [
    412,
    'Network not supported',
    `${VERIFY_ERRORS}#network-error`,
    'Device number does not resolve to a supported Mobile Network Operator.',
  ],
  not_cellular: [
    412,
    'Network not supported',
    `${VERIFY_ERRORS}#network-error`,
    'IP Address does not resolve to a cellular device.',
  ],
  invalid_params: [
    422,
    'Invalid params',
    `${ERRORS}#invalid-params`,
    'The value of one or more parameters is invalid.',
  ],
  throttled: [
    429,
    'Rate Limit Hit',
    `${ERRORS}#throttled`,
    'Please wait, then retry your request.',
  ],
  internal_error: [
    500,
    'Internal error',
    `${ERRORS}#internal-error`,
    'There was an error processing your request in the Platform.',
  ],
  unavailable: [
    503,
    'Service unavailable',
    `${ERRORS}#unavailable`,
    'The service is not available at the moment.',
  ],
} as const satisfies Record<string, readonly [number, string, string, string]>;

export type ProblemName = keyof typeof PROBLEMS;

/** Narrows the name of a problem in a fault. */
export const PROBLEM_NAMES = Object.keys(PROBLEMS) as readonly ProblemName[];

/**
 * The answer for one documented error. `members` are added to the body and may replace its
 * `detail`; `status` replaces the usual status.
 */
export function problem(
  name: ProblemName,
  members: Readonly<Record<string, unknown>> = {},
  status?: number,
): Answer {
  const [usualStatus, title, type, detail] = PROBLEMS[name];
  return {
    status: status ?? usualStatus,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ title, type, detail, instance: randomUUID(), ...members }),
  };
}

/** The text of one documented error, for the fragment of a redirect. */
export function problemDetail(name: ProblemName): string {
  return PROBLEMS[name][3];
}

/** 404 for a request that is unknown, ended, or verified already. */
export function requestNotFound(requestId: string): Answer {
  const detail = `Request ${requestId} was not found or it has been verified already.`;
  return problem('not_found', { detail });
}
