/** The example page of the web path, in a browser, against a scripted backend. */

import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VerificationObject } from '../../../shared/client/contract.ts';
import { ended, problemReply, REQUEST_ID, submitCode, TOKEN } from '../../fixtures/fake-backend.ts';
import { type ServedBackend, startFakeBackend } from '../../fixtures/served-backend.ts';

const PAGE = readFileSync('docs/examples/web-redirect/index.html', 'utf8');
const BROWSER = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const NUMBER = '+4915123456788';
const RESULT = { request_id: REQUEST_ID, code: 'Ab3xK9' };
const NAME = `docs/examples/web-redirect${BROWSER ? '' : ' (no chromium here)'}`;

describe.skipIf(!BROWSER)(NAME, () => {
  let browser: Browser;
  let page: Page;
  let server: ServedBackend;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER ?? '', args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await startFakeBackend();
    const html = PAGE.replace('https://api.example.org', server.url);
    const headers = { 'content-type': 'text/html' };
    server.act('/page', () => ({ status: 200, body: html, headers }));
    const check_url = `${server.url}/carrier`;
    const action = { type: 'open_check_url', check_url, method: 'navigate' } as const;
    server.change({ status: 'action_pending', action });
    page = await browser.newPage();
    page.setDefaultTimeout(300_000);
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });

  /** The carrier sends the browser back to the page. */
  function carrierAnswers(fragment?: Record<string, string>): void {
    const location = `${server.url}/page${fragment ? `#${new URLSearchParams(fragment)}` : ''}`;
    server.act('/carrier', () => ({ status: 302, body: '', headers: { location } }));
  }

  function moves(path: string, change: Partial<VerificationObject>): void {
    server.act(path, () => ({ status: 200, body: { verification: server.change(change) } }));
  }

  async function start(): Promise<void> {
    await page.goto(`${server.url}/page`);
    await page.fill('[name=phone_number]', NUMBER);
    await page.click('#start button');
  }

  async function says(text: string): Promise<void> {
    await page.getByRole('status').filter({ hasText: text }).waitFor();
  }

  const posted = (path: string) => server.received.findLast((call) => call.path === path);
  const times = (part: string): number =>
    server.received.filter(({ path }) => path.includes(part)).length;

  it('navigates to the check_url and submits what the fragment brings', async () => {
    carrierAnswers(RESULT);
    moves('/check-code', ended('completed'));
    await start();
    await says('Your phone number is verified.');
    expect(posted('/start')?.body).toMatchObject({ result: 'redirect', phone_number: NUMBER });
    expect(posted('/check-code')).toMatchObject({
      body: RESULT,
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(page.url()).toBe(`${server.url}/page`);
    expect(times('Ab3xK9')).toBe(0);
  });

  it('submits the request_id of the fragment, so that the backend sees a swapped one', async () => {
    const swapped = { ...RESULT, request_id: 'foreign' };
    carrierAnswers(swapped);
    const reason = 'request_id_mismatch';
    server.act('/check-code', () =>
      problemReply(reason, { verification: server.change(ended('aborted', { reason })) }),
    );
    await start();
    await says('Not verified: request_id_mismatch.');
    expect(posted('/check-code')?.body).toEqual(swapped);
  });

  it('reports a refusal of the carrier, and asks for the code of the next channel', async () => {
    carrierAnswers({ error_description: 'Device MSISDN does not match.' });
    moves('/next-workflow', submitCode());
    moves('/check-code', ended('completed'));
    await start();
    await says('Type the code');
    const rejected = { from: 'silent_auth', error: 'check_url_rejected' };
    expect(posted('/next-workflow')?.body).toEqual(rejected);
    await page.fill('[name=code]', '123456');
    await page.click('#code button');
    await says('Your phone number is verified.');
    expect(posted('/check-code')?.body).toEqual({ request_id: REQUEST_ID, code: '123456' });
  });

  it('ignores a result that another link brings', async () => {
    await page.goto(`${server.url}/page#${new URLSearchParams(RESULT)}`);
    await page.locator('#start').waitFor();
    expect(page.url()).toBe(`${server.url}/page`);
    expect(times('/check-code')).toBe(0);
  });

  it('opens a check_url once, although its own page is loaded again', async () => {
    carrierAnswers();
    await start();
    await says('Checking your number…');
    expect(times('/carrier')).toBe(1);
  });
});
