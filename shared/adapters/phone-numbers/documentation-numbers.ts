/**
 * Mobile numbers that regulators reserve for documentation and fiction, so nobody has them.
 * Vonage's own examples use them. Ranges of landlines are left out, because landlines are refused
 * anyway.
 */

const KEPT: readonly (readonly [country: string, numbers: RegExp])[] = [
  // Ofcom: telephone numbers for use in TV and radio drama programmes.
  ['GB', /^\+447700900\d{3}$/],
  // ARCEP: plan national de numérotation (n° 2018-0881).
  ['FR', /^\+3363998\d{4}$/],
  // PTS: numbers for books and films, 070-174 06 05 to 070-174 06 99.
  ['SE', /^\+46701740(?:60[5-9]|6[1-9]\d)$/],
  // ACMA: fictitious numbers for radio, books, film and TV.
  ['AU', /^\+61491570(?:15[6-9]|110)$/],
];

/** NANPA, 555 NXX line number reservation: 0100 to 0199 of the exchange 555, in every area. */
const KEPT_IN_NORTH_AMERICA = /^\+1\d{3}55501\d{2}$/;

/**
 * The owner of a documentation number: a country, or the calling code `1`, whose area code decides
 * the country. `undefined`: a real number.
 */
export function documentationNumber(e164: string): string | undefined {
  if (KEPT_IN_NORTH_AMERICA.test(e164)) return '1';
  return KEPT.find(([, numbers]) => numbers.test(e164))?.[0];
}
