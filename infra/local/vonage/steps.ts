/**
 * The life of one request: a step begins, and ends by a code, the carrier, the clock or a call; the
 * next step begins; a summary ends the request. Every function changes the verification and adds
 * the messages that must be sent to the moment.
 */
import { SILENT_AUTH_SECONDS } from '../../../shared/config.ts';
import {
  advancedAction,
  type Callback,
  channelEvent,
  checkAction,
  silentAuthEvent,
  summary,
} from './callbacks.ts';
import { createPin, createSilentCode, type Random } from './codes.ts';
import type { RequestFault } from './fault-rules.ts';
import type { Message } from './inbox.ts';
import { currentStep, type Step, type StepEnd, type Verification } from './verification.ts';

/** Time, randomness and outgoing messages during one change. */
export interface Moment {
  readonly nowMs: number;
  readonly fault: RequestFault;
  /** The URL that the handset opens. */
  readonly checkUrl: string;
  /** Where a `mode: advanced` handset gets its token. */
  readonly tokenUrl: string;
  readonly random: Random;
  scaledMs(seconds: number): number;
  report(callback: Callback): void;
  send(message: Message): void;
}

export type Submitted = { readonly code: string } | { readonly token: string };

export type CheckResult = 'completed' | 'not_found' | 'no_code' | 'invalid_code' | 'expired';

const PIN_TRIES = 3;

/** Begins the first step, and those after it that end at once. */
export function begin(verification: Verification, moment: Moment): void {
  beginStep(verification, 0, moment);
}

/** Ends the running step, because its time is over. */
export function expire(verification: Verification, moment: Moment): void {
  endStep(verification, 'expired', moment);
}

/** Checks a code; `not_found` also when the request has ended (protocol §2). */
export function check(
  verification: Verification,
  submitted: Submitted,
  moment: Moment,
): CheckResult {
  if (verification.status !== 'running') return 'not_found';
  const step = currentStep(verification);
  if (step.code === undefined) return 'no_code';
  if (isRight(step, submitted)) {
    endStep(verification, 'completed', moment);
    return 'completed';
  }
  step.wrongCodes += 1;
  return step.order.channel === 'silent_auth'
    ? refuseSilentCode(verification, moment)
    : refusePin(verification, step, moment);
}

/** Skips the running step; undefined when it is the last one. */
export function skip(verification: Verification, moment: Moment): 'skipped' | undefined {
  if (verification.current + 1 >= verification.workflow.length) return undefined;
  endStep(verification, 'failed', moment, moment.fault.skipped_event !== false);
  return 'skipped';
}

/**
 * Cancels from 30 s after the start on, and only in the first step (protocol §3); undefined when it
 * is not possible.
 */
export function cancel(verification: Verification, moment: Moment): 'cancelled' | undefined {
  if (moment.nowMs < verification.cancellableFromMs || verification.current > 0) return undefined;
  const { cancel_webhooks: webhooks = 'summary' } = moment.fault;
  const step = currentStep(verification);
  const at = new Date(moment.nowMs).toISOString();
  step.status = 'cancelled';
  verification.status = 'cancelled';
  verification.finalizedAt = at;
  if (webhooks === 'event' || webhooks === 'both') {
    moment.report(channelEvent(verification, step, 'cancelled', at));
  }
  if (webhooks === 'summary' || webhooks === 'both') moment.report(summary(verification, at));
  return 'cancelled';
}

/** Ends the running step and continues with the workflow. */
export function endStep(
  verification: Verification,
  end: StepEnd,
  moment: Moment,
  told = true,
): void {
  const step = currentStep(verification);
  step.status = end;
  if (told) reportEnd(verification, step, end, moment);
  const next = verification.current + 1;
  const isLast = next >= verification.workflow.length;
  if (isLast || endsRequest(end, moment)) finish(verification, end, moment);
  else beginStep(verification, next, moment);
}

function beginStep(verification: Verification, index: number, moment: Moment): void {
  verification.current = index;
  const step = currentStep(verification);
  const { channel } = step.order;
  const seconds =
    channel === 'silent_auth' ? SILENT_AUTH_SECONDS : verification.order.channelTimeoutSeconds;
  step.status = 'running';
  step.initiatedAt = new Date(moment.nowMs).toISOString();
  verification.stepEndsAtMs = moment.nowMs + moment.scaledMs(seconds);
  if (channel === 'silent_auth') beginSilentAuth(verification, step, moment);
  else beginPin(verification, step, moment);
}

function beginSilentAuth(verification: Verification, step: Step, moment: Moment): void {
  const { fault } = moment;
  const isSupported = fault.coverage !== 'unsupported';
  if (fault.outcomes?.silent_auth === 'blocked') {
    endStep(verification, 'blocked', moment);
    return;
  }
  if (isSupported || !step.order.coverageCheck) reportAction(verification, step, moment);
  if (isSupported) return;
  step.failure = { problem: 'network_error' };
  const isTold = !step.order.coverageCheck || fault.coverage_event !== false;
  endStep(verification, 'failed', moment, isTold);
}

function reportAction(verification: Verification, step: Step, moment: Moment): void {
  const { check_url_in: where = 'both', action: form } = moment.fault;
  if (where === 'answer' || where === 'neither') return;
  const action = step.order.advanced
    ? advancedAction(moment.tokenUrl)
    : checkAction(moment.checkUrl, form);
  const at = new Date(moment.nowMs).toISOString();
  moment.report(silentAuthEvent(verification, 'action_pending', at, action));
}

function beginPin(verification: Verification, step: Step, moment: Moment): void {
  const { order } = step;
  const outcome = moment.fault.outcomes?.[order.channel];
  if (outcome !== undefined && outcome !== 'completed') {
    endStep(verification, outcome, moment);
    return;
  }
  const reused = order.reuseCode
    ? verification.workflow.find((other) => other.order.reuseCode && other.code !== undefined)
    : undefined;
  const code =
    verification.order.code ??
    reused?.code ??
    createPin(verification.order.codeLength, moment.random);
  step.code = code;
  step.wrongCodes = reused?.wrongCodes ?? 0;
  moment.send({
    to: order.to,
    channel: order.channel,
    code,
    request_id: verification.requestId,
    at: new Date(moment.nowMs).toISOString(),
  });
}

function isRight({ order, code }: Step, submitted: Submitted): boolean {
  if (order.advanced) return 'token' in submitted && submitted.token === code;
  return 'code' in submitted && submitted.code === code;
}

function refuseSilentCode(verification: Verification, moment: Moment): CheckResult {
  const { wrong_silent_code: reading = 'next_channel' } = moment.fault;
  if (reading === 'stay') return 'invalid_code';
  if (reading === 'next_channel') {
    endStep(verification, 'failed', moment);
    return 'invalid_code';
  }
  terminate(verification, moment);
  return reading === 'gone' ? 'expired' : 'invalid_code';
}

function refusePin(verification: Verification, step: Step, moment: Moment): CheckResult {
  if (step.wrongCodes < (moment.fault.pin_tries ?? PIN_TRIES)) return 'invalid_code';
  terminate(verification, moment);
  return 'expired';
}

/** Ends the whole workflow after too many wrong codes, even if steps are left. */
function terminate(verification: Verification, moment: Moment): void {
  const step = currentStep(verification);
  step.status = 'failed';
  reportEnd(verification, step, 'failed', moment);
  finish(verification, 'failed', moment);
}

function reportEnd(verification: Verification, step: Step, end: StepEnd, moment: Moment): void {
  const at = new Date(moment.nowMs).toISOString();
  if (step.order.channel !== 'silent_auth') {
    if (moment.fault.channel_events === true) {
      moment.report(channelEvent(verification, step, end, at));
    }
  } else if (end !== 'blocked') {
    moment.report(silentAuthEvent(verification, end, at));
  }
}

function endsRequest(end: StepEnd, { fault }: Moment): boolean {
  if (end === 'user_rejected') return fault.after_user_rejected === 'stop';
  return end === 'completed' || end === 'blocked';
}

function finish(verification: Verification, end: StepEnd, moment: Moment): void {
  verification.status = end;
  verification.finalizedAt = new Date(moment.nowMs).toISOString();
  moment.report(summary(verification, verification.finalizedAt));
}

/** Creates the code of silent_auth when the handset requests it. */
export function issueSilentCode(step: Step, { fault, random }: Moment): string {
  step.code ??= createSilentCode(fault.silent_code ?? 'mixed', random);
  return step.code;
}
