/** The phone page in a real browser, over a stack of its own: every story, every width, both themes. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConsoleMessage, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  type LaunchedBrowser,
  launchBrowser,
  missingBrowser,
} from '../../infra/local/phone/launch-browser.ts';
import { createPhonePage } from '../../infra/local/phone/serve.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { phoneNumber } from '../fixtures/app.ts';

const missing = missingBrowser();
if (missing !== undefined) console.warn(`the phone page is not tested: ${missing}`);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STORY_MS = 30_000;

let stack: Stack;
let browser: LaunchedBrowser;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), 'silent-auth-page-'));
/** What the console said that it should not, and requests that left this machine. */
const complaints: string[] = [];

/** Chromium itself reports every answer above 399, also those that the contract promises. */
function isComplaint(message: ConsoleMessage): boolean {
  return message.type() === 'error' && !message.text().startsWith('Failed to load resource');
}

async function play(troubles: readonly string[] = [], ending = '8'): Promise<void> {
  await page.locator('#number').fill(phoneNumber(ending));
  for (const name of troubles) await page.locator(`[role=switch][name=${name}]`).check();
  await page.locator('#verify').click();
}

async function end(): Promise<string> {
  await page.locator('#after').waitFor({ timeout: STORY_MS });
  return (await page.locator('#run-title').textContent()) ?? '';
}

async function leave(): Promise<void> {
  if (!(await page.locator('#again').isVisible())) await page.locator('#cancel').click();
  await page.locator('#again').click();
}

/** Every story begins as for a new visitor, but for the pace. */
async function reset(): Promise<void> {
  await page.goto(stack.endpoints.api);
  await page.locator('#troubles-box').evaluate((box: HTMLDetailsElement) => {
    box.open = true;
  });
  await page.locator('input[name=pace][value=fast]').check();
}

/** Rules that axe calls serious or critical. */
async function scan(): Promise<readonly string[]> {
  // Outside of the page's own policy, which allows no foreign script.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | ')))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return result.value;
}

async function overflow(): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

describe.skipIf(missing !== undefined)('the phone page', () => {
  beforeAll(async () => {
    const served = createPhonePage();
    stack = await startStack({
      localFolder: folder,
      assemblyFolder: inject('assemblyFolder'),
      servePage: served.serve,
    });
    served.attach(stack.endpoints);
    browser = await launchBrowser({ width: 1440, height: 1000 });
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
    page.on('console', (message) => {
      if (isComplaint(message)) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    const own = [stack.endpoints.api, new URL(stack.endpoints.websocket).origin];
    page.on('request', (request) => {
      if (!own.includes(new URL(request.url()).origin)) complaints.push(request.url());
    });
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('stories', () => {
    beforeEach(reset);

    it.each([
      ['wifi', 'Verified', /sdk_no_data_connectivity; the backend asked Vonage .* e-mail/],
      ['lost_socket', 'Verified', /not lost: .* gave the whole state again/],
      ['background', 'Verified', /GET \/status with its stored token/],
      ['lost_answer', 'Verified', /only the answer got lost: .* Vonage saw the code once/],
      ['rejected', 'Verified', /said user_rejected; the backend moved on to e-mail/],
      ['unsupported', 'Verified', /said failed at once; the backend moved on to e-mail/],
      ['man_in_the_middle', 'This network interferes', /asked Vonage not at all, and aborted/],
      ['duplicated', 'Verified', /6 webhooks came, 3 of them for the second time.*\([67] events\)/],
      ['delayed', 'Verified', /1\.5 s late, 2 of 3 after the end/],
      ['forged', 'Verified', /answered 401 signature_invalid, nothing was stored/],
    ])('tells what the backend did about %s', async (trouble, title, sentence) => {
      await play([trouble]);
      expect(await end()).toBe(title);
      const told = page.locator(`#verdict-list [data-trouble=${trouble}]`);
      await expect.poll(() => told.textContent(), { timeout: STORY_MS }).toMatch(sentence);
    });

    it('proves a number silently, shows every message, the log and the proof', async () => {
      await page.locator('.preset', { hasText: 'The SIM proves it' }).click();
      await page.locator('#verify').click();
      expect(await end()).toBe('Verified');
      expect(await page.locator('#verified-number').textContent()).toBe('verified');
      await page.locator('#log li:nth-child(6)').waitFor();
      await page.locator('#proof').click();
      const proof = page.locator('.row', { hasText: 'the proof, decoded' });
      await proof.click();
      expect(await page.locator('#diagram pre:visible').textContent()).toContain('"phone_number"');
      const rows = await page.locator('#diagram .row').allTextContents();
      for (const label of ['POST /start', 'POST /v2/verify', 'carrier', 'POST /check-code']) {
        expect(
          rows.some((row) => row.includes(label)),
          label,
        ).toBe(true);
      }
      expect(await page.locator('#item-facts').textContent()).toContain('ttl');
    });

    it('masks every secret in the JSON of the messages', async () => {
      await play();
      await end();
      const shown = await page.evaluate(() => {
        for (const row of document.querySelectorAll<HTMLElement>('#diagram .row')) row.click();
        return document.querySelector('#diagram')?.textContent ?? '';
      });
      expect(shown).toContain('"client_token": "••••••"');
      expect(shown).toContain('"code": "••••••"');
      expect(shown).not.toMatch(/silent-auth\/redirect|[\w-]{36}\.[\w-]{43}|Bearer /);
    });

    it('falls back to e-mail, fills in the code of the inbox, takes a wrong one for what it is', async () => {
      await page.locator('.preset', { hasText: 'Fallback to e-mail' }).click();
      await page.locator('input[name=pace][value=watch]').check();
      await page.locator('#verify').click();
      await page.locator('#code').fill('000000', { timeout: STORY_MS });
      await page.locator('#code').press('Enter');
      await expect.poll(() => page.locator('#problem-code').textContent()).toBe('400 code_invalid');
      expect(await page.locator('#code').getAttribute('aria-invalid')).toBe('true');
      await page.locator('#messages button').click();
      expect(await end()).toBe('Verified');
      expect(await page.locator('#verified-email').textContent()).toBe('verified');
      expect(await page.locator('#verified-number').textContent()).toBe('not verified');
    });

    it('goes on to the fallback by one button, and by itself to its end', async () => {
      await page.locator('.preset', { hasText: 'The SIM proves it' }).click();
      await page.locator('#verify').click();
      await end();
      await page.locator('#fallback').click();
      await page.locator('#verified-email[data-verified=true]').waitFor({ timeout: STORY_MS });
    });

    it.each([
      ['Another’s number', 'Not this phone'],
      ['Vonage’s playground', 'Verified'],
      ['SMS, then voice', 'Verified'],
    ])('plays the ready-made number: %s', async (preset, title) => {
      await page.locator('.preset', { hasText: preset }).click();
      await page.locator('#verify').click();
      expect(await end()).toBe(title);
    });

    it('shows refusals as the contract gives them', async () => {
      await page.locator('.preset', { hasText: 'A landline' }).click();
      await page.locator('#verify').click();
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(
        /not accepted.*mobile number of a supported country.*422 phone_number_refused/s,
      );
      await page.locator('#number').fill('0151');
      await page.locator('#verify').click();
      await expect
        .poll(() => page.locator('#problem-code').textContent())
        .toBe('400 request_invalid');
      expect(await page.locator('#number').getAttribute('aria-invalid')).toBe('true');
      expect(await page.locator('#number-error').textContent()).not.toBe('');
    });

    it('can be led step by step with the keyboard alone', async () => {
      await page.locator('input[name=pace][value=step]').check();
      await page.locator('#number').fill(phoneNumber('8'));
      await page.locator('#number').press('Enter');
      const next = page.locator('#next');
      for (let step = 0; step < 6; step += 1) {
        const before = await page.locator('#diagram .row').count();
        await next.waitFor({ timeout: STORY_MS });
        await next.focus();
        await page.keyboard.press('Enter');
        await expect.poll(() => page.locator('#diagram .row').count()).toBeGreaterThan(before);
      }
      expect(await end()).toBe('Verified');
    });

    it.each([
      [['forged', 'duplicated'], '8', 'completed'],
      [['wifi'], '8', 'completed'],
      [['lost_answer'], '8', 'completed'],
      [['man_in_the_middle'], '8', 'aborted'],
      [[], '99', 'completed'],
    ])('copies lines for sh that tell the same story: %j', async (troubles, ending, status) => {
      await browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.locator('#number').fill(phoneNumber(ending));
      for (const name of troubles) await page.locator(`[role=switch][name=${name}]`).check();
      await page.locator('#copy-curl').click();
      await expect.poll(() => page.locator('#copied').textContent()).toContain('Copied');
      const lines = await page.evaluate(() => navigator.clipboard.readText());
      const { stdout } = await promisify(execFile)('sh', ['-c', lines]);
      const last = stdout.trim().split('\n').at(-1) ?? '';
      expect(JSON.parse(last).verification.status, stdout).toBe(status);
    });
  });

  describe.each([
    [1440, 1000, 'light'],
    [1440, 1000, 'dark'],
    [360, 740, 'light'],
    [360, 740, 'dark'],
  ] as const)('at %i × %i px, %s', (width, height, colorScheme) => {
    it('has no serious accessibility finding and nothing to scroll sideways', async () => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await reset();
      expect(await scan(), 'the form').toEqual([]);
      expect(await overflow(), 'the form').toBeLessThanOrEqual(0);
      await play(['duplicated']);
      await end();
      await page.locator('#diagram .row').first().click();
      await page.locator('#item details summary').click();
      expect(await scan(), 'the end').toEqual([]);
      expect(await overflow(), 'the end').toBeLessThanOrEqual(0);
      await leave();
      await page.locator('input[name=pace][value=step]').check();
      await play([], '4');
      await page.locator('#next').waitFor();
      expect(await scan(), 'a step').toEqual([]);
      await leave();
      await page.locator('.preset', { hasText: 'SMS, then voice' }).click();
      await page.locator('#verify').click();
      await page.locator('#notification').waitFor({ timeout: STORY_MS });
      expect(await scan(), 'the code').toEqual([]);
      expect(await overflow(), 'the code').toBeLessThanOrEqual(0);
      await leave();
    });
  });

  it('leaves no word in the console and asks nobody outside', () => {
    expect(complaints).toEqual([]);
  });

  describe('its server', () => {
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(`${stack.endpoints.api}${path}`, init);

    it('hands nothing to other pages', async () => {
      for (const path of ['/phone/inbox?to=jo@example.org', '/phone/item?request_id=x']) {
        const headers = { 'sec-fetch-site': 'cross-site' };
        expect((await ask(path, { headers })).status, path).toBe(403);
      }
      const headers = { origin: 'http://evil.example', 'content-type': 'application/json' };
      const forged = await ask('/phone/faults', { method: 'POST', headers, body: '[]' });
      expect(forged.status).toBe(403);
    });

    it('opens no address but those of Vonage', async () => {
      const answer = await ask('/phone/hop', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: stack.endpoints.dynamodb }),
      });
      expect(answer.status).toBe(400);
    });

    it('leaves the routes of the API alone, and unknown paths to it', async () => {
      expect((await ask('/status')).status).toBe(401);
      const unknown = await ask('/nothing');
      expect([unknown.status, await unknown.json()]).toEqual([404, { message: 'Not Found' }]);
      expect((await ask('/phone/nothing')).status).toBe(404);
    });

    it('serves the page of the web path, pointed at this API', async () => {
      const text = await (await ask('/redirect')).text();
      expect(text).toContain(`content="${stack.endpoints.api}"`);
    });

    it.each([
      ['8', 'Your phone number is verified.'],
      ['7', 'Not verified: number_mismatch.'],
    ])('verifies on that page: a number that ends in %s', async (ending, says) => {
      const visitor = await browser.context.newPage();
      await visitor.goto(`${stack.endpoints.api}/redirect`);
      await visitor.fill('[name=phone_number]', phoneNumber(ending));
      await visitor.click('#start button');
      await visitor.getByRole('status').filter({ hasText: says }).waitFor({ timeout: STORY_MS });
      expect(visitor.url()).toBe(`${stack.endpoints.api}/redirect`);
      await visitor.close();
    });
  });
});
