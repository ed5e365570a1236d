/**
 * What an app reports about itself. It is only logged, so none of its members can cause a refusal.
 */

import { isJsonObject } from '../domain/strict-json.ts';

/**
 * Where the check_url is opened; this determines the library and the rules of the operating system.
 */
export const PLATFORMS = ['ios', 'android', 'web', 'other'] as const;

export const MAX_VERSION_LENGTH = 32;
/** At most six digits in a row, so that no version can be a phone number. */
export const VERSION_PATTERN = /^[0-9]{1,6}([A-Za-z._+-]+[0-9]{1,6})*[A-Za-z._+-]*$/;
/** MCC and MNC. */
export const CARRIER_PATTERN = /^[0-9]{5,6}$/;

/** With the names of the API, which are also those of the log line. */
export interface ClientInfo {
  readonly platform?: string | undefined;
  readonly app_version?: string | undefined;
  readonly sdk_version?: string | undefined;
  readonly carrier?: string | undefined;
}

/**
 * Never throws: an unknown platform becomes `other`, and any other member of a wrong form is left
 * out.
 */
export function toClientInfo(said: unknown): ClientInfo {
  if (!isJsonObject(said)) return {};
  const { platform, app_version, sdk_version, carrier } = said;
  const known = PLATFORMS.find((each) => each === platform) ?? 'other';
  return {
    platform: platform === undefined ? undefined : known,
    app_version: formed(app_version, VERSION_PATTERN),
    sdk_version: formed(sdk_version, VERSION_PATTERN),
    carrier: formed(carrier, CARRIER_PATTERN),
  };
}

function formed(value: unknown, pattern: RegExp): string | undefined {
  const isText = typeof value === 'string' && value.length <= MAX_VERSION_LENGTH;
  return isText && pattern.test(value) ? value : undefined;
}
