/**
 * What wakes somebody up. Each alarm asks for a minimum of traffic and names its runbook. None looks
 * at the API's 5xx: anybody can cause a 503 with an unsigned webhook.
 */

import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Functions } from '../functions.ts';
import { FIVE_MINUTES, own, ownAt, vonageErrors } from '../metrics.ts';
import type { Stage } from '../stage.ts';
import type { Tables } from './tables.ts';

const QUARTER = Duration.minutes(15);

/** Operations of Vonage's API that the functions call. */
const OPERATIONS = ['start', 'check', 'next_workflow', 'cancel'];

interface AlarmRule {
  /** Construct id; in kebab case the name of the runbook. */
  readonly id: string;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default at or above the threshold */
  readonly below?: boolean;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
}

export class Alarms extends Construct {
  readonly topic: Topic;
  private readonly alarms = new Map<string, Alarm>();

  constructor(
    scope: Construct,
    id: string,
    stage: Stage,
    monitored: { readonly functions: Functions; readonly tables: Tables },
  ) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A topic with a policy of its own no longer trusts the account's alarms by default.
    this.topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (stage.alarmEmail !== undefined) {
      this.topic.addSubscription(new EmailSubscription(stage.alarmEmail));
      Validations.of(this.topic).acknowledge({
        id: 'Serverless::Serverless-SNSRedrivePolicy',
        reason: 'SNS redelivers e-mail by itself, and the state of an alarm stays in CloudWatch.',
      });
    }
    const rules = [
      ...productRules(stage),
      ...securityRules(),
      ...vonageRules(),
      ...platformRules(monitored.functions, monitored.tables),
    ];
    for (const rule of rules) this.add(rule, stage);
  }

  /** Those that a faulty deployment would ring, seen within its five minutes. */
  ofDeployments(): Alarm[] {
    return ['FunctionErrors', 'FunctionThrottles', 'PushFailures', 'SecretNotSet'].map((id) => {
      const alarm = this.alarms.get(id);
      if (alarm === undefined) throw new Error(`there is no alarm ${id}`);
      return alarm;
    });
  }

  private add({ id, says, metric, threshold, below, periods }: AlarmRule, stage: Stage): void {
    const alarm = new Alarm(this, id, {
      alarmName: `silent-auth-${stage.name}-${toRunbook(id)}`,
      alarmDescription: `${says} Runbook: ${stage.runbooks}/${toRunbook(id)}.md`,
      metric,
      threshold,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    this.alarms.set(id, alarm);
  }
}

function toRunbook(id: string): string {
  return id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}

/** Does the product do its work? */
function productRules(stage: Stage): AlarmRule[] {
  const started = own('Started', { period: QUARTER });
  const verified = ownAt('Ended', 'status', 'completed', { period: QUARTER });
  const fallbacks = stage.workflow
    .filter(({ channel }, index) => channel !== 'silent_auth' && index > 0)
    .map(({ channel }) => ownAt('FallbackEntered', 'channel', channel, { period: QUARTER }));
  const rules: AlarmRule[] = [
    {
      id: 'ConversionDrop',
      says: 'Fewer than 40 % of at least 30 starts in 15 minutes were verified, twice in a row.',
      metric: math('IF(started >= 30, 100 * FILL(verified, 0) / started, 100)', QUARTER, {
        started,
        verified,
      }),
      threshold: 40,
      below: true,
      periods: 2,
    },
    {
      id: 'NoWebhooks',
      says: 'At least 5 starts in 5 minutes and not one webhook, twice in a row.',
      metric: math('IF(started >= 5 AND FILL(webhooks, 0) == 0, 1, 0)', FIVE_MINUTES, {
        started: own('Started'),
        webhooks: own('WebhookAccepted'),
      }),
      threshold: 1,
      periods: 2,
    },
    {
      id: 'SlowVerification',
      says: 'The slowest tenth of at least 20 verifications in 15 minutes took over 90 s.',
      metric: math('IF(verifications >= 20, slowest, 0)', QUARTER, {
        verifications: own('TimeToVerify', { statistic: Stats.SAMPLE_COUNT, period: QUARTER }),
        slowest: own('TimeToVerify', { statistic: Stats.p(90), period: QUARTER }),
      }),
      threshold: 90_000,
    },
    {
      id: 'PushFailures',
      says: 'A fifth of at least 20 pushes in 5 minutes failed; apps fall back to polling.',
      metric: math(
        'IF(FILL(failed, 0) + FILL(delivered, 0) >= 20, ' +
          '100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(delivered, 0)), 0)',
        FIVE_MINUTES,
        { failed: own('PushFailed'), delivered: own('PushDelivered') },
      ),
      threshold: 20,
    },
  ];
  if (fallbacks.length === 0) return rules;
  return [
    ...rules,
    {
      id: 'FallbackSpike',
      says: 'More than 60 fallbacks for each 100 of at least 30 starts in 15 minutes.',
      metric: math(`IF(started >= 30, 100 * (${sumOf(fallbacks)}) / started, 0)`, QUARTER, {
        started,
        ...named(fallbacks),
      }),
      threshold: 60,
    },
  ];
}

/** Is somebody attacking? */
function securityRules(): AlarmRule[] {
  const forged = ['malformed', 'algorithm', 'signature', 'claims', 'stale', 'payload_hash'];
  const limits = ['address', 'subject', 'phone_number', 'email', 'prefix'];
  return [
    {
      id: 'SignatureFailures',
      says: 'At least 20 webhooks in 5 minutes had a bad signature: a forger, or a rotated secret.',
      metric: total(forged.map((reason) => ownAt('WebhookRejected', 'reason', reason))),
      threshold: 20,
    },
    {
      id: 'CompletedWithoutCheck',
      says: 'Vonage reported a completion that no code check of ours preceded.',
      metric: own('CompletedWithoutCheck'),
      threshold: 1,
    },
    {
      id: 'RequestIdMismatches',
      says: 'At least 5 handsets in 15 minutes came back with the request_id of somebody else.',
      metric: own('RequestIdMismatch', { period: QUARTER }),
      threshold: 5,
    },
    {
      id: 'LimiterStorm',
      says: 'At least 100 starts in 5 minutes were refused by a limit: somebody pumps numbers.',
      metric: total(limits.map((limit) => ownAt('Limited', 'limit', limit))),
      threshold: 100,
    },
  ];
}

/** Does Vonage do its work, and do we have what it asks for? */
function vonageRules(): AlarmRule[] {
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
      says: 'The secret with the private key is empty or malformed: nothing was sent to Vonage.',
      metric: everyOperation('private_key'),
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

/** Does AWS do its work, and do our functions? */
function platformRules(functions: Functions, tables: Tables): AlarmRule[] {
  const lambdas = Object.values(functions);
  const period = FIVE_MINUTES;
  const throttles = [tables.verifications, tables.guards].flatMap((table) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
      table.metric(name, { period, statistic: Stats.SUM }),
    ),
  );
  return [
    {
      id: 'FunctionErrors',
      says: 'At least 3 invocations in 5 minutes crashed or timed out.',
      metric: total(lambdas.map((lambda) => lambda.metricErrors({ period }))),
      threshold: 3,
    },
    {
      id: 'FunctionThrottles',
      says: 'Lambda had no room for at least 3 invocations in 5 minutes.',
      metric: total(lambdas.map((lambda) => lambda.metricThrottles({ period }))),
      threshold: 3,
    },
    {
      id: 'TableThrottles',
      says: 'DynamoDB throttled at least 5 requests in 5 minutes.',
      metric: total(throttles),
      threshold: 5,
    },
    {
      id: 'EventFailures',
      says: 'At least 3 ends in 5 minutes could not be told to the event bus; they are retried.',
      metric: own('EventFailed'),
      threshold: 3,
    },
  ];
}

/** Sum of at most ten metrics, of which some may not exist yet. */
function total(metrics: Metric[]): IMetric {
  return math(sumOf(metrics), FIVE_MINUTES, named(metrics));
}

function sumOf(metrics: readonly Metric[]): string {
  return metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + ');
}

function named(metrics: readonly Metric[]): Record<string, IMetric> {
  return Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
}

function math(
  expression: string,
  period: Duration,
  usingMetrics: Record<string, IMetric>,
): IMetric {
  return new MathExpression({ expression, period, usingMetrics });
}
