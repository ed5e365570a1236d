/**
 * The form of a fault: what it matches and what it changes. It is parsed strictly, so that a
 * misspelt fault is refused instead of having no effect. `docs/vonage.md` explains every member.
 */
import { z } from 'zod';
import { CHANNELS } from '../../../shared/config.ts';
import { PROBLEM_NAMES } from './problems.ts';

const OPERATIONS = ['start', 'check', 'next_workflow', 'cancel', 'check_url'] as const;
const DISTURBANCES = [
  'timeout',
  'slow',
  'trickle',
  'truncated',
  'not_json',
  'empty',
  'reset',
  'extra_members',
  'invalid_params_object',
] as const;

/** Changes the answer to a call. */
const answerFault = z.strictObject({
  operation: z.enum([...OPERATIONS, '*']),
  kind: z.enum([...DISTURBANCES, ...PROBLEM_NAMES]),
  /**
   * Whether Vonage has acted before the fault; default `none` for problems and `timeout`, else
   * `done`.
   */
  effect: z.enum(['none', 'done']).optional(),
  /** Real milliseconds before the answer (`slow`), or before its second half (`trickle`). */
  delay_ms: z.number().min(0).max(600_000).optional(),
  status: z.int().min(200).max(599).optional(),
  /** Sent as `retry-after`, in seconds. */
  retry_after: z.int().min(0).optional(),
  /** Members that are added to the body or replaced in it. */
  set: z.record(z.string(), z.unknown()).optional(),
});

/** Changes webhooks. */
const webhookFault = z.strictObject({
  on: z
    .strictObject({
      type: z.enum(['event', 'summary']),
      channel: z.enum(CHANNELS),
      status: z.string(),
    })
    .partial()
    .optional(),
  drop: z.literal(true).optional(),
  /** How many further copies are sent. */
  duplicate: z.int().min(1).max(20).optional(),
  /** Real milliseconds before the first attempt. */
  delay_ms: z.number().min(0).max(600_000).optional(),
  /** The webhook is held back until the next one of the same request was sent. */
  reorder: z.literal(true).optional(),
  /**
   * Members that are added to the body or replaced in it before it is signed; null removes a
   * member.
   */
  set: z.record(z.string(), z.unknown()).optional(),
  signature: z
    .enum([
      'none',
      'wrong_secret',
      'other_application',
      'no_application',
      'other_api_key',
      'other_issuer',
      'no_payload_hash',
      'expired',
      'alg_none',
    ])
    .optional(),
  /** One byte of the body is changed after signing. */
  altered: z.literal(true).optional(),
  /** How many attempts `signature` and `altered` affect; default 1 for `none`, otherwise all. */
  attempts: z.int().min(1).optional(),
  /** Retries repeat the first token instead of getting a new one. */
  same_token: z.literal(true).optional(),
});

const outcome = z.enum(['completed', 'failed', 'user_rejected', 'blocked']);

/** Changes how a request behaves, for everything that Vonage does not document. */
const requestFault = z
  .strictObject({
    coverage: z.enum(['supported', 'unsupported']),
    coverage_event: z.boolean(),
    check_url_in: z.enum(['both', 'answer', 'webhook', 'neither']),
    /** Sent instead of the real check_url; `{request_id}` is replaced. */
    check_url: z.string(),
    check_url_id: z.enum(['same', 'own']),
    action: z.enum(['object', 'array', 'absent']),
    outcomes: z.partialRecord(z.enum(CHANNELS), outcome),
    carrier_status: z.union([z.literal(409), z.literal(412)]),
    /** `other`: a random id, as a man in the middle would cause. */
    result_request_id: z.string(),
    hops: z.int().min(3).max(30),
    hop_delay_ms: z.number().min(0).max(60_000),
    cookies: z.enum(['offered', 'required']),
    fetch_once: z.boolean(),
    after_user_rejected: z.enum(['continue', 'stop']),
    conflict_request_id: z.boolean(),
    /** Locales that are accepted; others are refused with 422. */
    locales: z.array(z.string()),
    lock: z.enum(['number', 'none']),
    wrong_silent_code: z.enum(['next_channel', 'end', 'gone', 'stay']),
    pin_tries: z.int().min(1).max(10),
    silent_code: z.enum(['mixed', 'digits']),
    channel_events: z.boolean(),
    skipped_event: z.boolean(),
    cancel_refusal: z.union([z.literal(404), z.literal(409)]),
    cancel_webhooks: z.enum(['summary', 'event', 'both', 'none']),
  })
  .partial();

export const faultRule = z
  .strictObject({
    id: z.string().min(1).max(64).optional(),
    /** A phone number, with or without `+`, or an e-mail address of the workflow. */
    to: z.string().min(1).optional(),
    request_id: z.string().min(1).optional(),
    /** How many answers, webhooks or starts it affects; default: all. */
    next: z.int().min(1).optional(),
    answer: answerFault.optional(),
    webhook: webhookFault.optional(),
    request: requestFault.optional(),
  })
  .refine((rule) => [rule.answer, rule.webhook, rule.request].filter(Boolean).length === 1, {
    message: 'exactly one of answer, webhook, request',
  });

export type Operation = (typeof OPERATIONS)[number];
export type FaultRule = z.infer<typeof faultRule>;
export type AnswerFault = z.infer<typeof answerFault>;
export type WebhookFault = z.infer<typeof webhookFault>;
export type RequestFault = z.infer<typeof requestFault>;
