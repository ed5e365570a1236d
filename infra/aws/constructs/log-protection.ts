/**
 * A second net under the rule that logs hold nothing about a person: should a number, an address, a
 * code's URL or a token get in after all, CloudWatch shows asterisks.
 */

import { CustomDataIdentifier, DataIdentifier, DataProtectionPolicy } from 'aws-cdk-lib/aws-logs';

/**
 * CloudWatch refuses a pattern with any character but letters, digits, `_ # = @ / ; , -`, space and
 * `^ $ ? [ ] { } | \ * + .`: no colon, hence no `https:`, and no group.
 */
export const PRIVATE_PATTERNS: Readonly<Record<string, string>> = {
  NumberWithPlus: '\\+[1-9][0-9]{7,14}',
  JsonWebToken: 'eyJ[A-Za-z0-9_-]+[.]eyJ[A-Za-z0-9_-]+',
  ClientToken: '[0-9a-f-]{36}[.][A-Za-z0-9_-]{43}',
  CheckUrl: '[a-z0-9.-]+/v2/verify/[A-Za-z0-9/_-]+',
};

/** One policy for each log group: they cannot be shared. */
export function createLogProtection(): DataProtectionPolicy {
  return new DataProtectionPolicy({
    name: 'nothing-personal',
    description: 'Masks what must not be logged in the first place',
    identifiers: [
      DataIdentifier.EMAILADDRESS,
      DataIdentifier.PKCSPRIVATEKEY,
      ...Object.entries(PRIVATE_PATTERNS).map(
        ([name, pattern]) => new CustomDataIdentifier(name, pattern),
      ),
    ],
  });
}
