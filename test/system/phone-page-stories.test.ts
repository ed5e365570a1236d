/** The phone page in a real browser: every story, with what it shows of app, backend and Vonage. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, openPhoneSite, type PhoneSite, STORY_MS } from '../fixtures/phone-page.ts';

describe.skipIf(missing() !== undefined)('the phone page', () => {
  let site: PhoneSite;

  beforeAll(async () => {
    site = await openPhoneSite();
  });

  afterAll(() => site?.close());

  describe.concurrent('stories', { timeout: STORY_MS * 4 }, () => {
    it.each([
      ['delayed', 'Verified', /1\.5 s late, 2 of 3 after the end/],
      ['background', 'Verified', /GET \/status with its stored token/],
      ['lost_socket', 'Verified', /not lost: .* gave the whole state again/],
      ['wifi', 'Verified', /sdk_no_data_connectivity; the backend asked Vonage .* e-mail/],
      ['lost_answer', 'Verified', /only the answer got lost: .* Vonage saw the code once/],
      ['rejected', 'Verified', /said user_rejected; the backend moved on to e-mail/],
      ['unsupported', 'Verified', /said failed at once; the backend moved on to e-mail/],
      ['man_in_the_middle', 'This network interferes', /asked Vonage not at all, and aborted/],
      ['duplicated', 'Verified', /6 webhooks came, 3 of them for the second time.*\([67] events\)/],
      ['forged', 'Verified', /answered 401 signature_invalid, nothing was stored/],
    ])('tells what the backend did about %s', (trouble, title, sentence) =>
      site.visit(async ({ play, end, reads }) => {
        await play([trouble]);
        expect(await end()).toBe(title);
        await reads(`#verdict-list [data-trouble=${trouble}]`, sentence);
      }),
    );

    it('falls back to e-mail, fills in the code of the inbox, takes a wrong one for what it is', () =>
      site.visit(async ({ page, playPreset, end, reads }) => {
        await page.locator('input[name=pace][value=watch]').check();
        await playPreset('Fallback to e-mail');
        await page.locator('#code').fill('000000', { timeout: STORY_MS });
        await page.locator('#code').press('Enter');
        await reads('#problem-code', /^400 code_invalid$/);
        expect(await page.locator('#code').getAttribute('aria-invalid')).toBe('true');
        await page.locator('#messages button').click();
        expect(await end()).toBe('Verified');
        expect(await page.locator('#verified-email').textContent()).toBe('verified');
        expect(await page.locator('#verified-number').textContent()).toBe('not verified');
      }));

    it('proves a number silently, shows every message, the log and the proof', () =>
      site.visit(async ({ page, playPreset, end, reads }) => {
        await playPreset('The SIM proves it');
        expect(await end()).toBe('Verified');
        expect(await page.locator('#verified-number').textContent()).toBe('verified');
        await page.locator('#log li:nth-child(6)').waitFor();
        await page.locator('#proof').click();
        await page.locator('.row', { hasText: 'the proof, decoded' }).click();
        const shown = await page.locator('#diagram pre:visible').textContent();
        expect(shown).toContain('"phone_number"');
        await reads('#log', /event bus has heard of the end/);
        const rows = await page.locator('#diagram .row').allTextContents();
        for (const label of ['POST /start', 'POST /v2/verify', 'carrier', 'POST /check-code']) {
          expect(
            rows.some((row) => row.includes(label)),
            label,
          ).toBe(true);
        }
        expect(await page.locator('#item-facts').textContent()).toContain('ttl');
      }));

    it('goes on to the fallback by one button, and by itself to its end', () =>
      site.visit(async ({ page, playPreset, end }) => {
        await playPreset('The SIM proves it');
        await end();
        await page.locator('#fallback').click();
        await page.locator('#verified-email[data-verified=true]').waitFor({ timeout: STORY_MS });
      }));

    it.each([
      ['Another’s number', 'Not this phone'],
      ['Vonage’s playground', 'Verified'],
      ['SMS, then voice', 'Verified'],
    ])('plays the ready-made number: %s', (preset, title) =>
      site.visit(async ({ playPreset, end }) => {
        await playPreset(preset);
        expect(await end()).toBe(title);
      }),
    );

    it('masks every secret in the JSON of the messages', () =>
      site.visit(async ({ page, play, end }) => {
        await play();
        await end();
        const shown = await page.evaluate(() => {
          for (const row of document.querySelectorAll<HTMLElement>('#diagram .row')) row.click();
          return document.querySelector('#diagram')?.textContent ?? '';
        });
        expect(shown).toContain('"client_token": "••••••"');
        expect(shown).toContain('"code": "••••••"');
        expect(shown).not.toMatch(/silent-auth\/redirect|[\w-]{36}\.[\w-]{43}|Bearer /);
      }));
  });

  it('leaves no word in the console and asks nobody outside', () => {
    expect(site.complaints).toEqual([]);
  });
});
