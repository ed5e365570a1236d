/** One verification, told through the examples of the published contracts. */

import { PROBLEM_BASE, PROBLEMS, type ProblemCode } from '../domain/errors.ts';
import type { ProblemBody, ProofAnswer, StartAnswer } from './answers.ts';
import type { VerificationObject } from './verification-object.ts';

const REQUEST_ID = '5b0d1c9e-6c1e-4a53-9f39-0c4a6a6f7e11';
export const CLIENT_TOKEN = `${REQUEST_ID}.Qm9ndXMtdG9rZW4tZm9yLWV4YW1wbGVzLW9ubHktMDE`;

export const VERIFICATION: VerificationObject = {
  request_id: REQUEST_ID,
  seq: 2,
  status: 'action_pending',
  channel: 'silent_auth',
  next_channel: 'email',
  action: {
    type: 'open_check_url',
    check_url: `https://api-eu.vonage.com/v2/verify/${REQUEST_ID}/silent-auth/redirect`,
    method: 'fetch',
  },
  workflow: [
    { channel: 'silent_auth', status: 'action_pending', reason: null },
    { channel: 'email', status: 'unused', reason: null },
  ],
  verified: { phone_number: false, email: false },
  reason: null,
  created_at: '2026-03-04T10:15:30.000Z',
  updated_at: '2026-03-04T10:15:30.400Z',
  next_change_at: '2026-03-04T10:16:30.000Z',
  expires_at: '2026-03-04T10:19:00.000Z',
  completed_at: null,
};

export const START_REQUEST = {
  phone_number: '+4915123456788',
  email: 'jo@example.org',
  channels: ['silent_auth', 'email'],
};

export const START_ANSWER: StartAnswer = {
  request_id: REQUEST_ID,
  client_token: CLIENT_TOKEN,
  websocket_url: 'wss://push.example.org',
  verification: VERIFICATION,
};

export const CHECK_CODE_REQUEST = { request_id: REQUEST_ID, code: 'Ab3xK9' };

export const NEXT_WORKFLOW_REQUEST = { from: 'silent_auth', error: 'sdk_no_data_connectivity' };

export const PROOF_REQUEST = { phone_number: '+4915123456788' };

export const PROOF_ANSWER: ProofAnswer = {
  proof: 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS5leGFtcGxlLm9yZyJ9.c2lnbmF0dXJl',
  expires_at: '2026-03-04T10:21:00.000Z',
};

/** How a problem with this code looks. */
export function problem(code: ProblemCode): ProblemBody {
  const { status, title, advice, retryable } = PROBLEMS[code];
  return {
    type: `${PROBLEM_BASE}/${code}`,
    title,
    status,
    detail: advice,
    code,
    retryable,
    ...(status === 429 || status === 503 ? { retry_after: 30 } : {}),
    ...(code === 'code_invalid' && { attempts_remaining: 2 }),
    ...(code === 'request_invalid' && {
      errors: [{ field: 'phone_number', reason: 'must be E.164 with a leading +' }],
    }),
  };
}
