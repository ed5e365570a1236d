/** The four operations of Verify v2 (protocol §1 to §3). */
import { type Answer, empty, json } from './answer.ts';
import { problem, requestNotFound } from './problems.ts';
import type { Requests } from './requests.ts';
import { LOCALE_IS_INVALID, parseStart } from './start.ts';
import { cancel, check, type Submitted, skip } from './steps.ts';
import type { Verification } from './verification.ts';

export interface VerifyApi {
  /** @param applicationId the application whose Status URL receives the webhooks; null: none */
  start(body: unknown, applicationId: string | null): Answer;
  check(requestId: string, body: unknown): Answer;
  nextWorkflow(requestId: string): Answer;
  cancel(requestId: string): Answer;
}

export function createVerifyApi(requests: Requests): VerifyApi {
  function findRunning(requestId: string): Verification | undefined {
    const verification = requests.find(requestId);
    return verification?.status === 'running' ? verification : undefined;
  }

  return {
    start(body, applicationId) {
      const parsed = parseStart(body);
      if ('invalid' in parsed) {
        return problem('invalid_params', { invalid_parameters: parsed.invalid });
      }
      const started = requests.start(parsed.order, applicationId);
      if (started.type === 'network_unsupported') return problem('network_unsupported');
      if (started.type === 'locale_refused') {
        const refused = { name: 'locale', reason: LOCALE_IS_INVALID };
        return problem('invalid_params', { invalid_parameters: [refused] });
      }
      if (started.type === 'conflict') {
        const { requestId } = started;
        return problem('concurrent', requestId === undefined ? {} : { request_id: requestId });
      }
      const { verification, checkUrl } = started;
      return json(202, {
        request_id: verification.requestId,
        ...(checkUrl === undefined ? {} : { check_url: checkUrl }),
      });
    },

    check(requestId, body) {
      const verification = findRunning(requestId);
      if (verification === undefined) return requestNotFound(requestId);
      const submitted = parseSubmitted(body);
      if (submitted === undefined) return problem('invalid_code');
      const result = requests.change(verification, (moment) =>
        check(verification, submitted, moment),
      );
      if (result === 'completed') return json(200, { request_id: requestId, status: 'completed' });
      return result === 'not_found' ? requestNotFound(requestId) : problem(result);
    },

    nextWorkflow(requestId) {
      const verification = findRunning(requestId);
      if (verification === undefined) return requestNotFound(requestId);
      const skipped = requests.change(verification, (moment) => skip(verification, moment));
      return skipped === undefined ? problem('no_events') : empty(200);
    },

    cancel(requestId) {
      const verification = findRunning(requestId);
      if (verification === undefined) return requestNotFound(requestId);
      const cancelled = requests.change(verification, (moment) => cancel(verification, moment));
      if (cancelled !== undefined) return empty(204);
      return requests.faultOf(verification).cancel_refusal === 409
        ? problem('try_again')
        : requestNotFound(requestId);
    },
  };
}

/** Exactly one of `code` (4–10 characters) and `token`. */
function parseSubmitted(body: unknown): Submitted | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const code = 'code' in body ? body.code : undefined;
  const token = 'token' in body ? body.token : undefined;
  if (code !== undefined && token !== undefined) return undefined;
  if (typeof token === 'string') return { token };
  return typeof code === 'string' && code.length >= 4 && code.length <= 10 ? { code } : undefined;
}
