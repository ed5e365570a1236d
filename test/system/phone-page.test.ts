/** The phone page in a real browser: its looks, its form, its lines for a terminal, its server. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phoneNumber } from '../fixtures/app.ts';
import {
  missing,
  openPhoneSite,
  type PhoneSite,
  STORY_MS,
  type Visitor,
} from '../fixtures/phone-page.ts';

describe.skipIf(missing() !== undefined)('the phone page', () => {
  let site: PhoneSite;
  /** There is one clipboard: whoever copies waits for the one before. */
  let copied: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    site = await openPhoneSite();
  });

  afterAll(() => site?.close());

  function copyLines({ page, reads }: Visitor): Promise<string> {
    const lines = copied.then(async () => {
      await page.bringToFront();
      await page.locator('#copy-curl').click();
      await reads('#copied', /Copied/);
      return page.evaluate(() => navigator.clipboard.readText());
    });
    copied = lines.catch(() => undefined);
    return lines;
  }

  describe.concurrent('for its visitors', { timeout: STORY_MS * 4 }, () => {
    it.each([
      [1440, 1000, 'light'],
      [1440, 1000, 'dark'],
      [360, 740, 'light'],
      [360, 740, 'dark'],
    ] as const)(
      'has no serious accessibility finding and nothing to scroll sideways at %i × %i px, %s',
      (width, height, colorScheme) =>
        site.visit(
          async ({ page, play, playPreset, end, leave, scan, overflow }) => {
            expect(await page.locator('#item h3').isVisible(), 'an empty log').toBe(false);
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
            await playPreset('SMS, then voice');
            await page.locator('#notification').waitFor({ timeout: STORY_MS });
            expect(await scan(), 'the code').toEqual([]);
            expect(await overflow(), 'the code').toBeLessThanOrEqual(0);
          },
          { width, height, colorScheme },
        ),
    );

    it.each([
      [['forged', 'duplicated'], '8', 'completed'],
      [['wifi'], '8', 'completed'],
      [['lost_answer'], '8', 'completed'],
      [['man_in_the_middle'], '8', 'aborted'],
      [[], '99', 'completed'],
    ])('copies lines for sh that tell the same story: %j', (troubles, ending, status) =>
      site.visit(async (visitor) => {
        const { page } = visitor;
        await page.locator('#number').fill(phoneNumber(ending));
        for (const name of troubles) await page.locator(`[role=switch][name=${name}]`).check();
        const { stdout } = await promisify(execFile)('sh', ['-c', await copyLines(visitor)]);
        const last = stdout.trim().split('\n').at(-1) ?? '';
        expect(JSON.parse(last).verification.status, stdout).toBe(status);
      }),
    );

    it('shows refusals as the contract gives them', () =>
      site.visit(async ({ page, playPreset, reads }) => {
        await playPreset('A landline');
        await page.locator('#problem').waitFor();
        expect(await page.locator('#problem').textContent()).toMatch(
          /not accepted.*mobile number of a supported country.*422 phone_number_refused/s,
        );
        await page.locator('#number').fill('0151');
        await page.locator('#verify').click();
        await reads('#problem-code', /^400 request_invalid$/);
        expect(await page.locator('#number').getAttribute('aria-invalid')).toBe('true');
        expect(await page.locator('#number-error').textContent()).not.toBe('');
      }));

    it('can be led step by step with the keyboard alone', () =>
      site.visit(async ({ page, end }) => {
        await page.locator('input[name=pace][value=step]').check();
        await page.locator('#number').fill(phoneNumber('8'));
        await page.locator('#number').press('Enter');
        const next = page.locator('#next');
        for (let step = 0; step < 6; step += 1) {
          const before = await page.locator('#diagram .row').count();
          await next.waitFor({ timeout: STORY_MS });
          await next.focus();
          await page.keyboard.press('Enter');
          await page.locator('#diagram .row').nth(before).waitFor({ state: 'attached' });
        }
        expect(await end()).toBe('Verified');
      }));
  });

  it('leaves no word in the console and asks nobody outside', () => {
    expect(site.complaints).toEqual([]);
  });

  describe('its server', () => {
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(`${site.api}${path}`, init);

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
        body: JSON.stringify({ url: site.dynamodb }),
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
      expect(text).toContain(`content="${site.api}"`);
    });

    it.each([
      ['8', 'Your phone number is verified.'],
      ['7', 'Not verified: number_mismatch.'],
    ])('verifies on that page: a number that ends in %s', (ending, says) =>
      site.open('/redirect', async (page) => {
        await page.fill('[name=phone_number]', phoneNumber(ending));
        await page.click('#start button');
        await page.getByRole('status').filter({ hasText: says }).waitFor({ timeout: STORY_MS });
        expect(page.url()).toBe(`${site.api}/redirect`);
      }),
    );
  });
});
