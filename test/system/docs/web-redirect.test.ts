/** The example page of the web path, in a browser, against a scripted backend. */

import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ended, problemReply, REQUEST_ID, submitCode, TOKEN } from '../../fixtures/fake-backend.ts';
import { type ServedBackend, startFakeBackend } from '../../fixtures/served-backend.ts';

const PAGE = readFileSync('docs/examples/web-redirect/index.html', 'utf8');
const BROWSER = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const RESULT = { request_id: REQUEST_ID, code: 'Ab3xK9' };

describe.skipIf(!BROWSER)(
  `docs/examples/web-redirect${BROWSER ? '' : ' (no chromium here)'}`,
  () => {
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
      server.change({
        status: 'action_pending',
        action: { type: 'open_check_url', check_url, method: 'navigate' },
      });
      page = await browser.newPage();
      page.setDefaultTimeout(300_000);
    });
    afterEach(async () => {
      await page.close();
      await server.close();
    });

    function carrierAnswers(fragment: Record<string, string>): void {
      const location = `${server.url}/page#${new URLSearchParams(fragment)}`;
      server.act('/carrier', () => ({ status: 302, body: '', headers: { location } }));
    }

    async function start(): Promise<void> {
      await page.goto(`${server.url}/page`);
      await page.fill('[name=phone_number]', '+4915123456788');
      await page.click('#start button');
    }

    async function says(text: string): Promise<void> {
      await page.getByRole('status').filter({ hasText: text }).waitFor();
    }

    function posted(path: string): unknown {
      return server.received.findLast((call) => call.path === path)?.body;
    }

    it('navigates to the check_url and submits what the fragment brings', async () => {
      carrierAnswers(RESULT);
      server.act('/check-code', () => {
        return { status: 200, body: { verification: server.change(ended('completed')) } };
      });
      await start();
      await says('Your phone number is verified.');
      expect(posted('/start')).toMatchObject({
        result: 'redirect',
        phone_number: '+4915123456788',
      });
      expect(posted('/check-code')).toEqual(RESULT);
      const check = server.received.find(({ path }) => path === '/check-code');
      expect(check?.headers.authorization).toBe(`Bearer ${TOKEN}`);
      expect(page.url()).toBe(`${server.url}/page`);
      expect(server.received.some(({ path }) => path.includes('Ab3xK9'))).toBe(false);
    });

    it('submits the request_id of the fragment, so that the backend sees a swapped one', async () => {
      carrierAnswers({ request_id: 'foreign', code: 'Ab3xK9' });
      server.act('/check-code', () => {
        const reason = 'request_id_mismatch';
        const verification = server.change(ended('aborted', { reason }));
        return problemReply(reason, { verification });
      });
      await start();
      await says('Not verified: request_id_mismatch.');
      expect(posted('/check-code')).toEqual({ request_id: 'foreign', code: 'Ab3xK9' });
    });

    it('reports a refusal of the carrier, and asks for the code of the next channel', async () => {
      carrierAnswers({ error_description: 'Device MSISDN does not match.' });
      server.act('/next-workflow', () => {
        return { status: 200, body: { verification: server.change(submitCode()) } };
      });
      server.act('/check-code', () => {
        const verified = { phone_number: true, email: false };
        return {
          status: 200,
          body: { verification: server.change(ended('completed', { verified })) },
        };
      });
      await start();
      await says('Type the code');
      expect(posted('/next-workflow')).toEqual({
        from: 'silent_auth',
        error: 'check_url_rejected',
      });
      await page.fill('[name=code]', '123456');
      await page.click('#code button');
      await says('Your phone number is verified.');
      expect(posted('/check-code')).toEqual({ request_id: REQUEST_ID, code: '123456' });
    });

    it('ignores a result that another link brings', async () => {
      await page.goto(`${server.url}/page#${new URLSearchParams(RESULT)}`);
      await page.locator('#start').waitFor();
      expect(page.url()).toBe(`${server.url}/page`);
      expect(server.received.map(({ path }) => path)).not.toContain('/check-code');
    });

    it('opens a check_url once, although its own page is loaded again', async () => {
      server.act('/carrier', () => {
        return { status: 302, body: '', headers: { location: `${server.url}/page` } };
      });
      await start();
      await says('Checking your number…');
      expect(server.received.filter(({ path }) => path === '/carrier')).toHaveLength(1);
    });
  },
);
