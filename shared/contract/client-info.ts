/** What an app says about itself. It is for logs alone, so nothing of it refuses a request. */

import { isJsonObject } from '../domain/strict-json.ts';

/** Where the check_url is opened: it decides which library and which rules of the system apply. */
export const PLATFORMS = ['ios', 'android', 'web', 'other'] as const;

export const MAX_VERSION_LENGTH = 32;
/** At most six digits in a row, so that no version can be a phone number. */
export const VERSION_PATTERN = /^[0-9]{1,6}([A-Za-z._+-]+[0-9]{1,6})*[A-Za-z._+-]*$/;
/** MCC and MNC. */
export const CARRIER_PATTERN = /^[0-9]{5,6}$/;

/** In the names of the wire, which are those of the log line. */
export interface ClientInfo {
  readonly platform?: string | undefined;
  readonly app_version?: string | undefined;
  readonly sdk_version?: string | undefined;
  readonly carrier?: string | undefined;
}

/** Total: an unknown platform is `other`, and any other member without its form is left out. */
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
