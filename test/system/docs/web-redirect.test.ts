/** The example page of the web path, in a browser, against a scripted backend. */

import { readFileSync } from 'node:fs';
import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type LaunchedBrowser,
  launchBrowser,
  missingBrowser,
} from '../../../infra/local/phone/launch-browser.ts';
import type { VerificationObject } from '../../../shared/client/contract.ts';
import { PROBLEMS } from '../../../shared/domain/errors.ts';
import { ended, problemReply, REQUEST_ID, submitCode, TOKEN } from '../../fixtures/fake-backend.ts';
import { type ServedBackend, startFakeBackend } from '../../fixtures/served-backend.ts';

const PAGE = readFileSync('docs/examples/web-redirect/index.html', 'utf8');
const NUMBER = '+4915123456788';
const RESULT = { request_id: REQUEST_ID, code: 'Ab3xK9' };

describe.skipIf(missingBrowser())('docs/examples/web-redirect', () => {
  let browser: LaunchedBrowser;
  let page: Page;
  let server: ServedBackend;

  beforeAll(async () => {
    browser = await launchBrowser({ width: 800, height: 600 });
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
    page = await browser.context.newPage();
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
    await submitNumber();
  }

  async function submitNumber(): Promise<void> {
    await page.fill('[name=phone_number]', NUMBER);
    await page.click('#start button');
  }

  async function says(text: string): Promise<void> {
    await page.getByRole('status').filter({ hasText: text }).waitFor();
  }

  const received = (...paths: readonly string[]) =>
    server.received.filter(({ path }) => paths.includes(path));
  const posted = (path: string) => received(path).at(-1);
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
    const foreign = new URLSearchParams({ request_id: 'foreign', code: 'foreign' });
    await page.goto(`${server.url}/page#${foreign}`);
    await page.locator('#start').waitFor();
    expect(page.url()).toBe(`${server.url}/page`);
    carrierAnswers(RESULT);
    moves('/check-code', ended('completed'));
    await submitNumber();
    await says('Your phone number is verified.');
    expect(received('/check-code').map(({ body }) => body)).toEqual([RESULT]);
  });

  it('opens a check_url once, although its own page is loaded again', async () => {
    carrierAnswers();
    await start();
    await says('Checking your number…');
    expect(times('/carrier')).toBe(1);
  });

  it.each([
    ['repeats a code that is lost', ['/status', '/check-code']],
    ['repeats no code whose answer is lost', ['/check-code', '/status']],
  ])('%s', async (_title, expected) => {
    const isSent = expected[0] === '/check-code';
    const lose = async (route: Route): Promise<void> => {
      if (isSent) await route.fetch();
      await route.abort();
    };
    await page.route('**/check-code', lose, { times: 1 });
    carrierAnswers(RESULT);
    moves('/check-code', ended('completed'));
    await start();
    await says('Your phone number is verified.');
    expect(received('/status', '/check-code').map(({ path }) => path)).toEqual(expected);
  });

  it('forgets a token that the backend refuses', async () => {
    server.act('/carrier', () => ({ status: 200, body: 'no way back' }));
    await start();
    await page.waitForURL('**/carrier');
    server.act('/status', () => problemReply('client_token_invalid'));
    await page.goto(`${server.url}/page`);
    await says('Start again.');
    await page.reload();
    await page.locator('#start').waitFor();
    expect(times('/status')).toBe(1);
  });

  it.each([
    ['verification_closed', 'a new'],
    ['idempotency_mismatch', 'a new'],
    ['provider_unavailable', 'the same'],
  ] as const)('a start after %s sends %s idempotency key', async (code, key) => {
    server.script('/start', problemReply(code));
    carrierAnswers(RESULT);
    moves('/check-code', ended('completed'));
    await start();
    await says(PROBLEMS[code].title);
    await submitNumber();
    await says('Your phone number is verified.');
    const sent = received('/start').map(({ headers }) => headers['idempotency-key']);
    expect(sent).toHaveLength(2);
    expect(sent[1] === sent[0]).toBe(key === 'the same');
  });
});
