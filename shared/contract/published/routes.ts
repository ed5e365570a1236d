/** Request and answers of each HTTP route, for the published contract. */

import type { HTTP_ROUTES } from '../../config.ts';
import type { ProblemCode } from '../../domain/errors.ts';
import type { Moment } from './example-verifications.ts';

export type RouteKey = keyof typeof HTTP_ROUTES;

export interface Success {
  readonly status: number;
  readonly description: string;
  /** Name of a component; absent: no body. */
  readonly schema?: string;
  /** Shown as examples; absent: the examples of the component. */
  readonly moments?: readonly Moment[];
}

export interface Route {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** `login`: only where the stage has a JWT authorizer. */
  readonly security: 'client_token' | 'signature' | 'login' | 'none';
  /** Name of a component. */
  readonly body?: string;
  readonly isBodyOptional?: true;
  readonly successes: readonly Success[];
  readonly problems: readonly ProblemCode[];
}

const BODY: readonly ProblemCode[] = [
  'request_invalid',
  'payload_too_large',
  'media_type_unsupported',
];
const OURS: readonly ProblemCode[] = ['internal', 'dependency_unavailable'];
/** 200 with the verification; its examples are these moments. */
function now(...moments: readonly Moment[]): Success {
  const description = 'The verification as it is now.';
  return { status: 200, description, schema: 'VerificationAnswer', moments };
}

export const ROUTES: Readonly<Record<RouteKey, Route>> = {
  'POST /start': {
    operationId: 'start',
    summary: 'Start a verification',
    description:
      'A repeat with the same `idempotency-key` and body answers the same `request_id` and ' +
      '`client_token` with the current object, for 10 minutes and while it is unfinished.',
    security: 'login',
    body: 'StartRequest',
    successes: [
      { status: 202, description: 'The verification has started.', schema: 'StartAnswer' },
    ],
    problems: [
      ...BODY,
      'start_in_progress',
      'verification_closed',
      'phone_number_refused',
      'network_unsupported',
      'idempotency_mismatch',
      'rate_limited',
      'provider_unavailable',
      ...OURS,
    ],
  },
  'POST /check-code': {
    operationId: 'checkCode',
    summary: 'Submit a code',
    description:
      'Safe to repeat: after `completed` it answers 200 again. A code of silent_auth is checked ' +
      'once, PINs three times.',
    security: 'client_token',
    body: 'CheckCodeRequest',
    successes: [
      now('completed'),
      {
        status: 202,
        description: "Vonage's answer was lost: status `checking`; wait for the next change.",
        schema: 'VerificationAnswer',
        moments: ['code_submitted'],
      },
    ],
    problems: [
      ...BODY,
      'code_invalid',
      'client_token_invalid',
      'request_id_mismatch',
      'code_not_expected',
      'verification_closed',
      'rate_limited',
      'provider_unavailable',
      ...OURS,
    ],
  },
  'POST /next-workflow': {
    operationId: 'nextWorkflow',
    summary: 'Skip a channel',
    description: 'Skips `from` only while it still runs, so a repeat has no effect.',
    security: 'client_token',
    body: 'NextWorkflowRequest',
    isBodyOptional: true,
    successes: [now('fallen_back')],
    problems: [
      ...BODY,
      'client_token_invalid',
      'no_next_channel',
      'rate_limited',
      'provider_unavailable',
      ...OURS,
    ],
  },
  'POST /cancel': {
    operationId: 'cancel',
    summary: 'Cancel the verification',
    description: 'After the end it returns the verification unchanged.',
    security: 'client_token',
    successes: [now('cancelled', 'completed')],
    problems: ['client_token_invalid', 'rate_limited', ...OURS],
  },
  'GET /status': {
    operationId: 'status',
    summary: 'Read the verification',
    description: 'Returns the same object as the push: an app without a socket needs nothing else.',
    security: 'client_token',
    successes: [now('check_url_issued', 'fallen_back', 'completed')],
    problems: ['client_token_invalid', ...OURS],
  },
  'POST /proof': {
    operationId: 'proof',
    summary: 'Get a proof for your backend',
    description: 'For 10 minutes after `completed`; a repeat has the same `jti`.',
    security: 'client_token',
    body: 'ProofRequest',
    isBodyOptional: true,
    successes: [{ status: 200, description: 'The proof.', schema: 'ProofAnswer' }],
    problems: [...BODY, 'client_token_invalid', 'verification_closed', 'proof_refused', ...OURS],
  },
  'GET /.well-known/jwks.json': {
    operationId: 'jwks',
    summary: 'The public keys of the proofs',
    description: 'RFC 7517; two keys during a rotation.',
    security: 'none',
    successes: [{ status: 200, description: 'The keys.', schema: 'JsonWebKeySet' }],
    problems: OURS,
  },
  'POST /webhook': {
    operationId: 'webhook',
    summary: "Vonage's webhooks",
    description: "For Vonage only: signed with the account's signature secret.",
    security: 'signature',
    body: 'Callback',
    successes: [{ status: 204, description: 'Stored, or without a known meaning.' }],
    problems: [...BODY, 'signature_invalid', ...OURS],
  },
  'GET /openapi.json': {
    operationId: 'openapi',
    summary: 'This document',
    description: 'OpenAPI 3.1.',
    security: 'none',
    successes: [{ status: 200, description: 'The document.', schema: 'Document' }],
    problems: ['internal'],
  },
  'GET /asyncapi.json': {
    operationId: 'asyncapi',
    summary: 'The contract of the WebSocket',
    description: 'AsyncAPI 3.',
    security: 'none',
    successes: [{ status: 200, description: 'The document.', schema: 'Document' }],
    problems: ['internal'],
  },
};
