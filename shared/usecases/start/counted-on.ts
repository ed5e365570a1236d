/** Which rate limits one start counts on. */

import type { Caller, CountedOn } from '../../domain/ports/rate-limits.ts';
import type { StartRequest } from '../../domain/start-request.ts';

export function countedOnCaller({ subject, address }: Caller): CountedOn {
  return subject === undefined
    ? { limit: 'address', value: address }
    : { limit: 'subject', value: subject };
}

/** The block of 10 000 numbers around the number, and the mailbox. */
export function countedOnOthers({ phoneNumber, email }: StartRequest): readonly CountedOn[] {
  const prefix: CountedOn = { limit: 'prefix', value: phoneNumber.slice(0, -4) };
  return email === undefined ? [prefix] : [prefix, { limit: 'email', value: email.toLowerCase() }];
}
