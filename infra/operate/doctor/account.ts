/**
 * Checks of the AWS account: alarms, Lambda's quota, and whether a webhook of Vonage has arrived.
 */

import { METRICS_NAMESPACE } from '../../../shared/config.ts';
import type { AwsAnswer, CallAws } from '../deployment/aws.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { check, type Finding, skipped } from './check.ts';

/** Least concurrency that copes with a burst of starts and webhooks; new accounts begin with 10. */
const LEAST_CONCURRENCY = 100;
/** How far back webhooks are looked for, in values of one day. */
const DAYS = 60;
const DAY_SECONDS = 86_400;

/** No checks for the local stack, which has no alarms and no quota. */
export async function checkAccount(
  { name, alarms }: Deployment,
  call: CallAws,
): Promise<readonly Finding[]> {
  if (!alarms) return [];
  return [
    await checkArrival(name, call),
    await check('The alarms have subscribers', () => subscriptions(alarms.topics, call)),
    await check('No alarm rings', () => ringing(alarms.prefix, call)),
    await check('The Lambda quota is sufficient', () => quota(call)),
  ];
}

/** The doctor's own webhooks are not measured. */
async function checkArrival(stage: string, call: CallAws): Promise<Finding> {
  const question = 'A webhook from Vonage has arrived';
  let count = 0;
  const found = await check(question, async () => {
    count = await countWebhooks(stage, call);
    return undefined;
  });
  const isMissing = found.result === 'ok' && count === 0;
  return isMissing
    ? skipped(question, `none in ${DAYS} days: verify a number, then run doctor again`)
    : found;
}

async function countWebhooks(stage: string, call: CallAws): Promise<number> {
  const now = Date.now();
  const answer = await call(
    query('monitoring', '2010-08-01', {
      Action: 'GetMetricStatistics',
      Namespace: METRICS_NAMESPACE,
      MetricName: 'WebhookAccepted',
      'Dimensions.member.1.Name': 'service',
      'Dimensions.member.1.Value': `silent-auth-${stage}`,
      'Statistics.member.1': 'Sum',
      Period: String(DAY_SECONDS),
      StartTime: new Date(now - DAYS * DAY_SECONDS * 1000).toISOString(),
      EndTime: new Date(now).toISOString(),
    }),
  );
  const text = textOf(answer, 'cloudwatch:GetMetricStatistics');
  const sums = [...text.matchAll(/<Sum>([\d.]+)<\/Sum>/g)].map(([, sum]) => Number(sum));
  return sums.reduce((total, sum) => total + sum, 0);
}

async function subscriptions(
  topics: Readonly<Record<'pages' | 'tickets', string>>,
  call: CallAws,
): Promise<string | undefined> {
  const faults: string[] = [];
  for (const [name, TopicArn] of Object.entries(topics)) {
    const answer = await call(
      query('sns', '2010-03-31', { Action: 'GetTopicAttributes', TopicArn }),
    );
    const text = textOf(answer, 'sns:GetTopicAttributes');
    const count = (attribute: string): number =>
      Number(new RegExp(`<key>${attribute}</key>\\s*<value>(\\d+)</value>`).exec(text)?.[1] ?? 0);
    const pending = count('SubscriptionsPending');
    if (pending > 0)
      faults.push(`${pending} subscriptions of ${name} wait for confirmation by e-mail`);
    else if (count('SubscriptionsConfirmed') === 0) faults.push(`${name} has no subscriber`);
  }
  return faults.length === 0 ? undefined : `${faults.join('; ')}: alarmEmail of the stage`;
}

async function ringing(prefix: string, call: CallAws): Promise<string | undefined> {
  const answer = await call(
    query('monitoring', '2010-08-01', {
      Action: 'DescribeAlarms',
      AlarmNamePrefix: prefix,
      StateValue: 'ALARM',
    }),
  );
  const text = textOf(answer, 'cloudwatch:DescribeAlarms');
  const names = [...text.matchAll(/<AlarmName>([^<]+)<\/AlarmName>/g)].map(([, name]) => name);
  return names.length === 0 ? undefined : `${names.join(', ')}: see docs/runbooks`;
}

async function quota(call: CallAws): Promise<string | undefined> {
  const answer = await call({
    service: 'lambda',
    method: 'GET',
    path: '/2016-08-19/account-settings',
  });
  const settings: unknown = JSON.parse(textOf(answer, 'lambda:GetAccountSettings'));
  const [, found] = /"ConcurrentExecutions":\s*(\d+)/.exec(JSON.stringify(settings)) ?? [];
  return found !== undefined && Number(found) >= LEAST_CONCURRENCY
    ? undefined
    : `${found ?? 'no'} concurrent executions: ask Service Quotas for ${LEAST_CONCURRENCY} or more`;
}

function query(
  service: 'sns' | 'monitoring',
  Version: string,
  parameters: Readonly<Record<string, string>>,
): Parameters<CallAws>[0] {
  return {
    service,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...parameters, Version }).toString(),
  };
}

export function textOf({ status, text }: AwsAnswer, action: string): string {
  if (status === 200) return text;
  if (status === 403) throw new Error(`these credentials may not call ${action}`);
  throw new Error(`${action} answered ${status}`);
}
