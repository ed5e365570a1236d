/**
 * Extracts from Google's metadata the part, about a fifth, that decides whether a number is mobile.
 */

import type { MetadataJson } from 'libphonenumber-js/core';

/** Country, pattern of its national mobile numbers, and the leading digits that are its alone. */
export type MobileRange = readonly [country: string, pattern: string, leadingDigits?: string];

export interface Ranges {
  /** By calling code; the first country that matches decides. */
  readonly mobile: Readonly<Record<string, readonly MobileRange[]>>;
  /** Patterns of numbers of `+1` that no subscriber has: toll-free, premium, personal and others. */
  readonly refusedInNorthAmerica: readonly string[];
}

/** Places in the array that describes a country, version 4 of the format. */
const NATIONAL_PATTERN = 2;
const LEADING_DIGITS = 10;
const TYPES = 11;
/** Place in the array of types; the types after `MOBILE` have no subscribers. */
const MOBILE = 1;

/** @param metadata of mobile numbers @param ofAllTypes the larger metadata, of the same release */
export function toRanges(metadata: MetadataJson, ofAllTypes: MetadataJson): Ranges {
  const described = descriptionsIn(metadata);
  const mobile = Object.entries(metadata.country_calling_codes).map(
    ([callingCode, countries]) =>
      [
        callingCode,
        countries.map((country) => toRange(country, described[country] ?? [])),
      ] as const,
  );
  const { US = [], CA = [] } = descriptionsIn(ofAllTypes);
  return {
    mobile: Object.fromEntries(mobile),
    refusedInNorthAmerica: [...new Set([US, CA].flatMap(typesWithoutSubscribers))],
  };
}

type Description = readonly unknown[];

function descriptionsIn(metadata: MetadataJson): Readonly<Record<string, Description>> {
  return Object.fromEntries(Object.entries(metadata.countries));
}

function toRange(country: string, description: Description): MobileRange {
  const types = description[TYPES];
  const mobile: unknown = Array.isArray(types) ? types[MOBILE]?.[0] : description[NATIONAL_PATTERN];
  if (typeof mobile !== 'string') throw new Error(`the metadata of ${country} has another form`);
  const leadingDigits = description[LEADING_DIGITS];
  return typeof leadingDigits === 'string' ? [country, mobile, leadingDigits] : [country, mobile];
}

/** Throws when there are none, because then the format must have changed. */
function typesWithoutSubscribers(description: Description): readonly string[] {
  const types = description[TYPES];
  const patterns = Array.isArray(types)
    ? types.slice(MOBILE + 1).flatMap((type) => (Array.isArray(type) ? [String(type[0])] : []))
    : [];
  if (patterns.length === 0) throw new Error('the metadata of all types has another form');
  return patterns;
}
