/**
 * The identity of events: two events are the same when they share a key. A key holds what an event
 * states, not when, so a webhook that Vonage signs and sends again is recognised. Items store the
 * keys, so their form never changes. They are short, because the price of a write grows with the
 * size of the item.
 */

import { createHash } from 'node:crypto';
import type { VerificationEvent } from './events.ts';

/** The event's own key first; a check_url that `started` carries is a fact of its own. */
export function factKeys(event: VerificationEvent): readonly [string, ...string[]] {
  switch (event.type) {
    case 'started':
      return event.checkUrl === undefined ? ['started'] : ['started', checkUrlKey(event.checkUrl)];
    case 'check_url_issued':
      return [checkUrlKey(event.checkUrl)];
    case 'channel_ended':
      return [`e:${event.channel}:${event.outcome}`];
    case 'summarized':
      return [`s:${event.status}`];
    case 'code_submitted':
      return [`a:${event.attempt}`];
    case 'code_checked':
      return [`o:${event.attempt}`];
    case 'rejection_reported':
      return ['reported'];
    case 'channel_skipped':
      return [
        event.attempt === 1 ? `next:${event.channel}` : `next:${event.channel}:${event.attempt}`,
      ];
    case 'skip_refused':
      return [`refused:${event.channel}:${event.attempt}`];
    case 'let_go':
      return [`let_go:${event.n}`];
    default:
      return [event.type];
  }
}

export function isSameFact(one: VerificationEvent, other: VerificationEvent): boolean {
  const keys = factKeys(one);
  return factKeys(other).some((key) => keys.includes(key));
}

/** Key of the check_url itself, from Vonage's 202 or from its webhook. */
function checkUrlKey(checkUrl: string): string {
  const digest = createHash('sha256').update(checkUrl).digest('hex').slice(0, 12);
  return `e:silent_auth:action_pending:${digest}`;
}
