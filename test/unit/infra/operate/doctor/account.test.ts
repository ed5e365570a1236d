import { describe, expect, it } from 'vitest';
import type { AwsRequest, CallAws } from '../../../../../infra/operate/deployment/aws.ts';
import type { Deployment } from '../../../../../infra/operate/deployment/deployment.ts';
import { checkAccount } from '../../../../../infra/operate/doctor/account.ts';

const deployment: Deployment = {
  name: 'dev',
  apiUrl: 'https://api.example.com',
  websocketUrl: 'wss://live.example.com',
  webhookUrl: 'https://api.example.com/webhook',
  vonageUrl: 'https://api-eu.vonage.com',
  applicationsUrl: 'https://api.nexmo.com',
  secrets: { privateKey: 'a', signature: 'b', proofKey: 'c' },
  region: 'eu-central-1',
  channelSwitch: '/silent-auth/prod/channels-off',
  alarms: { prefix: 'silent-auth-prod-', topics: { pages: 'arn:pages', tickets: 'arn:tickets' } },
};

interface Account {
  readonly pages?: { readonly confirmed: number; readonly pending: number };
  readonly ringing?: readonly string[];
  readonly quota?: number;
  readonly webhooks?: number;
  readonly status?: number;
}

/** Answers as AWS does, as far as the doctor reads. */
function account(state: Account): CallAws {
  const { pages, ringing = [], quota = 1000, webhooks = 3, status = 200 } = state;
  const text = ({ service, body = '' }: AwsRequest): string => {
    if (service === 'lambda') return `{"AccountLimit":{"ConcurrentExecutions":${quota}}}`;
    if (body.includes('GetMetricStatistics')) return `<Sum>0.0</Sum><Sum>${webhooks}.0</Sum>`;
    if (service === 'monitoring') {
      return ringing.map((name) => `<member><AlarmName>${name}</AlarmName></member>`).join('');
    }
    const isPages = body.includes('TopicArn=arn%3Apages');
    const { confirmed, pending } = (isPages && pages) || { confirmed: 1, pending: 0 };
    return (
      `<entry><key>SubscriptionsPending</key><value>${pending}</value></entry>` +
      `<entry><key>SubscriptionsConfirmed</key><value>${confirmed}</value></entry>`
    );
  };
  return async (request) => ({ status, text: text(request) });
}

async function faults(state: Account): Promise<readonly string[]> {
  const findings = await checkAccount(deployment, account(state));
  return findings.filter(({ result }) => result === 'fault').map(({ says }) => says);
}

describe('checkAccount', () => {
  it('finds no fault in a healthy account', async () => {
    const findings = await checkAccount(deployment, account({}));
    expect(findings.map(({ question, result }) => [question, result])).toEqual([
      ['A webhook from Vonage has arrived', 'ok'],
      ['The alarms have subscribers', 'ok'],
      ['No alarm rings', 'ok'],
      ['The Lambda quota is sufficient', 'ok'],
    ]);
  });

  it.each<[string, Account, RegExp]>([
    ['nobody is subscribed', { pages: { confirmed: 0, pending: 0 } }, /pages has no subscriber/],
    ['two are pending', { pages: { confirmed: 1, pending: 2 } }, /^2 subscriptions of pages/],
    ['an alarm rings', { ringing: ['silent-auth-prod-no-webhooks'] }, /no-webhooks: see docs/],
    ['the quota is that of a new account', { quota: 10 }, /^10 concurrent executions/],
    ['the quota is just below 100', { quota: 99 }, /^99 concurrent executions/],
  ])('says when %s', async (_what, state, fault) => {
    expect(await faults(state)).toEqual([expect.stringMatching(fault)]);
  });

  it('names the permission that its caller lacks', async () => {
    expect(await faults({ status: 403 })).toEqual([
      'these credentials may not call cloudwatch:GetMetricStatistics',
      'these credentials may not call sns:GetTopicAttributes',
      'these credentials may not call cloudwatch:DescribeAlarms',
      'these credentials may not call lambda:GetAccountSettings',
    ]);
  });

  it('says when no webhook of Vonage has ever arrived', async () => {
    const [arrived] = await checkAccount(deployment, account({ webhooks: 0 }));
    expect(arrived).toMatchObject({ result: 'skipped', says: expect.stringContaining('none in') });
  });

  it('makes no call for the local stack', async () => {
    const { alarms: _, ...local } = deployment;
    expect(await checkAccount(local, account({ status: 500 }))).toEqual([]);
  });
});
