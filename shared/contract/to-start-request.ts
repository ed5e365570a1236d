/** Parses a start and maps the wire's names to ours. */

import { Problem } from '../domain/errors.ts';
import { toLocale } from '../domain/locale.ts';
import type { StartRequest } from '../domain/start-request.ts';
import { toMailbox } from './mailbox.ts';
import { IDEMPOTENCY_KEY, type StartBody } from './requests.ts';

/** Throws `request_invalid` for a malformed or guessable key. */
export function toStartRequest(body: StartBody, idempotencyKey: string | undefined): StartRequest {
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    throw new Problem('request_invalid', 'the idempotency key does not have its form', {
      errors: [{ field: 'idempotency-key', reason: 'must be 22 to 64 characters of A-Za-z0-9_-' }],
    });
  }
  const { phone_number: phoneNumber, email, channels, nonce, result } = body;
  const locale = toLocale(body.locale);
  return {
    phoneNumber,
    result,
    ...(email !== undefined && { email: (typeof email === 'string' && toMailbox(email)) || '' }),
    ...(channels && { channels }),
    ...(locale !== undefined && { locale }),
    ...(nonce !== undefined && { nonce }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}
