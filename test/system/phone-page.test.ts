/** The phone page in a real browser, and its server. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phoneNumber } from '../fixtures/app.ts';
import { runProgram } from '../fixtures/command.ts';
import { missing, openPhoneSite, type PhoneSite, type Visitor, WIDE } from './phone-page.ts';

const NARROW = { width: 360, height: 740 };
const FORGED = /answered 401 signature_invalid; nothing was stored/;
const LOST_ANSWER = /only the answer got lost: .* Vonage received the code once/;

describe.skipIf(missing() !== undefined)('the phone page', () => {
  let site: PhoneSite;
  /** All visitors share one clipboard: a copy waits for the one before. */
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

  describe.concurrent('for its visitors', () => {
    it('has no accessibility finding and no sideways scrolling, light or dark, wide or narrow', () =>
      site.visit(async ({ page, play, playPreset, end, leave, scan, overflow }) => {
        const examine = async (what: string): Promise<void> => {
          for (const viewport of [WIDE, NARROW]) {
            await page.setViewportSize(viewport);
            expect(await scan(), `${what}, ${viewport.width} px`).toEqual([]);
            expect(await overflow(), `${what}, ${viewport.width} px`).toBeLessThanOrEqual(0);
          }
          await page.emulateMedia({ colorScheme: 'dark' });
          expect(await scan('color-contrast'), `${what}, dark`).toEqual([]);
          await page.emulateMedia({ colorScheme: 'light' });
        };
        expect(await page.locator('#item h3').isVisible(), 'an empty log').toBe(false);
        await examine('the form');
        await play(['duplicated']);
        await end();
        await page.locator('#diagram .row').first().click();
        await page.locator('#item details summary').click();
        await examine('the end');
        await leave();
        await page.locator('input[name=pace][value=step]').check();
        await play([], '4');
        await page.locator('#next').waitFor();
        await examine('a step');
        await leave();
        await playPreset('SMS, then voice');
        await page.locator('#notification').waitFor();
        await examine('the code');
      }));

    it.each([
      [['forged', 'duplicated'], '8', 'completed'],
      [['wifi'], '8', 'completed'],
      [['lost_answer'], '8', 'completed'],
      [['man_in_the_middle'], '8', 'aborted'],
      [[], '99', 'completed'],
    ])('copies lines for sh that play the same story: %j', (troubles, ending, status) =>
      site.visit(async (visitor) => {
        const { page } = visitor;
        await page.locator('#number').fill(phoneNumber(ending));
        for (const name of troubles) await page.locator(`[role=switch][name=${name}]`).check();
        const { stdout } = await runProgram('sh', ['-c', await copyLines(visitor)]);
        const last = stdout.trim().split('\n').at(-1) ?? '';
        expect(JSON.parse(last).verification.status, stdout).toBe(status);
      }),
    );

    it('shows refusals as the contract gives them', () =>
      site.visit(async ({ page, playPreset, reads }) => {
        await playPreset('A landline');
        await page.locator('#problem').waitFor();
        const refused =
          /not accepted.*mobile number of a supported country.*422 phone_number_refused/s;
        expect(await page.locator('#problem').textContent()).toMatch(refused);
        await page.locator('#number').fill('0151');
        await page.locator('#verify').click();
        await reads('#problem-code', /^400 request_invalid$/);
        expect(await page.locator('#number').getAttribute('aria-invalid')).toBe('true');
        expect(await page.locator('#number-error').textContent()).not.toBe('');
      }));

    it.each([
      ['The SIM proves it', [], 'Verified'],
      ['The SIM proves it', ['rejected'], 'Verified'],
      ['Fallback to e-mail', [], 'Verified'],
      ['Someone else’s number', [], 'Not this phone'],
    ])('needs no more than the keyboard, step by step: %s %j', (preset, troubles, title) =>
      site.visit(async ({ page, end }) => {
        await page.locator('.preset', { hasText: preset }).click();
        for (const name of troubles) await page.locator(`[role=switch][name=${name}]`).check();
        await page.locator('input[name=pace][value=step]').check();
        await page.locator('#number').focus();
        await page.keyboard.press('Enter');
        const next = page.locator('#next');
        const offered = page.locator('#next[aria-disabled=false]:visible, #after:visible').first();
        for (;;) {
          await offered.waitFor();
          if (await page.locator('#after').isVisible()) break;
          expect(await next.evaluate((button) => button === document.activeElement)).toBe(true);
          await page.keyboard.press('Enter');
        }
        expect(await end()).toBe(title);
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('run-title');
      }),
    );

    it('says at the field what is missing, and sends nothing', () =>
      site.visit(async ({ page, reads }) => {
        await page.locator('#number').fill('');
        await page.locator('#verify').click();
        await reads('#number-error', /^Enter a phone number/);
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('number');
        for (const chip of await page.locator('#channel-list input').all()) await chip.uncheck();
        await page.locator('#verify').click();
        await reads('#channels-error', /^Choose at least one channel/);
        for (const chip of await page.locator('#channel-list input').all()) await chip.check();
        await page.locator('#email').fill('');
        await page.locator('#verify').click();
        await reads('#channels-error', /^Choose at most 3 channels/);
        await reads('#email-error', /^Enter an e-mail address/);
        expect(await page.locator('#diagram .row').count()).toBe(0);
      }));
  });

  describe.concurrent('stories', () => {
    it.each<Readonly<Record<string, RegExp>>>([
      // How many of them come after the end depends on the machine.
      { delayed: /1\.5 s late, \d of 3 after the end/ },
      { background: /GET \/status with its stored token/, forged: FORGED },
      { lost_socket: /not lost: .* returned the whole state/, lost_answer: LOST_ANSWER },
      { wifi: /sdk_no_data_connectivity; the backend asked Vonage .* e-mail/ },
      { rejected: /reported user_rejected; the backend moved on to e-mail/ },
      { unsupported: /reported failed at once; the backend moved on to e-mail/ },
      { man_in_the_middle: /sent no code to Vonage, and aborted/ },
      { duplicated: /6 webhooks arrived, 3 of them repeats.*\([67] events\)/ },
    ])('ends, and tells what the backend did about %o', (troubles) =>
      site.visit(async ({ play, end, reads }) => {
        await play(Object.keys(troubles));
        const isAborted = 'man_in_the_middle' in troubles;
        expect(await end()).toBe(isAborted ? 'This network interferes' : 'Verified');
        for (const [trouble, sentence] of Object.entries(troubles)) {
          await reads(`#verdict-list [data-trouble=${trouble}]`, sentence);
        }
      }),
    );

    it('falls back to e-mail, refuses a wrong code, fills in the code of the inbox', () =>
      site.visit(async ({ page, playPreset, end, reads }) => {
        await page.locator('input[name=pace][value=step]').check();
        await playPreset('Fallback to e-mail');
        const next = page.locator('#next');
        const offered = next.and(page.locator('[aria-disabled=false]'));
        await offered.waitFor();
        while ((await next.textContent())?.trim() !== 'Fill the code in') {
          await next.click();
          await offered.waitFor();
        }
        await page.locator('#code').fill('000000');
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
        await reads('#log', /end published on the event bus/);
        const rows = await page.locator('#diagram .row').allTextContents();
        for (const label of ['POST /start', 'POST /v2/verify', 'carrier', 'POST /check-code']) {
          expect(rows).toContainEqual(expect.stringContaining(label));
        }
        expect(await page.locator('#item-facts').textContent()).toContain('ttl');
      }));

    it('continues to the fallback by one button, and to its end without another', () =>
      site.visit(async ({ page, playPreset, end }) => {
        await playPreset('The SIM proves it');
        await end();
        await page.locator('#fallback').click();
        await page.locator('#verified-email[data-verified=true]').waitFor();
      }));

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

  it('links to dashboards without any accessibility finding, light and dark', () =>
    site.visit(async ({ page, play, end, scan }) => {
      await play();
      await end();
      await page.locator('a[href="/dashboard"]').first().waitFor();
      await page.goto(`${site.api}/dashboard`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await scan(), colorScheme).toEqual([]);
      }
      const price = page.locator('.widget', { hasText: 'Price' }).first();
      expect(await price.textContent()).not.toMatch(/no data/);
    }));

  it('writes no error to the console and sends no request outside', () => {
    expect(site.complaints).toEqual([]);
  });

  describe('its server', () => {
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(`${site.api}${path}`, init);

    it('answers nothing to other pages', async () => {
      for (const path of ['/phone/inbox?to=jo@example.org', '/phone/item?request_id=x']) {
        const headers = { 'sec-fetch-site': 'cross-site' };
        expect((await ask(path, { headers })).status, path).toBe(403);
      }
      const headers = { origin: 'http://evil.example', 'content-type': 'application/json' };
      const forged = await ask('/phone/faults', { method: 'POST', headers, body: '[]' });
      expect(forged.status).toBe(403);
    });

    it('opens the addresses of Vonage alone', async () => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ url: site.dynamodb });
      expect((await ask('/phone/hop', { method: 'POST', headers, body })).status).toBe(400);
    });

    it('leaves the routes of the API alone, and unknown paths to it', async () => {
      expect((await ask('/status')).status).toBe(401);
      const unknown = await ask('/nothing');
      expect([unknown.status, await unknown.json()]).toEqual([404, { message: 'Not Found' }]);
      expect((await ask('/phone/nothing')).status).toBe(404);
    });

    it.each([
      ['8', 'Your phone number is verified.'],
      ['7', 'Not verified: number_mismatch.'],
    ])('verifies on that page a number that ends in %s', (ending, says) =>
      site.open('/redirect', async (page) => {
        await page.fill('[name=phone_number]', phoneNumber(ending));
        await page.click('#start button');
        await page.getByRole('status').filter({ hasText: says }).waitFor();
        expect(page.url()).toBe(`${site.api}/redirect`);
      }),
    );
  });
});
