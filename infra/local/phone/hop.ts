/**
 * Follows a check_url for the page, one redirect at a time, because a browser follows redirects by
 * itself and hides them.
 */
import { z } from 'zod';
import type { Endpoints } from '../endpoints.ts';
import { type PageAnswer, refuse, toJson } from './page-answer.ts';

const TIMEOUT_MS = 10_000;

const hopRequest = z.object({ url: z.url(), cookies: z.string().max(4096).default('') });

/** One answer along the redirects. */
export interface Hop {
  readonly status: number;
  readonly host: string;
  readonly path: string;
  readonly milliseconds: number;
  /** Address in the 302; absent in the last answer. */
  readonly location?: string;
  /** Cookies for the next hop. */
  readonly cookies: string;
  /** Body of the last answer: request_id and code, or a problem. */
  readonly body?: unknown;
}

export async function followHop({ vonage }: Endpoints, body: unknown): Promise<PageAnswer> {
  const parsed = hopRequest.safeParse(body);
  if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
  const url = new URL(parsed.data.url);
  // Without this check the route could read any page in this machine's network.
  if (url.origin !== new URL(vonage).origin) return refuse(400, 'not a check_url of this Vonage');
  return toJson(await open(url, parsed.data.cookies));
}

async function open(url: URL, cookies: string): Promise<Hop> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/json', ...(cookies !== '' && { cookie: cookies }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  const location = response.headers.get('location');
  const isOnward = response.status >= 300 && response.status < 400 && location !== null;
  return {
    status: response.status,
    host: url.host,
    path: url.pathname,
    milliseconds: Math.max(1, Math.round(performance.now() - startedAt)),
    cookies: [cookies, ...response.headers.getSetCookie().map(toPair)].filter(Boolean).join('; '),
    ...(isOnward ? { location: new URL(location, url).href } : { body: parse(text) }),
  };
}

function toPair(cookie: string): string {
  return cookie.split(';')[0] ?? '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 1000);
  }
}
