/** The one error class of the client, with a stable code. */

import { isRecord, type ProblemCode, toVerification, type VerificationObject } from './contract.ts';

/**
 * The codes of the API (`docs/api.md`), and two of the client. `network_error`: no answer, or one
 * that did not come from this API, such as a hotel's login page. `gateway_error`: the gateway
 * itself answered. A code that a newer server has added is passed on unchanged.
 */
export type ClientProblemCode =
  | ProblemCode
  | 'network_error'
  | 'gateway_error'
  | (string & Record<never, never>);

export interface ProblemDetails {
  /** Status of the HTTP answer; absent without an answer. */
  readonly status?: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before repeating the call. */
  readonly retryAfter?: number;
  /** With `code_invalid`: remaining attempts. */
  readonly attemptsRemaining?: number;
  /** With `request_invalid`: the members at fault. */
  readonly errors?: readonly { readonly field: string; readonly reason: string }[];
  /** The current verification. Never log it: it holds the check_url. */
  readonly verification?: VerificationObject;
}

/** Its `code`, `message` and `status` may be logged. */
export class ClientProblem extends Error implements ProblemDetails {
  override readonly name = 'ClientProblem';
  declare readonly code: ClientProblemCode;
  declare readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly retryAfter?: number;
  declare readonly attemptsRemaining?: number;
  declare readonly errors?: readonly { readonly field: string; readonly reason: string }[];
  declare readonly verification?: VerificationObject;

  constructor(code: ClientProblemCode, message: string, details: ProblemDetails) {
    super(message);
    Object.assign(this, { code, ...details });
  }
}

/** @param status of an answer that does not come from this API */
export function networkProblem(status?: number): ClientProblem {
  const message = status === undefined ? 'no answer came' : `somebody else answered ${status}`;
  const details = { retryable: true, ...(status !== undefined && { status }) };
  return new ClientProblem('network_error', message, details);
}

/** Reads the problem of an answer: problem+json of the functions, `{message}` of the gateway. */
export function toProblem(status: number, body: unknown): ClientProblem {
  if (!isRecord(body)) return networkProblem(status);
  const { code, title, retryable, verification, errors } = body;
  if (typeof code !== 'string' || typeof retryable !== 'boolean' || body.status !== status) {
    return typeof body.message === 'string' ? gatewayProblem(status) : networkProblem(status);
  }
  const { retry_after: retryAfter, attempts_remaining: attemptsRemaining } = body;
  const taken = toVerification(verification);
  return new ClientProblem(code, String(title ?? code), {
    status,
    retryable,
    ...(typeof retryAfter === 'number' && { retryAfter }),
    ...(typeof attemptsRemaining === 'number' && { attemptsRemaining }),
    ...(Array.isArray(errors) && { errors }),
    ...(taken && { verification: taken }),
  });
}

function gatewayProblem(status: number): ClientProblem {
  const message = `the gateway answered ${status}`;
  const retryable = status === 429 || status >= 500;
  return new ClientProblem('gateway_error', message, { status, retryable });
}

export function isProblem(error: unknown, ...codes: readonly string[]): error is ClientProblem {
  return error instanceof ClientProblem && (codes.length === 0 || codes.includes(error.code));
}

/** Retryable, but only by the user or after a pause that the app chooses. */
const CERTAIN: readonly string[] = ['rate_limited', 'code_invalid'] satisfies ClientProblemCode[];

/**
 * Whether the call may have had no effect, so that it should be repeated. A code that is younger
 * than this client counts by its `retryable`.
 */
export function isUncertain({ code, retryable }: ClientProblem): boolean {
  return retryable && !CERTAIN.includes(code);
}

/**
 * Whether the server certainly refused this start. A `rate_limited` does not prove it, because the
 * limit is checked before the server looks for a verification with the same key.
 */
export function isRefusal(error: unknown): boolean {
  const isOpen = isProblem(error, 'gateway_error', 'rate_limited');
  return isProblem(error) && !isUncertain(error) && !isOpen;
}
