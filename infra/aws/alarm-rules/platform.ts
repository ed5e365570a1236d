/** Alarms of the platform: AWS's services and our functions. */

import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Functions } from '../constructs/lambda-function.ts';
import type { Tables } from '../constructs/tables.ts';
import { FIVE_MINUTES, type StageMetrics } from '../metrics.ts';
import { type AlarmRule, total } from './rule.ts';

export function platformRules(
  { clock: _, ...asked }: Functions,
  tables: Tables,
  { own }: StageMetrics,
): AlarmRule[] {
  // An alarm takes ten metrics: those of the functions that somebody waits for.
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
      says: 'Lambda had no room for at least 3 invocations in 5 minutes.',
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
      says: 'At least 3 end events in 5 minutes could not be sent to the event bus; they are sent again.',
      metric: own('EventFailed'),
      threshold: 3,
    },
  ];
}
