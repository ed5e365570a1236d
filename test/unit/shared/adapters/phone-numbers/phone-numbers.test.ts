import parsePhoneNumber from 'libphonenumber-js/core';
import examples from 'libphonenumber-js/mobile/examples';
import metadata from 'libphonenumber-js/mobile/metadata';
import { describe, expect, it } from 'vitest';
import { createPhoneNumbers } from '../../../../../shared/adapters/phone-numbers/phone-numbers.ts';
import ranges from '../../../../../shared/adapters/phone-numbers/ranges.json' with { type: 'json' };
import { toMobileRanges } from '../../../../../shared/adapters/phone-numbers/to-ranges.ts';

const { countryOfMobile } = createPhoneNumbers();

describe('countryOfMobile', () => {
  it.each([
    ['US', '+14155550123'],
    ['CA', '+14165550123'],
    ['BB', '+12462501234'],
    ['MX', '+525512345678'],
    ['BR', '+5511987654321'],
    ['IT', '+393331234567'],
    ['GB', '+447400123456'],
    ['GG', '+447781123456'],
    ['JE', '+447797712345'],
    ['IM', '+447624123456'],
    ['DE', '+4915112345678'],
    ['FR', '+33612345678'],
    ['IN', '+919812345678'],
    ['AU', '+61412345678'],
  ])('finds a mobile number of %s: %s', (country, number) => {
    expect(countryOfMobile(number)).toBe(country);
  });

  it.each([
    ['a landline in GB', '+442079460018'],
    ['a landline in BR', '+551132345678'],
    ['a landline in IT', '+390612345678'],
    ['a landline in DE', '+493012345678'],
    ['a landline in FR', '+33123456789'],
    ['a free number in GB', '+448081570000'],
    ['a free number in the US', '+18005551234'],
    ['a premium number in the US', '+19005551234'],
    ['a premium number in GB', '+449012345678'],
    ['the old form of mobile numbers in MX', '+5215512345678'],
    ['Inmarsat', '+870773123456'],
    ['Iridium', '+881612345678'],
    ['an international network', '+883510012345'],
    ["Vonage's test numbers, which the start handles itself", '+99012345678'],
    ['a country that does not exist', '+9991234567'],
    ['too few digits', '+4915112'],
    ['too many digits', '+491511234567890'],
    ['a number with an extension', '+14155550123;ext=1'],
    ['a number with spaces', '+1 415 555 0123'],
    ['a number without its plus', '14155550123'],
    ['nothing', ''],
  ])('refuses %s', (_, number) => {
    expect(countryOfMobile(number)).toBeUndefined();
  });
});

/** What libphonenumber itself says. */
function expected(number: string): string | undefined {
  const parsed = parsePhoneNumber(number, metadata);
  return parsed?.number === number && parsed.isValid() ? parsed.country : undefined;
}

/** The same numbers in every run. */
function createDigits(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A number near to a real one: some digits of it replaced, one added or taken away. */
function vary(number: string, pick: (below: number) => number): string {
  const digits = [...number.slice(1)];
  for (let times = pick(5); times > 0; times -= 1) {
    digits[pick(digits.length)] = String(pick(10));
  }
  if (pick(8) === 0) digits.push(String(pick(10)));
  if (pick(8) === 0) digits.pop();
  return `+${digits.join('')}`;
}

describe('the ranges', () => {
  it('are those of the installed metadata', () => {
    expect(ranges).toEqual(toMobileRanges(metadata));
  });

  it('decide as libphonenumber does, near every country’s numbers', () => {
    const pick = createDigits(7);
    const differences: string[] = [];
    for (const [country, national] of Object.entries(examples)) {
      const [callingCode] =
        Object.entries(metadata.country_calling_codes).find(([, countries]) =>
          countries.some((it) => it === country),
        ) ?? [];
      for (let times = 0; times < 150; times += 1) {
        const number = vary(`+${callingCode}${national}`, pick);
        if (countryOfMobile(number) !== expected(number)) {
          differences.push(`${number}: ${countryOfMobile(number)}, ${expected(number)}`);
        }
      }
    }
    expect(differences).toEqual([]);
  });
});
