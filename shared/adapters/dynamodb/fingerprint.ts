/**
 * What makes two events the same event. Fingerprints are semantic, so that a webhook that Vonage
 * signs and sends again is recognised, and they are short, because every write pays for the item.
 */

import { createHash } from 'node:crypto';
import type { VerificationEvent } from '../../domain/events.ts';

export function fingerprint(event: VerificationEvent): string {
  switch (event.type) {
    case 'check_url_issued':
      return checkUrlFingerprint(event.checkUrl);
    case 'channel_ended':
      return `e:${event.channel}:${event.outcome}`;
    case 'summarized':
      return `s:${event.status}`;
    case 'code_submitted':
      return `a:${event.attempt}`;
    case 'code_checked':
      return `o:${event.attempt}`;
    case 'rejection_reported':
      return 'reported';
    case 'channel_skipped':
      return event.attempt === 1
        ? `next:${event.channel}`
        : `next:${event.channel}:${event.attempt}`;
    case 'skip_refused':
      return `refused:${event.channel}:${event.attempt}`;
    default:
      return event.type;
  }
}

/** Of the check_url itself, wherever it came from: Vonage's 202 or its webhook. */
export function checkUrlFingerprint(checkUrl: string): string {
  const digest = createHash('sha256').update(checkUrl).digest('hex').slice(0, 12);
  return `e:silent_auth:action_pending:${digest}`;
}
