/**
 * The redirects of a check_url: Vonage, an aggregator, the carrier and back, all on this listener
 * under different paths, with a cookie at each hop (protocol §7). The number alone decides the
 * outcome: an even one completes, an odd one is on another SIM, 99 cannot be checked.
 */
import { randomUUID } from 'node:crypto';
import { type Answer, json, redirect } from './answer.ts';
import type { RequestFault } from './fault-rules.ts';
import { type ProblemName, problem, problemDetail, requestNotFound } from './problems.ts';
import { endStep, issueSilentCode, type Moment } from './steps.ts';
import type { Step, Verification } from './verification.ts';

/** The result of the redirects. */
export type DeviceResult =
  | { readonly type: 'code'; readonly requestId: string; readonly code: string }
  | { readonly type: 'failure'; readonly problem: ProblemName; readonly status?: number }
  | { readonly type: 'not_found' };

export interface Hop {
  /** 0 is the check_url itself. */
  readonly index: number;
  readonly state?: string | undefined;
  readonly cookies: string;
}

const DEFAULT_HOPS = 4;

/** The path of hop `index` of `hops`; the one after the last is the result at Vonage. */
export function hopPath(verification: Verification, index: number, hops: number): string {
  const query = `?state=${verification.carrierState}`;
  const { checkUrlId } = verification;
  if (index >= hops) return `/v2/verify/${checkUrlId}/silent-auth/result${query}`;
  const party = index === 1 || index === hops - 1 ? 'aggregator' : 'carrier';
  return `/${party}/${checkUrlId}/${index}${query}`;
}

/** Redirects the handset, or refuses one that skipped a hop. */
export function answerHop(
  verification: Verification,
  hop: Hop,
  fault: RequestFault,
  origin: string,
): Answer {
  if (!cameTheWay(verification, hop, fault)) return problem('cannot_complete');
  const location = `${origin}${hopPath(verification, hop.index + 1, fault.hops ?? DEFAULT_HOPS)}`;
  const cookie = `${cookieName(hop.index)}=${verification.carrierState}; Path=/; HttpOnly`;
  return redirect(location, cookie);
}

/** The last hop: the result as JSON, or in the fragment of the caller's own page. */
export function answerResult(verification: Verification, hop: Hop, moment: Moment): Answer {
  const { fault } = moment;
  const last = { ...hop, index: fault.hops ?? DEFAULT_HOPS };
  if (!cameTheWay(verification, last, fault)) return problem('cannot_complete');
  const result = finishDevice(verification, moment);
  if (result.type === 'not_found') return requestNotFound(verification.checkUrlId);
  const page = verification.workflow[0]?.order.redirectUrl;
  if (page !== undefined) return redirect(`${page}#${toFragment(result)}`);
  return result.type === 'code'
    ? json(200, { request_id: result.requestId, code: result.code })
    : problem(result.problem, {}, result.status);
}

/**
 * The carrier's result. A repeated request gets the same failure, or the same code while the step
 * runs.
 */
export function finishDevice(verification: Verification, moment: Moment): DeviceResult {
  const step = verification.workflow[0];
  if (step?.order.channel !== 'silent_auth') return { type: 'not_found' };
  if (step.failure !== undefined) return { type: 'failure', ...step.failure };
  const isOver = verification.status !== 'running' || step.status !== 'running';
  if (isOver || (step.code !== undefined && moment.fault.fetch_once)) return { type: 'not_found' };
  const outcome = moment.fault.outcomes?.silent_auth ?? outcomeOfNumber(step.order.to);
  if (outcome === 'user_rejected') {
    return fail(verification, step, 'user_rejected', 'msisdn_error', moment);
  }
  if (outcome !== 'completed') return fail(verification, step, 'failed', 'cannot_complete', moment);
  return {
    type: 'code',
    requestId: resultRequestId(verification, moment.fault),
    code: issueSilentCode(step, moment),
  };
}

function outcomeOfNumber(to: string): 'completed' | 'user_rejected' | 'failed' {
  if (to.endsWith('99')) return 'failed';
  return Number(to.at(-1)) % 2 === 0 ? 'completed' : 'user_rejected';
}

function fail(
  verification: Verification,
  step: Step,
  end: 'user_rejected' | 'failed',
  name: ProblemName,
  moment: Moment,
): DeviceResult {
  const status = moment.fault.carrier_status;
  step.failure = status === undefined ? { problem: name } : { problem: name, status };
  endStep(verification, end, moment);
  return { type: 'failure', ...step.failure };
}

function resultRequestId({ requestId }: Verification, fault: RequestFault): string {
  const { result_request_id: other } = fault;
  if (other === undefined) return requestId;
  return other === 'other' ? randomUUID() : other;
}

function toFragment(result: Exclude<DeviceResult, { type: 'not_found' }>): string {
  return result.type === 'code'
    ? `request_id=${result.requestId}&code=${result.code}`
    : `error_description=${encodeURIComponent(problemDetail(result.problem))}`;
}

function cameTheWay({ carrierState }: Verification, hop: Hop, fault: RequestFault): boolean {
  if (hop.index === 0) return true;
  if (hop.state !== carrierState) return false;
  const cookie = `${cookieName(hop.index - 1)}=${carrierState}`;
  return fault.cookies !== 'required' || hop.cookies.split(/;\s*/).includes(cookie);
}

function cookieName(index: number): string {
  return `hop-${index}`;
}
