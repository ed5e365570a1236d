/** What a story orders of the Vonage simulator (`docs/vonage.md`), for its own number only. */

import type { PaceName } from './pace.ts';
import type { Story } from './story.ts';
import { TROUBLES } from './troubles.ts';

export interface Rule {
  readonly id: string;
  readonly to: string;
  readonly [member: string]: unknown;
}

/** @param thinkingMs how long Vonage takes, so that a person sees the app wait for the push */
export function toRules(
  { phoneNumber, troubles }: Story,
  pace: PaceName,
  thinkingMs: number,
): readonly Rule[] {
  const interrupts = troubles.has('lost_socket') || troubles.has('background');
  const delayMs = pace === 'fast' && !interrupts ? 0 : thinkingMs;
  const ordered = [
    // Vonage may name the check_url in its answer, in its webhook or in both: here by webhook.
    { request: { check_url_in: 'webhook' } },
    ...(delayMs > 0 ? [{ webhook: { on: { status: 'action_pending' }, delay_ms: delayMs } }] : []),
    ...TROUBLES.filter(({ name }) => troubles.has(name)).flatMap(({ rules = [] }) => rules),
  ];
  return ordered.map((rule, index) => ({
    id: `phone-${crypto.randomUUID()}-${index}`,
    to: phoneNumber,
    ...rule,
  }));
}
