/** What the handset does: opens the check_url and follows its redirects, hop by hop. */
import { z } from 'zod';
import type { HandsetAnswer } from '../../../shared/client/handset.ts';

/** Vonage's Android library gives up at the ninth redirect by default. */
const MAX_REDIRECTS = 15;
const HOP_TIMEOUT_MS = 60_000;

export interface HandsetReply extends HandsetAnswer {
  readonly redirects: number;
}

/** Keeps cookies as a phone does; returns the object that Vonage's client libraries return. */
export async function openCheckUrl(checkUrl: string, signal: AbortSignal): Promise<HandsetReply> {
  const cookies = new Map<string, string>();
  let url = checkUrl;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      signal: AbortSignal.any([signal, AbortSignal.timeout(HOP_TIMEOUT_MS)]),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const text = await response.text();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      return { redirects, http_status: response.status, response_body: readJson(text) };
    }
    url = new URL(location, url).href;
  }
  return { redirects: MAX_REDIRECTS, error: 'sdk_redirect_error' };
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
});

/** The handset ignores a body that is not JSON. */
function readJson(text: string): unknown {
  return json.safeParse(text).data;
}
