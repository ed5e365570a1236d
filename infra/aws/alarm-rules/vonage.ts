/** Alarms of the provider: does Vonage do its work, and do we have what it asks for? */

import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageMetrics } from '../metrics.ts';
import { type AlarmRule, total } from './rule.ts';

/** Operations of Vonage's API that the functions call. */
const OPERATIONS = ['start', 'check', 'next_workflow', 'cancel'];

export function vonageRules({ own, vonageErrors }: StageMetrics): AlarmRule[] {
  const everyOperation = (status: string): IMetric =>
    total(OPERATIONS.map((operation) => vonageErrors(operation, status)));
  // An alarm takes ten metrics; a failed start or check is what users notice.
  const outages = ['500', '502', '503', 'timeout', 'network'].flatMap((status) => [
    vonageErrors('start', status),
    vonageErrors('check', status),
  ]);
  return [
    {
      id: 'VonageUnauthorized',
      says: 'Vonage refused our private key at least twice in 5 minutes.',
      metric: everyOperation('401'),
      threshold: 2,
    },
    {
      id: 'VonageBalance',
      says: 'The balance of the Vonage account is spent: no verification can start.',
      metric: everyOperation('402'),
      threshold: 1,
    },
    {
      id: 'VonageThrottled',
      says: 'Vonage throttled at least 10 of our calls in 5 minutes.',
      metric: everyOperation('429'),
      threshold: 10,
    },
    {
      id: 'VonageOutage',
      says: 'At least 5 starts or checks in 5 minutes failed or timed out at Vonage.',
      metric: total(outages),
      threshold: 5,
    },
    {
      id: 'SecretNotSet',
      says: 'A secret is empty or malformed, or the private key cannot be read.',
      metric: total([
        own('SecretNotSet'),
        ...OPERATIONS.map((operation) => vonageErrors(operation, 'private_key')),
      ]),
      threshold: 1,
    },
    {
      id: 'SecretStale',
      says: 'Secrets Manager could not be read; the functions go on with the last good values.',
      metric: own('SecretStale'),
      threshold: 1,
    },
  ];
}
