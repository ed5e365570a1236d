/** The web path on the local stack: `result: redirect` ends on the page that the stack serves. */

import { describe, expect, inject, it } from 'vitest';
import { type App, phoneNumber, startApp } from '../fixtures/app.ts';

const { api } = inject('endpoints');

/** Follows the check_url as a browser does, up to the first address of the API. */
async function navigate(checkUrl: string): Promise<URL> {
  const cookies: string[] = [];
  let url = new URL(checkUrl);
  for (let hops = 0; hops < 15; hops += 1) {
    const headers = { cookie: cookies.join('; ') };
    const response = await fetch(url, { redirect: 'manual', headers });
    await response.body?.cancel();
    cookies.push(...response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? ''));
    url = new URL(response.headers.get('location') ?? '', url);
    if (url.origin === api) return url;
  }
  throw new Error('the redirects of the check_url do not end');
}

async function navigateFrom(ending: string): Promise<{ app: App; page: URL }> {
  const sent = { phone_number: phoneNumber(ending), channels: ['silent_auth'] };
  const app = await startApp(api, { ...sent, result: 'redirect' });
  const checkUrl = await app.checkUrl();
  expect((await app.status()).action).toMatchObject({ method: 'navigate' });
  return { app, page: await navigate(checkUrl) };
}

describe('result: redirect', () => {
  it('carries request_id and code in the fragment, which complete the verification', async () => {
    const { app, page } = await navigateFrom('8');
    expect([page.pathname, page.search]).toEqual(['/redirect', '']);
    const result = Object.fromEntries(new URLSearchParams(page.hash.slice(1)));
    expect(result.request_id).toBe(app.requestId);
    const { verification } = (await app.post('/check-code', result)).body;
    expect(verification).toMatchObject({ status: 'completed', verified: { phone_number: true } });
  });

  it('carries the carrier’s refusal in the fragment', async () => {
    const { app, page } = await navigateFrom('7');
    expect(page.pathname).toBe('/redirect');
    expect(page.hash).toMatch(/^#error_description=./);
    const ended = await app.becomes(({ status }) => status !== 'action_pending');
    expect(ended).toMatchObject({ status: 'user_rejected', reason: 'number_mismatch' });
  });
});
