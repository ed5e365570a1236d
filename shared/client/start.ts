/** What a start sends, and what it answers. */

import { isRecord, type StartAnswer, toVerification } from './contract.ts';
import { networkProblem } from './problem.ts';

export interface StartRequest {
  /** E.164 with its `+`. */
  readonly phoneNumber: string;
  readonly email?: string;
  readonly channels?: readonly string[];
  readonly locale?: string;
  /** Made by the company's backend; comes back in the proof. */
  readonly nonce?: string;
  /** `redirect` for web pages. @default json */
  readonly result?: 'json' | 'redirect';
}

/** As sent to `POST /start`. */
export type StartBody = Omit<StartRequest, 'phoneNumber'> & { readonly phone_number: string };

/** Members that are `undefined` are not sent. */
export function toStartBody({ phoneNumber, ...others }: StartRequest): StartBody {
  return { phone_number: phoneNumber, ...others };
}

/** @throws ClientProblem `network_error` when the answer is none of this API */
export function toStartAnswer(body: unknown): StartAnswer {
  const verification = isRecord(body) ? toVerification(body.verification) : undefined;
  if (!isRecord(body) || !verification || typeof body.client_token !== 'string') {
    throw networkProblem('the answer is not that of a start');
  }
  return {
    request_id: verification.request_id,
    client_token: body.client_token,
    websocket_url: String(body.websocket_url),
    verification,
  };
}
