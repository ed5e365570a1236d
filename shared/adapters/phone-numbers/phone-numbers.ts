/**
 * Which numbers are mobile, by Google's metadata. A test compares this with libphonenumber, which
 * would be half of the bundle of `start`.
 */

import type { PhoneNumbers } from '../../domain/ports/phone-numbers.ts';
import ranges from './ranges.json' with { type: 'json' };

const LONGEST_CALLING_CODE = 3;

/**
 * Where a country does not tell mobile ranges from fixed ones (North America), its numbers are
 * accepted. Satellite networks belong to no country and are none.
 */
export function createPhoneNumbers(): PhoneNumbers {
  const byCallingCode = new Map<string, readonly (readonly string[])[]>(Object.entries(ranges));
  return {
    countryOfMobile: (e164) => {
      if (!/^\+[1-9]\d{1,14}$/.test(e164)) return undefined;
      for (let end = 2; end <= LONGEST_CALLING_CODE + 1; end += 1) {
        const countries = byCallingCode.get(e164.slice(1, end));
        if (countries) return countryOf(e164.slice(end), countries);
      }
      return undefined;
    },
  };
}

/** Leading digits decide alone: a number that has a country's is no other country's. */
function countryOf(
  national: string,
  countries: readonly (readonly string[])[],
): string | undefined {
  for (const [country, pattern = '', leadingDigits] of countries) {
    const isMobile = new RegExp(`^(?:${pattern})$`).test(national);
    if (
      leadingDigits === undefined ? isMobile : new RegExp(`^(?:${leadingDigits})`).test(national)
    ) {
      return isMobile ? country : undefined;
    }
  }
  return undefined;
}
