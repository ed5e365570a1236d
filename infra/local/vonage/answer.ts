/** The simulator's answer to an HTTP call, before it is sent. */

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A success with a body: exactly `application/json`, the only type that the official SDK parses.
 */
export function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A success without a body. */
export function empty(status: number): Answer {
  return { status, headers: {}, body: '' };
}

/** One redirect of the check_url; it sets `cookie`. */
export function redirect(location: string, cookie?: string): Answer {
  const headers = { location, 'cache-control': 'no-store' };
  return {
    status: 302,
    headers: cookie === undefined ? headers : { ...headers, 'set-cookie': cookie },
    body: '',
  };
}
