/** The answer of a start, and the event that it appends. */

import type { StartSettings } from '../../config.ts';
import type { Started } from '../../domain/events.ts';
import { type Folded, fold } from '../../domain/fold.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';
import type { Verification } from '../../domain/verification.ts';
import type { Channel } from '../../domain/workflow.ts';
import { scheduleWakeUp } from '../schedule-wake-up.ts';
import type { Created } from './ask-vonage.ts';
import type { StartContext } from './start-context.ts';

export interface StartedVerification {
  readonly clientToken: string;
  readonly verification: Verification;
  /** Country of the number, for the log line; absent for test numbers and repeats. */
  readonly country?: string;
}

export async function toStarted(
  { checkUrl, silentAuthSkipped, isAdopted }: Omit<Created, 'outcome' | 'requestId'>,
  { request, caller, plan: { workflow }, needs }: StartContext,
): Promise<Started> {
  const { identities, clock, settings } = needs;
  const [phoneNumberHash, emailHash] = await Promise.all([
    identities.hash('phone_number', request.phoneNumber),
    request.email ? identities.hash('email', request.email) : undefined,
  ]);
  const withoutCheckUrl = settings.coverageCheck && !isAdopted && checkUrl === undefined;
  return {
    type: 'started',
    atMs: clock.now(),
    workflow,
    channelTimeoutSeconds: settings.channelTimeoutSeconds,
    codeLength: settings.codeLength,
    afterUserRejected: settings.afterUserRejected,
    method: request.result === 'redirect' ? 'navigate' : 'fetch',
    networkUnsupported:
      workflow[0] === 'silent_auth' &&
      (silentAuthSkipped || (withoutCheckUrl && workflow.length > 1)),
    phoneNumberHash,
    ...(sharesCode(workflow, settings) && { sharesCode: true }),
    ...(checkUrl !== undefined && { checkUrl }),
    ...(emailHash !== undefined && { emailHash }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(caller.subject !== undefined && { subject: caller.subject }),
  };
}

/**
 * One channel with `reuseCode` is enough: Vonage may then send the same code through another
 * channel.
 */
function sharesCode(workflow: readonly Channel[], settings: StartSettings): boolean {
  return settings.workflow.some(
    ({ channel, reuseCode }) => reuseCode === true && workflow.includes(channel),
  );
}

/** The verification of an entry that holds `started`. */
export function verificationOf(entry: Entry, nowMs: number): Verification {
  return foldStarted(entry, nowMs).verification;
}

/** The first message of the clock; each one is followed by the next until the verification ends. */
export async function wakeUpAfterStart(
  requestId: string,
  started: Started,
  { needs }: Pick<StartContext, 'needs'>,
): Promise<void> {
  const nowMs = needs.clock.now();
  const { facts } = foldStarted({ requestId, events: [started] }, nowMs);
  await scheduleWakeUp(requestId, facts, nowMs, needs);
}

function foldStarted(
  { requestId, events }: Pick<Entry, 'requestId' | 'events'>,
  nowMs: number,
): Folded {
  const folded = fold(requestId, events, nowMs);
  if (!folded) throw new Error('a start was appended and is not in the log');
  return folded;
}
