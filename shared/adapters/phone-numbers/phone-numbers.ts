/**
 * Decides from Google's metadata whether a number is mobile. A test compares this with
 * libphonenumber, which is not used here because it would be half of the bundle of `start`.
 */

import type { StartSettings } from '../../config.ts';
import type { PhoneNumbers } from '../../domain/ports/phone-numbers.ts';
import { documentationNumber } from './documentation-numbers.ts';
import { isSubscriber, mayBeArea } from './north-america.ts';
import ranges from './ranges.json' with { type: 'json' };

type Settings = Pick<
  StartSettings,
  'countries' | 'additionalMobilePrefixes' | 'documentationNumbers'
>;
type Ranges = readonly (readonly string[])[];

const CALLING_CODE_LENGTHS = [1, 2, 3];
const NORTH_AMERICA = '1';

/**
 * Where a country does not separate mobile from fixed ranges (North America), all its numbers count
 * as mobile. Numbers of satellite networks belong to no country and are refused.
 */
export function createPhoneNumbers(settings: Settings): PhoneNumbers {
  const byCallingCode = new Map<string, Ranges>(Object.entries(ranges.mobile));
  return {
    countryOfMobile: (e164) => {
      if (!/^\+[1-9]\d{1,14}$/.test(e164)) return undefined;
      const kept = documentationNumber(e164);
      if (kept !== undefined && !settings.documentationNumbers) return undefined;
      if (kept !== undefined && kept !== NORTH_AMERICA) return kept;
      const callingCode = CALLING_CODE_LENGTHS.map((length) => e164.slice(1, 1 + length)).find(
        (code) => byCallingCode.has(code),
      );
      if (callingCode === undefined) return undefined;
      const found = byCallingCode.get(callingCode) ?? [];
      const national = e164.slice(1 + callingCode.length);
      if (callingCode !== NORTH_AMERICA) {
        return additional(e164, settings) ?? countryOf(national, found)?.country;
      }
      if (kept === undefined && !isSubscriber(national)) return undefined;
      return countryInNorthAmerica(national, found, settings);
    },
  };
}

/** The five rules of docs/architecture.md#numbers-and-mailboxes, in their order. */
function countryInNorthAmerica(
  national: string,
  found: Ranges,
  settings: Settings,
): string | undefined {
  if (ranges.refusedInNorthAmerica.some((pattern) => isWhole(pattern, national))) return undefined;
  const added = additional(`+${NORTH_AMERICA}${national}`, settings);
  if (added !== undefined) return added;
  const withDigits = found.filter(([, , leadingDigits]) => leadingDigits !== undefined);
  const withoutDigits = found.filter(([, , leadingDigits]) => leadingDigits === undefined);
  const known = countryOf(national, withDigits) ?? countryOf(national, withoutDigits);
  if (known) return known.country;
  if (!mayBeArea(national)) return undefined;
  return settings.countries.includes('US') ? 'US' : 'CA';
}

/** The country whose additional prefixes, a setting of the stage, match the number. */
function additional(e164: string, { additionalMobilePrefixes = {} }: Settings): string | undefined {
  return Object.entries(additionalMobilePrefixes).find(([, prefixes]) =>
    prefixes.some((prefix) => e164.startsWith(prefix)),
  )?.[0];
}

/**
 * Leading digits decide first: a number that begins with those of a country belongs to that country
 * only, and if it is not mobile there it has no country. `undefined`: the metadata does not know
 * the number.
 */
function countryOf(national: string, found: Ranges): { country: string | undefined } | undefined {
  for (const [country, pattern = '', leadingDigits] of found) {
    if (leadingDigits === undefined) {
      if (isWhole(pattern, national)) return { country };
    } else if (isStart(leadingDigits, national)) {
      return { country: isWhole(pattern, national) ? country : undefined };
    }
  }
  return undefined;
}

function isWhole(pattern: string, national: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(national);
}

function isStart(pattern: string, national: string): boolean {
  return new RegExp(`^(?:${pattern})`).test(national);
}
