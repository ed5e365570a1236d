/** One verification, shown in the examples of the published contracts. */

import { PROBLEM_BASE, PROBLEMS, type ProblemCode } from '../../domain/errors.ts';
import type { ProblemBody, ProofAnswer, StartAnswer } from '../answers.ts';
import { MOMENTS, type Moment, REQUEST_ID } from './example-verifications.ts';

export const CLIENT_TOKEN = `${REQUEST_ID}.Qm9ndXMtdG9rZW4tZm9yLWV4YW1wbGVzLW9ubHktMDE`;

export const CLIENT_INFO = {
  platform: 'android',
  app_version: '4.12.1',
  sdk_version: '1.2.0',
  carrier: '26201',
};

export const START_REQUEST = {
  phone_number: '+447700900178',
  email: 'jo@example.org',
  channels: ['silent_auth', 'email'],
  locale: 'de-DE',
  client: CLIENT_INFO,
};

export const START_ANSWER: StartAnswer = {
  request_id: REQUEST_ID,
  client_token: CLIENT_TOKEN,
  websocket_url: 'wss://push.example.org',
  verification: MOMENTS.started,
};

export const CHECK_CODE_REQUEST = { request_id: REQUEST_ID, code: 'Ab3xK9' };

export const NEXT_WORKFLOW_REQUEST = { from: 'silent_auth', error: 'sdk_no_data_connectivity' };

export const PROOF_REQUEST = { phone_number: '+447700900178' };

export const PROOF_ANSWER: ProofAnswer = {
  proof: 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS5leGFtcGxlLm9yZyJ9.c2lnbmF0dXJl',
  expires_at: '2026-03-04T10:21:00.000Z',
};

/** Problems about a verification carry it. */
const STANDS: Partial<Record<ProblemCode, Moment>> = {
  code_invalid: 'pin_rejected',
  request_id_mismatch: 'aborted',
  code_not_expected: 'check_url_issued',
  no_next_channel: 'fallen_back',
  verification_closed: 'cancelled',
};

/** Codes whose answer has `retry_after`. */
export function isTimed(code: ProblemCode): boolean {
  const { status } = PROBLEMS[code];
  return status === 429 || status === 503 || code === 'start_in_progress';
}

/** The example of a problem with this code. */
export function problem(code: ProblemCode): ProblemBody {
  const { status, title, advice, retryable } = PROBLEMS[code];
  const moment = STANDS[code];
  return {
    type: `${PROBLEM_BASE}/${code}`,
    title,
    status,
    detail: advice,
    code,
    retryable,
    ...(isTimed(code) && { retry_after: code === 'start_in_progress' ? 2 : 30 }),
    ...(code === 'code_invalid' && { attempts_remaining: 2 }),
    ...(code === 'request_invalid' && {
      errors: [{ field: 'phone_number', reason: 'must be E.164 with a leading +' }],
    }),
    ...(moment && { verification: MOMENTS[moment] }),
  };
}
