/** Request and answer of a start, and the rule for equal starts. */

import { isRecord, type StartAnswer, toVerification } from './contract.ts';
import { networkProblem } from './problem.ts';

export interface StartRequest {
  /** E.164 with its `+`. */
  readonly phoneNumber: string;
  readonly email?: string | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly locale?: string | undefined;
  /** Created by your backend; returned in the proof. */
  readonly nonce?: string | undefined;
  /** `redirect` for web pages. @default json */
  readonly result?: 'json' | 'redirect' | undefined;
}

/** The body of `POST /start`; members that are `undefined` are not sent. */
export type StartBody = Omit<StartRequest, 'phoneNumber'> & { readonly phone_number: string };

/** Always the same members in the same order, so that equal requests have equal bodies. */
export function toStartBody(request: StartRequest): StartBody {
  const { phoneNumber, email, channels, locale, nonce, result } = request;
  return { phone_number: phoneNumber, email, channels, locale, nonce, result };
}

/** Whether both requests are equal, so that one idempotency key serves both. */
export function isSameStart(one: StartRequest, other: StartRequest): boolean {
  return JSON.stringify(toStartBody(one)) === JSON.stringify(toStartBody(other));
}

/**
 * Whether number, channels and nonce are the same; the e-mail address is compared only if the
 * request has one.
 */
export function isResumable(saved: StartRequest, request: StartRequest): boolean {
  const { email = saved.email } = request;
  return isSameStart(saved, { ...saved, ...identity(request), email });
}

function identity({ phoneNumber, channels, nonce }: StartRequest): StartRequest {
  return { phoneNumber, channels, nonce };
}

/** @throws ClientProblem `network_error` when the answer does not come from this API */
export function toStartAnswer({ status, body }: { status: number; body: unknown }): StartAnswer {
  const members = isRecord(body) ? body : {};
  const verification = toVerification(members.verification);
  const { client_token, websocket_url } = members;
  if (!verification || typeof client_token !== 'string' || typeof websocket_url !== 'string') {
    throw networkProblem(status);
  }
  return { request_id: verification.request_id, client_token, websocket_url, verification };
}
