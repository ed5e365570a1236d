/**
 * A second protection for the rule that logs hold nothing about a person: if a number, an address,
 * a check_url or a token is logged by mistake, CloudWatch masks it.
 */

import { CustomDataIdentifier, DataIdentifier, DataProtectionPolicy } from 'aws-cdk-lib/aws-logs';

/**
 * CloudWatch accepts in a pattern only letters, digits, space, `_ # = @ / ; , -` and
 * `^ $ ? [ ] { } | \ * + .`. So a pattern cannot hold a colon (`https:`) or a group.
 */
export const PRIVATE_PATTERNS: Readonly<Record<string, string>> = {
  NumberWithPlus: '\\+[1-9][0-9]{7,14}',
  JsonWebToken: 'eyJ[A-Za-z0-9_-]+[.]eyJ[A-Za-z0-9_-]+',
  ClientToken: '[0-9a-f-]{36}[.][A-Za-z0-9_-]{43}',
  CheckUrl: '[a-z0-9.-]+/v2/verify/[A-Za-z0-9/_-]+',
};

/** Each log group needs its own policy, because policies cannot be shared. */
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
