/** Everything that can go wrong, as one error with a stable code. */

import { isRecord, type ProblemCode, toVerification, type VerificationObject } from './contract.ts';

/**
 * The server's codes (README, Problems), and two of the client: `network_error`, no answer of this
 * API came, whatever became of the call; `gateway_error`, the gateway answered by itself. A code that
 * a newer server has added comes as it is.
 */
export type ClientProblemCode =
  | ProblemCode
  | 'network_error'
  | 'gateway_error'
  | (string & Record<never, never>);

export interface ProblemDetails {
  /** Of the HTTP answer; absent without one. */
  readonly status?: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before that. */
  readonly retryAfter?: number;
  /** With `code_invalid`: tries that are left. */
  readonly attemptsRemaining?: number;
  /** With `request_invalid`: the members at fault. */
  readonly errors?: readonly { readonly field: string; readonly reason: string }[];
  /** How the verification stands. It holds the check_url: not for any log. */
  readonly verification?: VerificationObject;
}

/** Its `code`, `message` and `status` may be logged. */
export class ClientProblem extends Error implements ProblemDetails {
  override readonly name = 'ClientProblem';
  readonly code: ClientProblemCode;
  readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly retryAfter?: number;
  declare readonly attemptsRemaining?: number;
  declare readonly errors?: readonly { readonly field: string; readonly reason: string }[];
  declare readonly verification?: VerificationObject;

  constructor(code: ClientProblemCode, message: string, details: ProblemDetails) {
    super(message);
    this.code = code;
    this.retryable = details.retryable;
    Object.assign(this, details);
  }
}

export function networkProblem(message: string): ClientProblem {
  return new ClientProblem('network_error', message, { retryable: true });
}

/** The problem that an answer tells: problem+json of the functions, `{message}` of the gateway. */
export function toProblem(status: number, body: unknown): ClientProblem {
  if (!isRecord(body) || typeof body.code !== 'string') {
    const retryable = status === 429 || status >= 500;
    return new ClientProblem('gateway_error', `the gateway answered ${status}`, {
      status,
      retryable,
    });
  }
  const { retry_after: retryAfter, attempts_remaining: attemptsRemaining, errors } = body;
  const verification = toVerification(body.verification);
  return new ClientProblem(body.code, String(body.title ?? body.code), {
    status,
    retryable: body.retryable === true,
    ...(typeof retryAfter === 'number' && { retryAfter }),
    ...(typeof attemptsRemaining === 'number' && { attemptsRemaining }),
    ...(Array.isArray(errors) && { errors }),
    ...(verification && { verification }),
  });
}

/** Whether the call may not have been carried out at all, so that repeating it is right. */
export function isUncertain({ code, status = 0 }: ClientProblem): boolean {
  switch (code) {
    case 'network_error':
    case 'internal':
    case 'provider_unavailable':
    case 'dependency_unavailable':
    case 'start_in_progress':
      return true;
    default:
      return code === 'gateway_error' && (status === 429 || status >= 500);
  }
}
