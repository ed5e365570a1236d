import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toLocale } from '../../../../shared/domain/locale.ts';
import { SAID_LOCALES } from '../../../fixtures/locales.ts';

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
