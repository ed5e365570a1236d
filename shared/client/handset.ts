/** Reads the result of a check_url on the handset. */

import { CODE_PATTERN, toCode } from '../domain/code.ts';
import { isRecord } from './contract.ts';
import { parseJson } from './json.ts';

/**
 * What `openCheckUrl` returns: the object of Vonage's client libraries as it is. `request_id` and
 * `code` come at the end of the redirects; `error` is that of the library. Bridges to native code
 * may change types, so members may have any type; a value without a meaning counts as `sdk_error`.
 */
export interface HandsetAnswer {
  readonly http_status?: unknown;
  readonly response_body?: unknown;
  readonly error?: unknown;
}

/**
 * Opens the check_url over mobile data and follows its redirects (`method: 'fetch'`), or navigates
 * the page to it (`'navigate'`; then it returns nothing). It should stop when the signal is
 * aborted, because the verification has moved on. An exception counts as `sdk_error`.
 */
export type OpenCheckUrl = (
  checkUrl: string,
  options: { readonly method: 'fetch' | 'navigate'; readonly signal: AbortSignal },
) => Promise<HandsetAnswer | null | undefined>;

export type HandsetResult =
  | { readonly type: 'code'; readonly requestId: string; readonly code: string }
  | { readonly type: 'error'; readonly error: string };

/** Longest error text that the contract accepts. */
const MAX_ERROR_LENGTH = 64;

/**
 * Never throws: an unreadable answer becomes `sdk_error`, so that the next channel follows at once.
 */
export function readHandsetAnswer(answer: unknown): HandsetResult {
  try {
    return read(toRecord(answer));
  } catch {
    return failed('sdk_error'); // a getter threw
  }
}

/** A code counts even next to an error of the library, unless the carrier's status is a refusal. */
function read({ response_body, http_status, error }: HandsetAnswer): HandsetResult {
  const { request_id: requestId, code } = toRecord(response_body);
  const status = isText(http_status) ? Number(http_status) : Number.NaN;
  const form = isText(code) ? toCode(String(code)) : '';
  const isRefused = status >= 300;
  if (typeof requestId === 'string' && requestId && CODE_PATTERN.test(form) && !isRefused) {
    return { type: 'code', requestId, code: form };
  }
  if (typeof error === 'string' && error.trim()) return failed(error.trim());
  if (error) return failed('sdk_error');
  if (status === 409 || status === 412) return failed('check_url_rejected');
  return failed(isRefused && status < 400 ? 'sdk_redirect_error' : 'sdk_error');
}

function failed(error: string): HandsetResult {
  return { type: 'error', error: error.slice(0, MAX_ERROR_LENGTH) };
}

/** Bridges turn numbers into text and text into numbers. */
function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** Some bridges pass objects as JSON text. */
function toRecord(value: unknown): Record<string, unknown> {
  const record = typeof value === 'string' ? parseJson(value) : value;
  return isRecord(record) ? record : {};
}

/**
 * Reads what Vonage puts into the fragment of the page on which `result: 'redirect'` ends;
 * `undefined` for any other fragment. Remove the fragment from the address bar and the history at
 * once.
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
