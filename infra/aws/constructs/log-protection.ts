/**
 * A second net under the rule that logs hold nothing about a person: should a number, an address, a
 * code's URL or a token get in after all, CloudWatch shows asterisks.
 */

import { CustomDataIdentifier, DataIdentifier, DataProtectionPolicy } from 'aws-cdk-lib/aws-logs';

/** One policy for each log group: they cannot be shared. */
export function createLogProtection(): DataProtectionPolicy {
  return new DataProtectionPolicy({
    name: 'nothing-personal',
    description: 'Masks what must not be logged in the first place',
    identifiers: [
      DataIdentifier.EMAILADDRESS,
      DataIdentifier.PKCSPRIVATEKEY,
      new CustomDataIdentifier('PhoneNumber', '\\+[1-9][0-9]{7,14}'),
      new CustomDataIdentifier('JsonWebToken', 'eyJ[A-Za-z0-9_-]+[.]eyJ[A-Za-z0-9_-]+'),
      new CustomDataIdentifier('CheckUrl', 'https://[a-z0-9.-]+/v2/verify/[A-Za-z0-9/_-]+'),
    ],
  });
}
