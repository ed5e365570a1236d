/** Alarms of the provider: Vonage's faults, and our credentials and balance there. */

import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageMetrics } from '../metrics.ts';
import { type AlarmRule, math, named, sumOf, total } from './rule.ts';

/** Operations of Vonage's API that the functions call. */
const OPERATIONS = ['start', 'check', 'next_workflow', 'cancel'];
/** Values of the dimension `status` in an outage of Vonage: HTTP statuses and kinds of error. */
const FAILED = ['500', '502', '503', '504', 'timeout', 'network', 'malformed'];

/** Channels that Vonage's fraud rules block (protocol §9). */
const BLOCKABLE = ['sms', 'voice'];
const QUARTER = Duration.minutes(15);

export function vonageRules({ own, ownAt, vonageErrors }: StageMetrics): AlarmRule[] {
  const blocked = BLOCKABLE.map((channel) =>
    ownAt('Blocked', 'channel', channel, { period: QUARTER }),
  );
  const everyOperation = (status: string): IMetric =>
    total(OPERATIONS.map((operation) => vonageErrors(operation, status)));
  // An alarm takes at most ten metrics, so start and check, whose failures users notice, have one
  // alarm each.
  const failures = (operation: string): IMetric =>
    total(FAILED.map((status) => vonageErrors(operation, status)));
  return [
    {
      id: 'VonageUnauthorized',
      urgency: 'page',
      says: 'Vonage refused our private key at least twice in 5 minutes.',
      metric: everyOperation('401'),
      threshold: 2,
    },
    {
      id: 'VonageBalance',
      urgency: 'page',
      says: 'The balance of the Vonage account is used up: no verification can start.',
      metric: everyOperation('402'),
      threshold: 1,
    },
    {
      id: 'VonageConfiguration',
      urgency: 'page',
      says: 'Vonage refused a start because of a setting of the stage: its brand, a sender or its locale.',
      metric: vonageErrors('start', 'configuration'),
      threshold: 1,
    },
    {
      id: 'VonageThrottled',
      urgency: 'page',
      says: 'Vonage throttled at least 10 of our calls in 5 minutes.',
      metric: everyOperation('429'),
      threshold: 10,
    },
    {
      id: 'VonageOutage',
      urgency: 'page',
      says: 'At least 5 starts in 5 minutes failed or timed out at Vonage.',
      metric: failures('start'),
      threshold: 5,
    },
    {
      id: 'VonageCheckOutage',
      urgency: 'page',
      says: 'At least 5 checks of a code in 5 minutes failed or timed out at Vonage.',
      metric: failures('check'),
      threshold: 5,
    },
    {
      id: 'VonageBlocked',
      urgency: 'page',
      says: 'Vonage blocked at least 5 messages in 15 minutes: its fraud rules refuse a network.',
      metric: math(sumOf(blocked), QUARTER, named(blocked)),
      threshold: 5,
    },
    {
      id: 'SecretNotSet',
      urgency: 'page',
      says: 'A secret is empty or malformed, or the private key cannot be read.',
      metric: total([
        own('SecretNotSet'),
        ...OPERATIONS.map((operation) => vonageErrors(operation, 'private_key')),
      ]),
      threshold: 1,
    },
    {
      id: 'SecretStale',
      urgency: 'ticket',
      says: 'Secrets Manager could not be read; the functions use the last good values.',
      metric: own('SecretStale'),
      threshold: 1,
    },
  ];
}
