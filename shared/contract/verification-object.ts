/** The verification on the wire: one shape in answers, pushes and snapshots. */

import * as z from 'zod/mini';
import { REASONS } from '../domain/verification.ts';
import { channelSchema } from './requests.ts';

const timeSchema = z.iso.datetime();

export const reasonSchema = z.enum(REASONS);

export const statusSchema = z.enum([
  'pending',
  'action_pending',
  'checking',
  'completed',
  'failed',
  'user_rejected',
  'expired',
  'blocked',
  'cancelled',
  'aborted',
]);

export const stepStatusSchema = z.enum([
  'unused',
  'pending',
  'action_pending',
  'checking',
  'completed',
  'failed',
  'expired',
  'user_rejected',
  'blocked',
  'cancelled',
]);

export const openCheckUrlSchema = z.object({
  type: z.literal('open_check_url'),
  check_url: z.string().check(z.maxLength(2048)),
  method: z.enum(['fetch', 'navigate']),
});

export const submitCodeSchema = z.object({
  type: z.literal('submit_code'),
  code_length: z.int().check(z.minimum(4), z.maximum(10)),
  attempts_remaining: z.int().check(z.minimum(1), z.maximum(3)),
});

export const actionSchema = z.discriminatedUnion('type', [openCheckUrlSchema, submitCodeSchema]);

export const stepSchema = z.object({
  channel: channelSchema,
  status: stepStatusSchema,
  reason: z.nullable(reasonSchema),
});

export const verificationSchema = z.object({
  request_id: z.string(),
  seq: z.int().check(z.minimum(1)),
  status: statusSchema,
  channel: channelSchema,
  next_channel: z.nullable(channelSchema),
  action: z.nullable(actionSchema),
  workflow: z.array(stepSchema),
  verified: z.object({ phone_number: z.boolean(), email: z.boolean() }),
  reason: z.nullable(reasonSchema),
  created_at: timeSchema,
  updated_at: timeSchema,
  next_change_at: z.nullable(timeSchema),
  expires_at: timeSchema,
  ended_at: z.nullable(timeSchema),
});
export type VerificationObject = z.infer<typeof verificationSchema>;
