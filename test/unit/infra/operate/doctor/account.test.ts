import { expect, it } from 'vitest';
import { checkAccount } from '../../../../../infra/operate/doctor/account.ts';
import { checkClock } from '../../../../../infra/operate/doctor/clock.ts';
import { createAccount, type Troubles } from '../../../../fixtures/aws-account.ts';

type Deployment = Parameters<typeof checkAccount>[0] & Parameters<typeof checkClock>[0];

const clock = { messages: 'https://sqs/messages', deadLetters: 'https://sqs/dead-letters' };
const alarms = {
  prefix: 'silent-auth-prod-',
  topics: { pages: 'arn:pages', tickets: 'arn:tickets' },
};

/** What is not as it should be, with its result unless that is `fault`. */
async function said(troubles: Troubles, deployment: object = { name: 'prod', alarms, clock }) {
  const [of, call] = [deployment as Deployment, createAccount(troubles)];
  const findings = [...(await checkAccount(of, call)), ...(await checkClock(of, call))];
  return findings.flatMap(({ result, says }) =>
    result === 'ok' ? [] : [result === 'fault' ? says : `${result}: ${says}`],
  );
}

it.each<[what: string, troubles: Troubles, wanted: readonly (string | RegExp)[]]>([
  ['nothing when all is well', {}, []],
  [
    'that nobody is subscribed',
    { subscriptions: { confirmed: 0, pending: 0 } },
    [/pages has no subscriber/],
  ],
  [
    'that two are pending',
    { subscriptions: { confirmed: 1, pending: 2 } },
    [/^2 subscriptions of pages/],
  ],
  ['that an alarm rings', { ringing: ['silent-auth-prod-x'] }, [/silent-auth-prod-x: see docs/]],
  ['that the quota is that of a new account', { quota: 10 }, [/^10 concurrent executions/]],
  ['that the quota is just below 100', { quota: 99 }, [/^99 concurrent executions/]],
  ['that no webhook has ever arrived', { webhooks: 0 }, [/^skipped: none in/]],
  ['that the mapping is off', { mappings: ['Disabled'] }, [/is Disabled: .*clock-stopped\.md$/]],
  ['that the mapping is missing', { mappings: [] }, [/is not there: .*clock-stopped\.md$/]],
  ['that messages are dead', { deadLetters: '2' }, [/^2 dead letters: .*clock-dead-letters\.md$/]],
  [
    'which permissions the caller lacks',
    { status: 403 },
    [
      'these credentials may not call cloudwatch:GetMetricStatistics',
      'these credentials may not call sns:GetTopicAttributes',
      'these credentials may not call cloudwatch:DescribeAlarms',
      'these credentials may not call lambda:GetAccountSettings',
      'these credentials may not call sqs:GetQueueAttributes',
      'the queue does not answer',
      'these credentials may not call sqs:GetQueueAttributes',
    ],
  ],
])('the doctor says %s', async (_what, troubles, wanted) => {
  expect(await said(troubles)).toEqual(
    wanted.map((text) => (typeof text === 'string' ? text : expect.stringMatching(text))),
  );
});

it('the doctor makes no call for the local stack', async () => {
  expect(await said({ status: 500 }, { name: 'dev' })).toEqual([]);
});
