/**
 * The two tables. Both are kept when the stack is deleted and are protected against deletion: they
 * hold running verifications, and the counters that limit what an attacker can spend.
 */

import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { GUARD_ATTRIBUTES, VERIFICATION_ATTRIBUTES } from '../../../shared/config.ts';

export class Tables extends Construct {
  /** One item per verification: its log, its connections. */
  readonly verifications: TableV2;
  /** Locks, idempotency records and rate limits of `start`. */
  readonly guards: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.verifications = table(
      this,
      'Verifications',
      VERIFICATION_ATTRIBUTES.requestId,
      VERIFICATION_ATTRIBUTES.ttl,
    );
    this.guards = table(this, 'Guards', GUARD_ATTRIBUTES.key, GUARD_ATTRIBUTES.ttl);
  }
}

function table(scope: Construct, id: string, partitionKey: string, ttl: string): TableV2 {
  return new TableV2(scope, id, {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    billing: Billing.onDemand(),
    timeToLiveAttribute: ttl,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
