/** The functions know the host names of the partition `aws` only: `amazonaws.com`, not `.com.cn`. */

import { Token } from 'aws-cdk-lib';

/** Throws for a region of AWS in China. A region that is known only at deployment passes. */
export function assertRegion(region: string): void {
  if (!Token.isUnresolved(region) && region.startsWith('cn-')) {
    throw new Error(`region ${region} is in China, whose services have other host names`);
  }
}
