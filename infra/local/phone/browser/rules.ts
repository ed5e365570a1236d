/**
 * The rules of a story for the Vonage simulator (`docs/vonage.md`); they apply to its number only.
 */

import type { PaceName } from './pace.ts';
import type { Story } from './story.ts';
import { TROUBLES } from './troubles.ts';

export interface Rule {
  readonly id: string;
  readonly to: string;
  readonly [member: string]: unknown;
}

/** @param thinkingMs delay of Vonage's check_url, so that a person can see the app waiting */
export function toRules(
  { phoneNumber, troubles }: Story,
  pace: PaceName,
  thinkingMs: number,
): readonly Rule[] {
  const interrupts = troubles.has('lost_socket') || troubles.has('background');
  const delayMs = pace === 'fast' && !interrupts ? 0 : thinkingMs;
  const ordered = [
    // Vonage may send the check_url in its answer, by webhook or both ways; here by webhook.
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
