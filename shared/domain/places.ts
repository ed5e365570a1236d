/** How many events each author may add to a log, so that no author fills it for the others. */

import type { VerificationEvent } from './events.ts';

/**
 * More than an honest app needs (4 codes, 3 skips, 1 report), and more than Vonage needs (the
 * events of 6 channels).
 */
export const PLACES = { client: 20, provider: 24 } as const;

export type Author = keyof typeof PLACES;

/** Whose place an event takes. Our own events need none: their keys bound their number. */
export function authorOf(event: VerificationEvent): Author | undefined {
  switch (event.type) {
    case 'code_submitted':
    case 'rejection_reported':
    case 'channel_skipped':
      return 'client';
    case 'check_url_issued':
    case 'channel_ended':
    case 'summarized':
      return 'provider';
    default:
      return undefined;
  }
}
