/** Whole verifications: what an app does, what Vonage answers, and which webhooks tell of it. */

import { expect, it } from 'vitest';
import type { RequestFault, WebhookFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  type Answered,
  newNumber,
  openCheckUrl,
  stepTo,
  useHarness,
} from '../../../../fixtures/vonage-harness.ts';

const vonage = await useHarness();

interface Setting {
  readonly fault?: RequestFault;
  readonly webhook?: WebhookFault;
  /** More members of the start. */
  readonly start?: object;
  /** More members of every channel. */
  readonly channel?: object;
  /** The end of the number. @default 00, which the carrier confirms */
  readonly ending?: string;
}

const LONG = { channel_timeout: 900 };

/**
 * `<channels>: <steps> → <webhooks>`. A step ends with its outcome: `open`, `next`, `cancel` and the
 * codes `right`, `wrong`, `first` with a status and perhaps a detail; `runs` with the channel or the
 * end; `shows` with what the start answered; `wait` lets so many seconds pass. A webhook is
 * `<channel> <status>`, where silent_auth goes without saying, or the summary:
 * `<status>: <status of each channel>`.
 */
const STORIES: Record<string, string | readonly [string, Setting]> = {
  'a PIN completes, once':
    'sms: right 200, right 404 Request ID was not found or it has been verified already. ' +
    '→ completed: completed',
  'the third wrong PIN ends the workflow':
    'sms voice: wrong 400, wrong 400, wrong 410, right 404 → failed: failed unused',
  'each channel has a PIN of its own': [
    'sms voice: next 200, first 400, right 200 → completed: failed completed',
    { start: { code_length: 10 } },
  ],
  'channels with reuse_code share a PIN': [
    'sms voice: next 200, first 200 → completed: failed completed',
    { channel: { reuse_code: true } },
  ],
  'a silent code is expected once the handset has it':
    'silent_auth sms: shows check_url, ' +
    'right 409 The current Verify workflow step does not support a code., open 200, right 200 ' +
    '→ action_pending, completed, completed: completed unused',
  'a wrong silent code starts the next channel':
    'silent_auth sms: open 200, wrong 400, right 200 ' +
    '→ action_pending, failed, completed: failed completed',
  'a wrong silent code may end the request with 410': [
    'silent_auth sms: open 200, wrong 410, right 404 → action_pending, failed, failed: failed unused',
    { fault: { wrong_silent_code: 'gone' } },
  ],
  'a wrong silent code may end the request with 400': [
    'silent_auth sms: open 200, wrong 400, right 404 → action_pending, failed, failed: failed unused',
    { fault: { wrong_silent_code: 'end' } },
  ],
  'a wrong silent code may change nothing': [
    'silent_auth: open 200, wrong 400, right 200 → action_pending, completed, completed: completed',
    { fault: { wrong_silent_code: 'stay' } },
  ],
  'an odd number is on another SIM, which a summary calls failed': [
    'silent_auth: open 409 Device MSISDN does not match., open 409, runs user_rejected ' +
      '→ action_pending, user_rejected, failed: user_rejected',
    { ending: '11' },
  ],
  'after another SIM the next channel runs': [
    'silent_auth sms: open 409, right 200 ' +
      '→ action_pending, user_rejected, completed: user_rejected completed',
    { ending: '13' },
  ],
  'another SIM may end the request': [
    'silent_auth sms: open 409, right 404 ' +
      '→ action_pending, user_rejected, failed: user_rejected unused',
    { ending: '15', fault: { after_user_rejected: 'stop' } },
  ],
  'a number in 99 cannot be checked': [
    'silent_auth: open 412 The silent auth verification cannot be completed., open 412 ' +
      '→ action_pending, failed, failed: failed',
    { ending: '99' },
  ],
  'a fault sets the status with which the carrier refuses': [
    'silent_auth: open 409, open 409 → action_pending, failed, failed: failed',
    { ending: '99', fault: { carrier_status: 409 } },
  ],
  'a handset may get its code only once': [
    'silent_auth: open 200, open 404 → action_pending',
    { fault: { fetch_once: true } },
  ],
  'the check_url may be in the answer alone': [
    'silent_auth: shows check_url → ',
    { fault: { check_url_in: 'answer' } },
  ],
  'the check_url may be in the webhook alone': [
    'silent_auth: shows nothing → action_pending',
    { fault: { check_url_in: 'webhook' } },
  ],
  'the check_url may be nowhere': [
    'silent_auth: shows nothing → ',
    { fault: { check_url_in: 'neither' } },
  ],
  'an unsupported network has no check_url, and the next channel runs': [
    'silent_auth sms: shows nothing, right 200 → failed, completed: failed completed',
    { fault: { coverage: 'unsupported' } },
  ],
  'an unsupported network may have no event': [
    'silent_auth sms: shows nothing, right 200 → completed: failed completed',
    { fault: { coverage: 'unsupported', coverage_event: false } },
  ],
  'without a coverage check an unsupported network fails after its check_url': [
    'silent_auth: shows check_url, open 412 → action_pending, failed, failed: failed',
    { fault: { coverage: 'unsupported' }, channel: { coverage_check: false } },
  ],
  'next_workflow ends a channel, and answers 409 at the last one':
    'silent_auth sms: next 200, open 404, next 409 There are no more events left to trigger., ' +
    'right 200 → action_pending, failed, completed: failed completed',
  'a cancel is possible after 30 s': [
    'sms: wait 29, cancel 404, wait 1, cancel 204, cancel 404 → cancelled: cancelled',
    { start: LONG },
  ],
  'a cancel is impossible once the second channel runs': [
    'silent_auth sms: wait 60, runs sms, cancel 404 → action_pending, expired',
    { start: LONG },
  ],
  'a cancel may be reported by event': [
    'sms: wait 30, cancel 204 → sms cancelled',
    { start: LONG, fault: { cancel_webhooks: 'event' } },
  ],
  'silent_auth ends after 60 s, and the next channel at channel_timeout': [
    'silent_auth sms: wait 59, runs silent_auth, wait 1, runs sms, wait 74, runs sms, wait 1, ' +
      'runs expired → action_pending, expired, expired: expired expired',
    { start: { channel_timeout: 75 } },
  ],
  'the end of a PIN channel may be reported by event': [
    'voice: wait 15, runs expired → voice expired, expired: expired',
    { start: { channel_timeout: 15 }, fault: { channel_events: true } },
  ],
  'a blocked channel blocks the request': [
    'sms voice: runs blocked → sms blocked, blocked: blocked unused',
    { fault: { outcomes: { sms: 'blocked' }, channel_events: true } },
  ],
  'a webhook may come twice': [
    'sms: right 200 → completed: completed, completed: completed',
    { webhook: { duplicate: 1 } },
  ],
  'a webhook may be lost': ['sms: right 200 → ', { webhook: { drop: true } }],
  'after a channel that fails at once the next one runs': [
    'sms voice: runs voice → ',
    { fault: { outcomes: { sms: 'failed' } } },
  ],
};

interface State {
  readonly status: string;
  readonly channel: string;
  readonly webhooks_pending: readonly unknown[];
}

it.each(Object.entries(STORIES))('%s', async (_title, story) => {
  const [text, setting] = typeof story === 'string' ? [story, {}] : story;
  const [, workflow = '', steps = '', webhooks = ''] = /^(.*?): (.*) → (.*)$/.exec(text) ?? [];
  const { requestId, take } = await begin(workflow.split(' '), setting);
  for (const step of steps.split(', ')) expect(await take(step)).toMatch(step);
  const pending = async () => (await stateOf(requestId)).webhooks_pending;
  await expect.poll(pending).toEqual([]);
  const told = vonage.statusUrl.about(requestId).map(toText);
  expect(told.sort()).toEqual(webhooks.split(', ').filter(Boolean).sort());
});

async function begin(workflow: readonly string[], setting: Setting) {
  const { channel, start, fault, webhook, ending } = setting;
  const number = newNumber(ending);
  if (fault !== undefined) await vonage.faults({ to: number, request: fault });
  if (webhook !== undefined) await vonage.faults({ to: number, webhook });
  const channels = workflow.map((name) => ({ ...stepTo(number, name), ...channel }));
  const { json } = await vonage.start(channels, start);
  const requestId = String(json.request_id);
  const first = await vonage.code(number);
  let silentCode = '123456';
  const rightCode = async (): Promise<string> =>
    (await stateOf(requestId)).channel === 'silent_auth' ? silentCode : vonage.code(number);

  /** By the first word of a step: an answer of Vonage, or the word that follows. */
  const actions: Record<string, (given: string) => Promise<Answered | string>> = {
    right: async () => vonage.check(requestId, await rightCode()),
    wrong: async () => vonage.check(requestId, (await rightCode()).replace(/.$/, otherDigit)),
    first: () => vonage.check(requestId, first),
    next: () => vonage.nextWorkflow(requestId),
    cancel: () => vonage.cancel(requestId),
    async open() {
      const { answered } = await openCheckUrl(String(json.check_url));
      silentCode = String(answered.json.code);
      return answered;
    },
    async wait(seconds) {
      vonage.pass(Number(seconds));
      return seconds;
    },
    shows: async () => (json.check_url === undefined ? 'nothing' : 'check_url'),
    async runs() {
      const { status, channel: running } = await stateOf(requestId);
      return status === 'running' ? running : status;
    },
  };
  async function take(step: string): Promise<string> {
    const [verb = '', given = ''] = step.split(' ');
    const act = actions[verb];
    if (!act) throw new Error(`unknown step: ${verb}`);
    const outcome = (await act(given)) ?? 'nothing';
    if (typeof outcome === 'string') return `${verb} ${outcome}`;
    return `${verb} ${outcome.status} ${outcome.json.detail}`.replace(requestId, 'ID');
  }
  return { requestId, take };
}

function otherDigit(digit: string): string {
  return digit === '0' ? '1' : '0';
}

async function stateOf(requestId: string): Promise<State> {
  return (await vonage.look(`/_local/requests/${requestId}`)) as State;
}

function toText({ type, channel, status, workflow }: Record<string, unknown>): string {
  if (type === 'event') return channel === 'silent_auth' ? `${status}` : `${channel} ${status}`;
  const steps = workflow as readonly { readonly status: string }[];
  return `${status}: ${steps.map((step) => step.status).join(' ')}`;
}
