/**
 * The rules of `alarm-rules/`, each published on one of two topics: alarms that wake somebody up,
 * and alarms that wait for working hours. Each alarm needs a minimum of traffic and names its
 * runbook. None watches the API's 5xx, because anybody can cause a 503 with an unsigned webhook.
 */

import { Stack, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { ChannelName } from '../../../shared/config.ts';
import { clockRules, platformRules } from '../alarm-rules/platform.ts';
import { productRules } from '../alarm-rules/product.ts';
import type { AlarmRule } from '../alarm-rules/rule.ts';
import { securityRules } from '../alarm-rules/security.ts';
import { vonageRules } from '../alarm-rules/vonage.ts';
import { metricsOf } from '../metrics.ts';
import type { ClockQueue } from './clock-queue.ts';
import type { HttpApi } from './http-api.ts';
import type { Functions } from './lambda-function.ts';
import type { Tables } from './tables.ts';

export interface AlarmsProps {
  readonly stageName: string;
  /** Channels of the workflow, in its order. */
  readonly channels: readonly ChannelName[];
  /** Folder or URL of `<alarm>.md`. */
  readonly runbooks: string;
  /** Address subscribed to both topics. @default none */
  readonly email: string | undefined;
  /** Euros. */
  readonly priceCeilingPerDay: number;
  readonly httpApi: HttpApi;
  readonly functions: Functions;
  readonly tables: Tables;
  readonly clockQueue: ClockQueue;
}

export class Alarms extends Construct {
  /** For alarms that wake somebody up. */
  readonly pages: Topic;
  /** For alarms that wait for working hours. */
  readonly tickets: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.pages = this.createTopic('Topic', props.email);
    this.tickets = this.createTopic('TicketTopic', props.email);
    const metrics = metricsOf(props.stageName);
    const rules = [
      ...productRules(props.channels, props.priceCeilingPerDay, metrics),
      ...securityRules(metrics, props.httpApi),
      ...vonageRules(metrics),
      ...platformRules(props.functions, props.tables, metrics),
      ...clockRules(props.clockQueue, metrics),
    ];
    for (const rule of rules) this.add(rule, props);
  }

  private createTopic(id: string, email: string | undefined): Topic {
    const topic = new Topic(this, id, { enforceSSL: true });
    // A topic with its own policy does not trust the account's alarms by default.
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email === undefined) return topic;
    topic.addSubscription(new EmailSubscription(email));
    Validations.of(topic).acknowledge({
      id: 'Serverless::Serverless-SNSRedrivePolicy',
      reason: 'SNS redelivers e-mail by itself, and the state of an alarm stays in CloudWatch.',
    });
    return topic;
  }

  private add(rule: AlarmRule, { stageName, runbooks }: AlarmsProps): void {
    const { id, urgency, says, metric, threshold, below, periods } = rule;
    const alarm = new Alarm(this, id, {
      alarmName: `silent-auth-${stageName}-${toRunbook(id)}`,
      alarmDescription: `${says} Runbook: ${runbooks}/${toRunbook(id)}.md`,
      metric,
      threshold,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(urgency === 'page' ? this.pages : this.tickets);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function toRunbook(id: string): string {
  return id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
