import { expect, it } from 'vitest';
import type { CallAws } from '../../../../../infra/operate/deployment/aws.ts';
import { checkClock } from '../../../../../infra/operate/doctor/clock.ts';

type Asked = Parameters<typeof checkClock>[0];

const clock = { messages: 'https://sqs.example/messages', deadLetters: 'https://sqs.example/dead' };

function account(states: readonly string[], dead: string, status = 200): CallAws {
  return async ({ service, path, body = '' }) => {
    if (service === 'lambda') {
      expect(path).toBe('/2015-03-31/event-source-mappings?EventSourceArn=arn%3Aq');
      const EventSourceMappings = states.map((State) => ({ State }));
      return { status, text: JSON.stringify({ EventSourceMappings }) };
    }
    const { QueueUrl, AttributeNames } = JSON.parse(body);
    const Attributes = { [AttributeNames[0]]: QueueUrl === clock.messages ? 'arn:q' : dead };
    return { status, text: JSON.stringify({ Attributes }) };
  };
}

const OFF = 'the mapping is Disabled: docs/runbooks/clock-stopped.md';
const MISSING = 'the mapping is not there: docs/runbooks/clock-stopped.md';
const DEAD = '2 dead letters: docs/runbooks/clock-dead-letters.md';
const FORBIDDEN = 'these credentials may not call sqs:GetQueueAttributes';

it.each<[string, CallAws, readonly string[]]>([
  ['all is well', account(['Enabled'], '0'), ['ok', 'ok', 'ok']],
  ['the mapping is off', account(['Disabled'], '0'), ['ok', OFF, 'ok']],
  ['the mapping is missing and messages are dead', account([], '2'), ['ok', MISSING, DEAD]],
  [
    'the caller lacks permissions',
    account([], '', 403),
    [FORBIDDEN, 'the queue does not answer', FORBIDDEN],
  ],
])('checkClock says when %s', async (_what, call, said) => {
  const findings = await checkClock({ clock } as Asked, call);
  expect(findings.map(({ result, says }) => (result === 'ok' ? 'ok' : says))).toEqual(said);
});

it('checkClock makes no call for the local stack', async () => {
  expect(await checkClock({} as Asked, account([], '', 500))).toEqual([]);
});
