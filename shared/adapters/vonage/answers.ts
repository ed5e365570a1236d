/** The meaning of Vonage's statuses and bodies (protocol §1.5, §2, §3): tables, no I/O. */

import type {
  CancelAnswer,
  CheckAnswer,
  NextAnswer,
  RequestedChannel,
  VerifyAnswer,
} from '../../domain/ports/vonage.ts';
import type { JsonAnswer } from './http.ts';
import { refusedFor } from './refused-parameters.ts';

const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;

/**
 * Any answer that is not definite is `unknown`: Vonage may have created a request. The check_url is
 * not checked here. `workflow`: the requested channels, in their order.
 */
export function toVerifyAnswer(
  answer: JsonAnswer,
  workflow: readonly RequestedChannel[] = [],
): VerifyAnswer {
  if (answer.outcome === 'not_sent') return { outcome: 'unavailable' };
  if (answer.outcome !== 'answered') return { outcome: 'unknown' };
  const { status, body } = answer;
  const requestId = requestIdOf(body);
  if (isSuccess(status)) {
    const checkUrl = memberOf(body, 'check_url');
    if (requestId === undefined) return { outcome: 'unknown' };
    return {
      outcome: 'created',
      requestId,
      ...(typeof checkUrl === 'string' && { checkUrl }),
    };
  }
  if (status === 409) {
    return { outcome: 'in_flight', ...(requestId !== undefined && { requestId }) };
  }
  if (status < 400 || status >= 500) return { outcome: 'unknown' };
  // `type` URIs are not stable, so the status decides; other 4xx mean that nothing was created.
  if (status === 412) return { outcome: 'network_unsupported' };
  return { outcome: status === 422 ? refusedFor(body, workflow) : 'unavailable' };
}

/** The statuses that decide about a code; with any other 4xx Vonage did not check it. */
const CHECK_ANSWERS: Readonly<Record<number, CheckAnswer | undefined>> = {
  400: 'rejected',
  404: 'not_found',
  409: 'not_expected',
  410: 'exhausted',
};

export function toCheckAnswer(answer: JsonAnswer): CheckAnswer {
  if (answer.outcome === 'not_sent') return 'not_executed';
  if (answer.outcome !== 'answered') return 'unknown';
  const { status } = answer;
  if (isSuccess(status)) return 'accepted';
  if (status < 400 || status >= 500) return 'unknown';
  return CHECK_ANSWERS[status] ?? 'not_executed';
}

/** `try_later`: Vonage is not ready (its replication lags), or its answer is unknown. */
export function toNextAnswer(answer: JsonAnswer): NextAnswer | 'try_later' | 'not_understood' {
  if (answer.outcome === 'not_sent') return 'refused';
  if (answer.outcome !== 'answered') return 'unknown';
  const { status, body } = answer;
  if (isSuccess(status)) return 'moved';
  if (status === 404) return 'none_left';
  if (status === 409) return toNextConflict(body);
  return status < 400 || status >= 500 ? 'unknown' : 'refused';
}

export function toCancelAnswer(answer: JsonAnswer): CancelAnswer {
  if (answer.outcome === 'not_sent') return 'refused';
  if (answer.outcome !== 'answered' || answer.status >= 500) return 'unknown';
  if (answer.status === 404) return 'not_found';
  return isSuccess(answer.status) ? 'cancelled' : 'refused';
}

function toNextConflict(body: unknown): 'none_left' | 'try_later' | 'not_understood' {
  const detail = textOf(body, 'detail');
  if (/#no-events$/.test(textOf(body, 'type')) || /no more events/i.test(detail)) {
    return 'none_left';
  }
  return /cannot be performed at this time|try again later/i.test(detail)
    ? 'try_later'
    : 'not_understood';
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function requestIdOf(body: unknown): string | undefined {
  const requestId = memberOf(body, 'request_id');
  return typeof requestId === 'string' && REQUEST_ID.test(requestId) ? requestId : undefined;
}

function textOf(body: unknown, name: string): string {
  const value = memberOf(body, name);
  return typeof value === 'string' ? value : '';
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? Reflect.get(body, name)
    : undefined;
}
