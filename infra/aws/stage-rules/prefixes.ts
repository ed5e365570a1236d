/**
 * Rules for the prefixes that a stage adds to the mobile ranges: a mistake there would accept a
 * country's landlines.
 */

import ranges from '../../../shared/adapters/phone-numbers/ranges.json' with { type: 'json' };
import type { Stage } from '../stage.ts';
import { broken, type Rule } from './rule.ts';

/** `+1` and an area code, because `+1` alone would accept all of North America. */
const NORTH_AMERICAN = /^\+1[2-9]\d{2}/;

export function prefixFaults(stage: Stage): string[] {
  const given = Object.entries(stage.additionalMobilePrefixes ?? {});
  const all = given.flatMap(([, prefixes]) => prefixes);
  return broken([
    ...given.flatMap(([country, prefixes]): Rule[] => [
      [
        stage.countries.includes(country),
        `additionalMobilePrefixes: ${country} is not one of countries`,
      ],
      [prefixes.length > 0, `additionalMobilePrefixes: ${country} must list a prefix`],
      ...prefixes.map(
        (prefix): Rule => [
          isPrefixOf(country, prefix),
          `additionalMobilePrefixes: ${prefix} must be E.164 with +, the calling code of ` +
            `${country} and at least a digit more (behind +1 an area code)`,
        ],
      ),
    ]),
    ...all.map((prefix, index): Rule => {
      const isPart = all.some((other, place) => place !== index && prefix.startsWith(other));
      return [!isPart, `additionalMobilePrefixes: ${prefix} begins with another one`];
    }),
  ]);
}

function isPrefixOf(country: string, prefix: string): boolean {
  const [callingCode] =
    Object.entries(ranges.mobile).find(([, found]) => found.some(([code]) => code === country)) ??
    [];
  if (callingCode === undefined || !/^\+\d{2,15}$/.test(prefix)) return false;
  return callingCode === '1'
    ? NORTH_AMERICAN.test(prefix)
    : prefix.startsWith(`+${callingCode}`) && prefix.length > callingCode.length + 1;
}
