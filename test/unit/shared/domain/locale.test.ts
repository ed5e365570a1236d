import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toLocale } from '../../../../shared/domain/locale.ts';

/** As phones, servers and libraries say them, and what is sent to Vonage. */
const SAID_LOCALES: readonly (readonly [said: unknown, locale: string | undefined])[] = [
  ['de-DE', 'de-de'],
  ['en_US', 'en-us'],
  ['EN', 'en'],
  ['fil-PH', 'fil-ph'],
  ['es-419', 'es-419'],
  ['zh-Hant-TW', 'zh-hant-tw'],
  ['zh-cmn-Hans-CN', 'zh-hans-cn'],
  ['en-US-u-fw-mon-mu-celsius', 'en-us'],
  ['ar-EG-u-nu-arab', 'ar-eg'],
  ['en-u-rg-gbzzzz', 'en'],
  ['de-DE-x-goethe', 'de-de'],
  ['sl-rozaj-biske', 'sl'],
  ['de-CH-1901', 'de-ch'],
  // POSIX and Apple
  ['en_DE@rg=dezzzz', 'en-de'],
  ['de_DE.UTF-8@euro', 'de-de'],
  // Java and Android
  ['sr_RS_#Latn', 'sr-latn-rs'],
  ['zh__#Hans', 'zh-hans'],
  ['th_TH_TH_#u-nu-thai', 'th-th'],
  ['in_ID', 'id-id'],
  ['iw_IL', 'he-il'],
  // Lists
  ['fr-CH, fr;q=0.9, en;q=0.8', 'fr-ch'],
  [' pt-BR\n', 'pt-br'],
  [`en-US-u-${'a'.repeat(490)}`, 'en-us'],
  // No language
  ['', undefined],
  ['C', undefined],
  ['POSIX', undefined],
  ['C.UTF-8', undefined],
  ['und-US', undefined],
  ['root', undefined],
  ['i-klingon', undefined],
  ['x-whatever', undefined],
  ['English', undefined],
  ['日本語', undefined],
  ['٤', undefined],
  ['__proto__', undefined],
  ['a'.repeat(500), undefined],
  [null, undefined],
  [1, undefined],
  [['de-DE'], undefined],
  [{ language: 'de' }, undefined],
];

/** What the documents of Vonage show, and nothing else. */
const FORM = /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?$/;

describe('toLocale', () => {
  it.each(SAID_LOCALES)('reduces %j to %j', (said, locale) => {
    expect(toLocale(said)).toBe(locale);
  });

  it('never throws, and answers a locale or nothing', () => {
    const parts = fc.array(fc.oneof(fc.constantFrom(...'-_#@.u'), fc.string({ maxLength: 4 })));
    const said = fc.oneof(
      fc.anything(),
      parts.map((all) => all.join('')),
    );
    fc.assert(
      fc.property(said, (value) => {
        expect(toLocale(value) ?? 'en').toMatch(FORM);
      }),
    );
  });
});
