/** The closed list of problem codes, what each means, and the one error class that carries them. */

import type { Verification } from './verification.ts';

export interface ProblemDefinition {
  readonly status: number;
  /** The fixed sentence for the caller. */
  readonly title: string;
  /** Whether the same request may succeed when it is sent again later. */
  readonly retryable: boolean;
  /** What the app should do. */
  readonly advice: string;
}

/** A problem's `type` is this, a slash and its code. */
export const PROBLEM_BASE = 'https://silent-auth.example/problems';

/**
 * A code without a status does not compile; the contract and docs/api.md are generated from this
 * table.
 */
export const PROBLEMS = {
  request_invalid: {
    status: 400,
    title: 'the request does not follow the contract',
    retryable: false,
    advice: 'Fix the members named in `errors`; repeating the request does not help.',
  },
  code_invalid: {
    status: 400,
    title: 'the code is wrong',
    retryable: true,
    advice: 'Ask for the code again while `attempts_remaining` is above 0.',
  },
  client_token_invalid: {
    status: 401,
    title: 'the client token is not valid',
    retryable: false,
    advice: 'Drop the token and start a new verification.',
  },
  signature_invalid: {
    status: 401,
    title: 'the signature is not valid',
    retryable: false,
    advice: 'For webhooks only: the sender is not Vonage, or the signature secret differs.',
  },
  start_in_progress: {
    status: 409,
    title: 'the same start is still running',
    retryable: true,
    advice: 'Repeat it with the same idempotency key after `retry_after` seconds.',
  },
  request_id_mismatch: {
    status: 409,
    title: 'the handset received the request_id of another verification',
    retryable: false,
    advice: 'Stop: somebody may intercept the traffic. Start again on another network.',
  },
  code_not_expected: {
    status: 409,
    title: 'no code is expected now',
    retryable: false,
    advice: 'Follow `verification`: do its action, or wait.',
  },
  no_next_channel: {
    status: 409,
    title: 'no channel is left in the workflow',
    retryable: false,
    advice: 'Stay with the running channel, or cancel.',
  },
  verification_closed: {
    status: 410,
    title: 'the verification has ended',
    retryable: false,
    advice: 'Read `verification` for the reason; start a new one.',
  },
  payload_too_large: {
    status: 413,
    title: 'the body is too large',
    retryable: false,
    advice: 'Send at most 4 KB (webhooks: 16 KB).',
  },
  media_type_unsupported: {
    status: 415,
    title: 'the content type must be application/json',
    retryable: false,
    advice: 'Send JSON in UTF-8, not compressed.',
  },
  phone_number_refused: {
    status: 422,
    title: 'the phone number is not accepted',
    retryable: false,
    advice: 'Ask for a mobile number of a supported country.',
  },
  network_unsupported: {
    status: 422,
    title: 'the mobile network does not support silent authentication',
    retryable: false,
    advice: 'Start again with another channel.',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'the idempotency key was used with another body',
    retryable: false,
    advice: 'Use a new key for a new request.',
  },
  proof_refused: {
    status: 422,
    title: 'the proof is refused',
    retryable: false,
    advice: 'Send the same phone number and e-mail address as in the start.',
  },
  rate_limited: {
    status: 429,
    title: 'too many requests',
    retryable: true,
    advice: 'Wait `retry_after` seconds.',
  },
  internal: {
    status: 500,
    title: 'something went wrong on our side',
    retryable: true,
    advice: 'Read `GET /status`, then repeat the request with back-off.',
  },
  provider_unavailable: {
    status: 503,
    title: 'the verification provider cannot be reached',
    retryable: true,
    advice: 'Wait `retry_after` seconds, read `GET /status`, repeat.',
  },
  dependency_unavailable: {
    status: 503,
    title: 'a part of the service is not available',
    retryable: true,
    advice: 'Wait `retry_after` seconds, read `GET /status`, repeat.',
  },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One member of the request that does not follow the contract. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

export interface ProblemMembers {
  readonly verification?: Verification;
  readonly retryAfterSeconds?: number;
  readonly attemptsRemaining?: number;
  readonly errors?: readonly FieldError[];
  /** An operator must set or correct a secret: counted, not shown to the caller. */
  readonly secretNotSet?: true;
  /** The sender caused a 5xx: logged as a warning without a stack. */
  readonly causedBySender?: true;
}

/**
 * An answer that the contract foresees. `message` is for our log and holds no value of the request.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly members: ProblemMembers;

  constructor(
    code: ProblemCode,
    message: string,
    members: ProblemMembers = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.members = members;
  }
}
