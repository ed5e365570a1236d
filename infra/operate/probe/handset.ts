/**
 * Opens a check_url as a handset does: hop by hop, with cookies, and without falling back to plain
 * HTTP.
 */

import { z } from 'zod';
import { parseJson } from './parse-json.ts';

/** Most redirects that the recipes for apps follow (docs/mobile.md). */
const MAX_REDIRECTS = 15;
const HOP_TIMEOUT_MS = 15_000;

/** What happened, without private data: no URL, no code. */
export interface Opened {
  /** Status of the last answer; absent: a hop did not answer. */
  readonly status?: number;
  /** `<fragment of type> <title>` of a refusal. */
  readonly refusal?: string;
  readonly redirects: number;
  /** Hosts in the order of the hops, each one once. */
  readonly hosts: readonly string[];
  readonly milliseconds: number;
  /** Why an app could not follow the redirects. */
  readonly fault?: string;
}

/** The result that the handset received; it is sent to the backend and not kept. */
export interface Result {
  readonly requestId: string;
  readonly code: string;
}

const success = z.object({ request_id: z.string(), code: z.string() });
const problem = z.object({ type: z.string().default(''), title: z.string().default('') });

export async function openCheckUrl(
  checkUrl: string,
): Promise<{ readonly opened: Opened; readonly result?: Result }> {
  const begunAt = performance.now();
  const cookies = new Map<string, string>();
  const hosts = new Set<string>();
  let url = checkUrl;
  let redirects = 0;
  const seen = (more: Partial<Opened>): { opened: Opened } => ({
    opened: {
      redirects,
      hosts: [...hosts],
      milliseconds: Math.round(performance.now() - begunAt),
      ...more,
    },
  });
  for (;;) {
    const { host, protocol } = new URL(url);
    hosts.add(host);
    const hop = await askHop(url, cookies).catch(() => undefined);
    if (!hop) return seen({ fault: `${host} does not answer` });
    const { status, location, text } = hop;
    if (location === null || status < 300 || status > 399) {
      const parsed = success.safeParse(parseJson(text));
      if (status === 200 && parsed.success) {
        const { request_id: requestId, code } = parsed.data;
        return { ...seen({ status }), result: { requestId, code } };
      }
      const fault = status === 200 ? { fault: 'the answer has no request_id and code' } : {};
      return seen({ status, ...fault, refusal: toRefusal(parseJson(text)) });
    }
    if (redirects === MAX_REDIRECTS) return seen({ status, fault: 'more than 15 redirects' });
    redirects += 1;
    if (!URL.canParse(location, url)) return seen({ status, fault: `${host} redirects nowhere` });
    const next = new URL(location, url);
    if (protocol === 'https:' && next.protocol !== 'https:') {
      return seen({
        status,
        fault: `${host} redirects to ${next.protocol}//, which phones refuse`,
      });
    }
    url = next.href;
  }
}

async function askHop(
  url: string,
  cookies: Map<string, string>,
): Promise<{ readonly status: number; readonly location: string | null; readonly text: string }> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    signal: AbortSignal.timeout(HOP_TIMEOUT_MS),
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
    if (name !== undefined && value !== undefined) cookies.set(name, value);
  }
  const { status, headers } = response;
  return { status, location: headers.get('location'), text: await response.text() };
}

/** Vonage's refusal, without `detail` and `instance`. */
function toRefusal(body: unknown): string {
  const { type = '', title = '' } = problem.safeParse(body).data ?? {};
  const [, fragment = ''] = /#([\w-]+)$/.exec(type) ?? [];
  // Removes numbers, because Vonage could write a phone number there.
  return [fragment, title.replace(/\d{5,}/g, '…')].filter((text) => text !== '').join(' ');
}
