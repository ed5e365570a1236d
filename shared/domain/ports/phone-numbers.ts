/** Numbering plans. */

export interface PhoneNumbers {
  /** Country of a mobile number, or `undefined` when it is no mobile number at all. */
  readonly countryOfMobile: (e164: string) => string | undefined;
}
