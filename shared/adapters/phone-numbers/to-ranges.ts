/** Takes from Google's metadata the fifth that decides whether a number is mobile. */

import type { MetadataJson } from 'libphonenumber-js/core';

/** Country, pattern of its national mobile numbers, and the leading digits that are its alone. */
export type MobileRange = readonly [country: string, pattern: string, leadingDigits?: string];

/** By calling code; the first country that fits is the one. */
export type MobileRanges = Readonly<Record<string, readonly MobileRange[]>>;

/** Places in the array that describes a country, version 4 of the format. */
const NATIONAL_PATTERN = 2;
const LEADING_DIGITS = 10;
const TYPES = 11;
const MOBILE = 1;

export function toMobileRanges(metadata: MetadataJson): MobileRanges {
  const described: Readonly<Record<string, readonly unknown[]>> = Object.fromEntries(
    Object.entries(metadata.countries),
  );
  return Object.fromEntries(
    Object.entries(metadata.country_calling_codes).map(([callingCode, countries]) => [
      callingCode,
      countries.map((country) => toRange(country, described[country] ?? [])),
    ]),
  );
}

function toRange(country: string, description: readonly unknown[]): MobileRange {
  const types = description[TYPES];
  const mobile: unknown = Array.isArray(types) ? types[MOBILE]?.[0] : description[NATIONAL_PATTERN];
  if (typeof mobile !== 'string') throw new Error(`the metadata of ${country} has another form`);
  const leadingDigits = description[LEADING_DIGITS];
  return typeof leadingDigits === 'string' ? [country, mobile, leadingDigits] : [country, mobile];
}
