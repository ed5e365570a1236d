/**
 * The limits of Vonage's start request (protocol §1.3); those of the workflow are in `workflow.ts`.
 */

import type { Stage } from '../stage.ts';
import { broken, isIntegerBetween, isLoopback, isPlainHttps } from './rule.ts';

/** Hosts of Vonage's API (protocol §1.1). */
const VONAGE_BASE_URLS = [
  'https://api.nexmo.com',
  'https://api-us.vonage.com',
  'https://api-eu.vonage.com',
  'https://api-ap.vonage.com',
];

export function vonageFaults(stage: Stage): string[] {
  const { brand, locale, channelTimeoutSeconds, codeLength } = stage;
  return broken([
    // Vonage's documents name 16 and 18 (protocol §12.16); 16 is valid under both.
    [/^[^\\/{}:$\p{Cc}]{1,16}$/u.test(brand), 'brand must be 1–16 characters without \\ / { } : $'],
    [brand === brand.trim(), 'brand must not begin or end with a space'],
    [
      locale === undefined || /^[a-z]{2,3}(-[a-z]{2})?$/.test(locale),
      'locale must be a lower-case language and country such as en-gb',
    ],
    [
      isIntegerBetween(channelTimeoutSeconds, 15, 900),
      'channelTimeoutSeconds must be a whole number from 15 to 900',
    ],
    // Vonage accepts 4 digits, but with 10 000 codes three guesses succeed too often.
    [isIntegerBetween(codeLength, 6, 10), 'codeLength must be a whole number from 6 to 10'],
    [
      VONAGE_BASE_URLS.includes(stage.vonageBaseUrl) ||
        (stage.playground && isLoopback(stage.vonageBaseUrl)),
      `vonageBaseUrl must be one of ${VONAGE_BASE_URLS.join(', ')}`,
    ],
    [
      stage.checkUrlHosts.length > 0 &&
        stage.checkUrlHosts.every((host) => /^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?){2,}$/.test(host)),
      'checkUrlHosts must be host suffixes such as .vonage.com',
    ],
    [
      stage.redirectUrl === undefined || isPlainHttps(stage.redirectUrl),
      'redirectUrl must be an https URL without credentials or fragment',
    ],
    [
      stage.redirectUrl === undefined ||
        stage.workflow.some(({ channel }) => channel === 'silent_auth'),
      'redirectUrl is used by silent_auth only, which is not in the workflow',
    ],
  ]);
}
