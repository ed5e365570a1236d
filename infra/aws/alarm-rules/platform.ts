/** Alarms of the platform: AWS's services and our functions. */

import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ClockQueue } from '../constructs/clock-queue.ts';
import type { Functions } from '../constructs/lambda-function.ts';
import type { Tables } from '../constructs/tables.ts';
import { FIVE_MINUTES, type StageMetrics } from '../metrics.ts';
import { type AlarmRule, total } from './rule.ts';

export function platformRules(
  { clock: _, ...asked }: Functions,
  tables: Tables,
  { own }: StageMetrics,
): AlarmRule[] {
  // An alarm takes at most ten metrics. The function `clock`, for which nobody waits, is left out:
  // what it does not handle becomes a dead letter.
  const lambdas = Object.values(asked);
  const period = FIVE_MINUTES;
  const throttles = [tables.verifications, tables.guards].flatMap((table) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
      table.metric(name, { period, statistic: Stats.SUM }),
    ),
  );
  return [
    {
      id: 'FunctionErrors',
      urgency: 'page',
      says: 'At least 3 invocations in 5 minutes crashed or timed out.',
      metric: total(lambdas.map((lambda) => lambda.metricErrors({ period }))),
      threshold: 3,
    },
    {
      id: 'InternalErrors',
      urgency: 'page',
      says: 'At least 3 requests in 5 minutes met a defect of our own and were answered 500.',
      metric: own('InternalError'),
      threshold: 3,
    },
    {
      id: 'FunctionThrottles',
      urgency: 'page',
      says: 'Lambda throttled at least 3 invocations in 5 minutes: no concurrency was free.',
      metric: total(lambdas.map((lambda) => lambda.metricThrottles({ period }))),
      threshold: 3,
    },
    {
      id: 'TableThrottles',
      urgency: 'ticket',
      says: 'DynamoDB throttled at least 5 requests in 5 minutes.',
      metric: total(throttles),
      threshold: 5,
    },
    {
      id: 'EventFailures',
      urgency: 'ticket',
      says: 'At least 3 end events in 5 minutes could not be sent to the event bus; they are retried.',
      metric: own('EventFailed'),
      threshold: 3,
    },
  ];
}

/**
 * A message waits at most 900 s, and becomes a dead letter after five deliveries with 90 s for
 * each.
 */
const STOPPED_AFTER = Duration.minutes(30);
const LATE_AFTER = Duration.minutes(1);

/**
 * Without the clock, apps receive fewer pushes and your own systems learn late that a verification
 * ended.
 */
export function clockRules(
  { messages, deadLetters }: ClockQueue,
  { own }: StageMetrics,
): AlarmRule[] {
  const period = FIVE_MINUTES;
  return [
    {
      id: 'ClockStopped',
      urgency: 'page',
      says: 'A message of the clock is half an hour old: the function clock takes no messages from the queue.',
      metric: messages.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      threshold: STOPPED_AFTER.toSeconds(),
    },
    {
      id: 'ClockLag',
      urgency: 'ticket',
      says: 'For 15 minutes, at least half of the ends by the clock were a minute late or more.',
      metric: own('ClockLag', { statistic: Stats.p(50) }),
      threshold: LATE_AFTER.toMilliseconds(),
      periods: 3,
    },
    {
      id: 'ClockDeadLetters',
      urgency: 'ticket',
      says: 'A message of the clock failed five times and is now a dead letter.',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period,
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
    },
    {
      id: 'ClockMessageFailures',
      urgency: 'ticket',
      says: 'At least 10 messages of the clock in 5 minutes could not be sent or not be parsed.',
      metric: own('ClockMessageFailed'),
      threshold: 10,
    },
  ];
}
