/** Schemas of answers and pushes, without the verification itself. */

import * as z from 'zod/mini';
import { PROBLEMS, type ProblemCode } from '../domain/errors.ts';
import { verificationSchema } from './verification-object.ts';

export const startAnswerSchema = z.object({
  request_id: z.string(),
  client_token: z.string(),
  websocket_url: z.string(),
  verification: verificationSchema,
});
export type StartAnswer = z.infer<typeof startAnswerSchema>;

export const verificationAnswerSchema = z.object({ verification: verificationSchema });
export type VerificationAnswer = z.infer<typeof verificationAnswerSchema>;

export const proofAnswerSchema = z.object({ proof: z.string(), expires_at: z.iso.datetime() });
export type ProofAnswer = z.infer<typeof proofAnswerSchema>;

export const problemCodeSchema = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

/** RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: problemCodeSchema,
  retryable: z.boolean(),
  retry_after: z.optional(z.int().check(z.minimum(1))),
  attempts_remaining: z.optional(z.int().check(z.minimum(0))),
  errors: z.optional(z.array(z.object({ field: z.string(), reason: z.string() }))),
  verification: z.optional(verificationSchema),
});
export type ProblemBody = z.infer<typeof problemSchema>;

export const snapshotSchema = z.object({
  type: z.literal('snapshot'),
  verification: verificationSchema,
});
export const transitionSchema = z.object({
  type: z.literal('transition'),
  verification: verificationSchema,
});
export const pongSchema = z.object({ type: z.literal('pong') });
export const errorMessageSchema = z.object({ type: z.literal('error'), code: problemCodeSchema });

export const serverMessageSchema = z.discriminatedUnion('type', [
  snapshotSchema,
  transitionSchema,
  pongSchema,
  errorMessageSchema,
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
