/** The rate limits that count one start. */

import { canonicalMailbox } from '../../domain/mailbox.ts';
import type { Caller, CountedOn } from '../../domain/ports/rate-limits.ts';
import type { StartContext } from './start-context.ts';

export function countedOnCaller(caller: Caller): CountedOn {
  const { subject, address } = caller;
  return subject === undefined
    ? { limit: 'address', value: address, caller }
    : { limit: 'subject', value: subject, caller };
}

/** The number, its block of 10 000 numbers, and the mailbox when mail is sent. */
export function countedOnOthers({ request, caller, plan }: StartContext): readonly CountedOn[] {
  const { phoneNumber, email } = request;
  const counted: CountedOn[] = [
    { limit: 'phone_number', value: phoneNumber, caller },
    { limit: 'prefix', value: phoneNumber.slice(0, -4), caller },
  ];
  if (email !== undefined && plan.workflow.includes('email')) {
    counted.push({ limit: 'email', value: canonicalMailbox(email), caller });
  }
  return counted;
}
