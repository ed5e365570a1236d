/**
 * One verification at the moments that the published contracts show, each folded from a real log.
 */

import type { VerificationEvent } from '../../domain/events.ts';
import { exampleStart } from '../../domain/example-start.ts';
import { fold } from '../../domain/fold.ts';
import { toVerificationObject } from '../to-verification-object.ts';
import type { VerificationObject } from '../verification-object.ts';

export const REQUEST_ID = '5b0d1c9e-6c1e-4a53-9f39-0c4a6a6f7e11';

const STARTED_AT_MS = Date.parse('2026-03-04T10:15:30.000Z');

const CHECK_URL: VerificationEvent = {
  type: 'check_url_issued',
  atMs: STARTED_AT_MS + 400,
  checkUrl: `https://api-eu.vonage.com/v2/verify/${REQUEST_ID}/silent-auth/redirect`,
};
const CODE: VerificationEvent = {
  type: 'code_submitted',
  atMs: STARTED_AT_MS + 4120,
  attempt: 'silent',
  kind: 'letters',
};
const LEFT: VerificationEvent = {
  type: 'channel_skipped',
  atMs: STARTED_AT_MS + 900,
  channel: 'silent_auth',
  error: 'sdk_no_data_connectivity',
  attempt: 1,
};
const PIN: VerificationEvent = {
  type: 'code_submitted',
  atMs: STARTED_AT_MS + 32_000,
  attempt: 'pin',
  kind: 'digits',
};

/** Example verifications, by the event that has just happened. */
export const MOMENTS = {
  started: after(),
  check_url_issued: after(CHECK_URL),
  code_submitted: after(CHECK_URL, CODE),
  completed: after(CHECK_URL, CODE, checked('silent', 'accepted', 4480)),
  fallen_back: after(CHECK_URL, LEFT),
  pin_rejected: after(CHECK_URL, LEFT, PIN, checked('pin', 'rejected', 32_310)),
  cancelled: after(CHECK_URL, { type: 'cancelled', atMs: STARTED_AT_MS + 5000 }),
  aborted: after(CHECK_URL, { type: 'aborted', atMs: STARTED_AT_MS + 5000 }),
} as const;
export type Moment = keyof typeof MOMENTS;

function checked(
  attempt: string,
  outcome: 'accepted' | 'rejected',
  afterMs: number,
): VerificationEvent {
  return { type: 'code_checked', atMs: STARTED_AT_MS + afterMs, attempt, outcome };
}

function after(...events: readonly VerificationEvent[]): VerificationObject {
  const log = [exampleStart(STARTED_AT_MS), ...events];
  const folded = fold(REQUEST_ID, log, log.at(-1)?.atMs ?? STARTED_AT_MS);
  if (!folded) throw new Error('a log that begins with its start has a verification');
  return toVerificationObject(folded.verification);
}
