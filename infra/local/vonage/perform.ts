/** Carries out one call with the faults that apply to it, and records it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Claims } from './application-jwt.ts';
import type { Job } from './device-jobs.ts';
import type { Faults, Subject } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Requests } from './requests.ts';
import { hasEffect, send, sendSpoiled } from './send.ts';
import type { Time } from './time.ts';
import { addressesOf } from './verification.ts';

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  /** When it arrived, epoch milliseconds. */
  readonly atMs: number;
}

export interface PerformNeeds {
  readonly requests: Requests;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly time: Time;
}

/**
 * Carries out the call unless a fault prevents it, and sends the answer with the changes of the
 * fault.
 */
export function perform(call: Call, job: Job, needs: PerformNeeds, claims?: Claims): void {
  const { faults, time } = needs;
  const isLaterHop = job.operation === 'check_url' && !call.url.pathname.endsWith('/redirect');
  const fault = isLaterHop
    ? undefined
    : faults.takeAnswer(job.operation, subjectOf(call, job, needs));
  if (fault === undefined) {
    const result = job.act();
    record(call, job, result.status, needs, claims, result);
    const delayMs = hopDelayMs(job, needs);
    if (delayMs === 0) send(call.response, result);
    else time.after(delayMs, () => send(call.response, result));
    return;
  }
  const result = hasEffect(fault) ? job.act() : undefined;
  const status = sendSpoiled(call.response, result, fault, time);
  record(call, job, status, needs, claims, result);
}

function hopDelayMs({ operation, requestId = '' }: Job, { requests }: PerformNeeds): number {
  if (operation !== 'check_url') return 0;
  const verification = requests.find(requestId);
  return verification === undefined ? 0 : (requests.faultOf(verification).hop_delay_ms ?? 0);
}

function subjectOf({ body }: Call, { requestId }: Job, { requests }: PerformNeeds): Subject {
  if (requestId === undefined) return { addresses: findAddresses(body) };
  const verification = requests.find(requestId);
  return { requestId, addresses: verification === undefined ? [] : addressesOf(verification) };
}

/** Every `to` of a body that is not validated yet. */
function findAddresses(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || !('workflow' in body)) return [];
  const workflow: readonly unknown[] = Array.isArray(body.workflow) ? body.workflow : [];
  return workflow.flatMap((entry) =>
    typeof entry === 'object' && entry !== null && 'to' in entry && typeof entry.to === 'string'
      ? [entry.to]
      : [],
  );
}

/** Writes a call into the journal. */
export function record(
  call: Call,
  { operation, requestId }: { readonly operation: string; readonly requestId?: string },
  status: number | null,
  { journal }: Pick<PerformNeeds, 'journal'>,
  claims?: Claims,
  result?: Answer,
): void {
  journal.record({
    at: new Date(call.atMs).toISOString(),
    direction: 'received',
    operation,
    requestId: requestId ?? startedId(result),
    status,
    body: call.body,
    claims,
  });
}

function startedId(result: Answer | undefined): string | undefined {
  if (result?.status !== 202) return undefined;
  const { request_id: requestId }: { request_id?: string } = JSON.parse(result.body);
  return requestId;
}
