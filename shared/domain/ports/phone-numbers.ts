/** Numbering plans. */

export interface PhoneNumbers {
  /** Country of a mobile number, or `undefined` when it is not a mobile number. */
  readonly countryOfMobile: (e164: string) => string | undefined;
}
