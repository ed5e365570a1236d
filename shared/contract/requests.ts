/** Schemas of clients' bodies and messages, used by the handlers. Unknown members are dropped. */

import * as z from 'zod/mini';
import { CODE_PATTERN, MAX_TYPED_CODE_LENGTH, toCode } from '../domain/code.ts';
import { CHANNELS } from '../domain/workflow.ts';
import { MAX_MAILBOX_LENGTH, toMailbox } from './mailbox.ts';

/** 22–64 characters, at least 128 random bits, secret like the token. */
export const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{22,64}$/;

export const channelSchema = z.enum(CHANNELS);

const phoneNumberSchema = z
  .string()
  .check(z.regex(/^\+[1-9][0-9]{6,14}$/, 'must be E.164 with a leading +'));

/** Converted to its one form; a text that is not an address becomes empty. */
const emailSchema = z.string().check(
  z.maxLength(MAX_MAILBOX_LENGTH, 'must have at most 254 characters'),
  z.overwrite((text) => toMailbox(text) ?? ''),
  z.refine((text) => text !== '', 'must be an e-mail address'),
);

/** Accepts any value: only a start whose workflow sends e-mail is refused for a wrong address. */
export const startEmailSchema = z.unknown();

const channelsSchema = z.array(channelSchema).check(
  z.minLength(1, 'must name at least one channel'),
  z.maxLength(3, 'must name at most three channels'),
  z.refine((channels) => new Set(channels).size === channels.length, 'must name each channel once'),
  z.refine(
    (channels) => channels.lastIndexOf('silent_auth') <= 0,
    'silent_auth can only be the first channel',
  ),
);

export const startBodySchema = z.object({
  phone_number: phoneNumberSchema,
  email: z.optional(startEmailSchema),
  channels: z.optional(channelsSchema),
  /** Never refuses a start: `toLocale` reduces it. */
  locale: z.optional(z.unknown()),
  nonce: z.optional(
    z
      .string()
      .check(z.regex(/^[A-Za-z0-9_-]{16,128}$/, 'must be 16 to 128 characters of A-Za-z0-9_-')),
  ),
  result: z._default(z.enum(['json', 'redirect']), 'json'),
  /** Never refuses a request: see `client-info.ts`. */
  client: z.optional(z.unknown()),
});
export type StartBody = z.infer<typeof startBodySchema>;

export const checkCodeBodySchema = z.object({
  request_id: z.string().check(z.minLength(1), z.maxLength(128)),
  code: z.string().check(
    z.maxLength(MAX_TYPED_CODE_LENGTH, `must have at most ${MAX_TYPED_CODE_LENGTH} characters`),
    z.overwrite(toCode),
    // Not a pattern, because a code may be sent with spaces, dashes and digits of any script.
    z.refine((code) => CODE_PATTERN.test(code), 'must be 4 to 10 letters and digits'),
  ),
});
export type CheckCodeBody = z.infer<typeof checkCodeBodySchema>;

export const nextWorkflowBodySchema = z.object({
  from: z.optional(channelSchema),
  error: z.optional(z.string().check(z.maxLength(64))),
  /** Never refuses a request: see `client-info.ts`. */
  client: z.optional(z.unknown()),
});
export type NextWorkflowBody = z.infer<typeof nextWorkflowBodySchema>;

export const proofBodySchema = z.object({
  phone_number: z.optional(phoneNumberSchema),
  email: z.optional(emailSchema),
});
export type ProofBody = z.infer<typeof proofBodySchema>;

export const subscribeSchema = z.object({
  action: z.literal('subscribe'),
  client_token: z.string().check(z.maxLength(256)),
});
export const pingSchema = z.object({ action: z.literal('ping') });

/** Messages that a WebSocket client may send. */
export const messageSchema = z.discriminatedUnion('action', [subscribeSchema, pingSchema]);
export type Message = z.infer<typeof messageSchema>;
