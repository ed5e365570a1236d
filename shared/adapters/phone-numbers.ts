/** Which numbers belong to a mobile phone, by Google's metadata in its edition for mobile ranges. */

import parsePhoneNumber from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/mobile/metadata';
import type { PhoneNumbers } from '../domain/ports.ts';

/**
 * Where a country does not tell mobile ranges from fixed ones (North America), its numbers are
 * accepted. Satellite networks belong to no country and are none.
 */
export function createPhoneNumbers(): PhoneNumbers {
  return {
    countryOfMobile: (e164) => {
      const phoneNumber = parsePhoneNumber(e164, metadata);
      return phoneNumber?.number === e164 && phoneNumber.isValid()
        ? phoneNumber.country
        : undefined;
    },
  };
}
