/** What came of the check_url on the handset, and what is to be told of it. */

import { isRecord } from './contract.ts';

/**
 * What `openCheckUrl` returns: the object of Vonage's client libraries as it is. `request_id` and
 * `code` come at the end of the redirects; `error` is the library's.
 */
export interface HandsetAnswer {
  readonly http_status?: number | string;
  readonly response_body?: unknown;
  readonly error?: string;
}

/**
 * Opens the check_url over mobile data and follows its redirects (`method: 'fetch'`), or navigates the
 * page to it (`'navigate'`; then it returns nothing). It stops when the signal is aborted: the
 * verification has moved on. What it throws counts as `sdk_error`.
 */
export type OpenCheckUrl = (
  checkUrl: string,
  options: { readonly method: 'fetch' | 'navigate'; readonly signal: AbortSignal },
) => Promise<HandsetAnswer | undefined>;

export type HandsetResult =
  | { readonly type: 'code'; readonly requestId: string; readonly code: string }
  | { readonly type: 'error'; readonly error: string };

/** Total: what is not understood is `sdk_error`, so that the next channel comes at once. */
export function readHandsetAnswer(answer: HandsetAnswer): HandsetResult {
  const status = Number(answer.http_status);
  const body = answer.response_body;
  if (answer.error !== undefined) return { type: 'error', error: answer.error.slice(0, 64) };
  if (status === 409 || status === 412) return { type: 'error', error: 'check_url_rejected' };
  if (status >= 300 && status < 400) return { type: 'error', error: 'sdk_redirect_error' };
  const isResult =
    status === 200 &&
    isRecord(body) &&
    typeof body.request_id === 'string' &&
    typeof body.code === 'string';
  return isResult
    ? { type: 'code', requestId: String(body.request_id), code: String(body.code) }
    : { type: 'error', error: 'sdk_error' };
}

/**
 * What Vonage put into the fragment of the page that `result: 'redirect'` ends on; `undefined` when
 * the fragment is another. Take it out of the address bar and the history at once.
 */
export function readFragment(fragment: string): HandsetAnswer | undefined {
  const members = new URLSearchParams(fragment.replace(/^#/, ''));
  const requestId = members.get('request_id');
  const code = members.get('code');
  if (requestId && code) {
    return { http_status: 200, response_body: { request_id: requestId, code } };
  }
  return members.has('error_description') ? { error: 'check_url_rejected' } : undefined;
}
