/** The faults that a story can play: switch, rules for the simulator, explanation of the result. */

import type { VerificationObject } from '../../../../shared/client/contract.ts';
import type { SimulatorCall } from './page-api.ts';
import { spokenName, type TroubleName } from './story.ts';
import type { WireMessage } from './wire.ts';

/** The facts that are known at the end of a story. */
export interface Facts {
  readonly verification: VerificationObject | undefined;
  readonly messages: readonly WireMessage[];
  readonly calls: readonly SimulatorCall[];
  /** Events in the stored log. */
  readonly events: number;
}

export interface Trouble {
  readonly name: TroubleName;
  readonly group: 'The phone' | 'The carrier' | 'Vonage’s webhooks';
  readonly label: string;
  /** Rules for the simulator, without their `to`. */
  readonly rules?: readonly Readonly<Record<string, unknown>>[];
  /**
   * One sentence about what the backend did; undefined when the story ended before the fault took
   * effect.
   */
  readonly explain: (facts: Facts) => string | undefined;
}

export const WEBHOOK_DELAY_MS = 1_500;

export const TROUBLES: readonly Trouble[] = [
  {
    name: 'wifi',
    group: 'The phone',
    label: 'Wi-Fi, no mobile data',
    explain: (facts) => {
      const left = facts.messages.find(({ label }) => label === 'POST /next-workflow');
      return left && `The phone reported sdk_no_data_connectivity; ${whatFollowed(facts)}`;
    },
  },
  {
    name: 'lost_socket',
    group: 'The phone',
    label: 'Socket lost',
    explain: ({ messages }) => {
      const how = howHeard(messages, 'socket lost');
      return (
        how &&
        `Pushes sent meanwhile are not lost: ${how} returned the whole state, and the first push to the dead connection makes the backend remove that connection.`
      );
    },
  },
  {
    name: 'background',
    group: 'The phone',
    label: 'App in the background',
    explain: ({ messages }) =>
      messages.some(({ label }) => label === 'app resumed')
        ? 'The log kept the state: the app came back, read GET /status with its stored token and continued the same verification.'
        : undefined,
  },
  {
    name: 'lost_answer',
    group: 'The phone',
    label: 'Answer lost on the way',
    explain: ({ messages, calls }) => {
      const isOutrun = messages.some(({ label }) => label.endsWith('after the push'));
      const how = isOutrun ? 'the faster push' : howHeard(messages, 'lost on the way');
      if (!how) return undefined;
      const checks = calls.filter(({ operation }) => operation === 'check').length;
      return `The code had been checked and only the answer got lost: the outcome came by ${how}, and Vonage received the code ${times(checks)}.`;
    },
  },
  {
    name: 'rejected',
    group: 'The carrier',
    label: 'Carrier rejects the SIM',
    rules: [{ request: { outcomes: { silent_auth: 'user_rejected' } } }],
    explain: (facts) =>
      hasWebhook(facts, 'user_rejected')
        ? `Vonage’s signed webhook reported user_rejected; ${whatFollowed(facts)}`
        : undefined,
  },
  {
    name: 'unsupported',
    group: 'The carrier',
    label: 'Network not supported',
    rules: [{ request: { coverage: 'unsupported' } }],
    explain: (facts) =>
      hasWebhook(facts, 'failed')
        ? `Vonage’s signed webhook reported failed at once; ${whatFollowed(facts)}`
        : undefined,
  },
  {
    name: 'man_in_the_middle',
    group: 'The carrier',
    label: 'Man in the middle',
    rules: [{ request: { result_request_id: 'other' } }],
    explain: ({ verification, calls }) => {
      if (verification?.reason !== 'request_id_mismatch') return undefined;
      const checks = calls.filter(({ operation }) => operation === 'check').length;
      return `The handset returned the request_id of another verification: the backend compared the two, sent ${checks === 0 ? 'no code' : `the code ${times(checks)}`} to Vonage, and aborted with request_id_mismatch.`;
    },
  },
  {
    name: 'duplicated',
    group: 'Vonage’s webhooks',
    label: 'Webhooks doubled',
    rules: [{ webhook: { duplicate: 1 } }],
    explain: ({ calls, events }) => {
      const webhooks = calls.filter(({ operation }) => operation === 'webhook');
      const repeated = webhooks.length - new Set(webhooks.map(factOf)).size;
      return repeated > 0
        ? `${webhooks.length} webhooks arrived, ${repeated} of them repeats: each was answered 204, and the log holds every event once (${events} events).`
        : undefined;
    },
  },
  {
    name: 'delayed',
    group: 'Vonage’s webhooks',
    label: 'Webhooks late',
    rules: [{ webhook: { delay_ms: WEBHOOK_DELAY_MS } }],
    explain: ({ calls, verification }) => {
      const endedAt = verification?.ended_at;
      const webhooks = calls.filter(({ operation }) => operation === 'webhook');
      if (!endedAt || webhooks.length === 0) return undefined;
      const late = webhooks.filter(({ at }) => at > endedAt).length;
      return `Each webhook arrived ${WEBHOOK_DELAY_MS / 1000} s late, ${late} of ${webhooks.length} after the end: a final status never changes, so late webhooks only complete the log.`;
    },
  },
  {
    name: 'forged',
    group: 'Vonage’s webhooks',
    label: 'Webhook forged',
    explain: ({ messages }) => {
      const answer = messages.find(({ to }) => to === 'intruder');
      return (
        answer &&
        `An attacker sent “completed” with a wrong signature: it was answered ${answer.label}; nothing was stored and nothing was pushed.`
      );
    },
  },
];

/** How the app first received the state after a loss. */
function howHeard(messages: readonly WireMessage[], lost: string): string | undefined {
  const lostAt = messages.findIndex(({ label }) => label.endsWith(lost));
  if (lostAt === -1) return undefined;
  const received = messages.slice(lostAt + 1).find(({ to, outcome }) => to === 'app' && outcome);
  return received && (received.label === 'snapshot' ? 'the next socket’s snapshot' : 'GET /status');
}

function whatFollowed({ verification, calls }: Facts): string {
  if (!verification) return 'the backend recorded it.';
  const { workflow, reason } = verification;
  const next = workflow.find(({ channel, status }) => {
    return channel !== 'silent_auth' && status !== 'unused';
  });
  if (!next) {
    return `no channel remained, so the verification ended${reason ? ` with ${reason}` : ''}.`;
  }
  const asked = calls.some(({ operation }) => operation === 'next_workflow');
  const how = asked ? 'the backend asked Vonage for the next channel,' : 'the backend moved on to';
  return `${how} ${spokenName(next.channel)}, at once instead of waiting for 60 s.`;
}

function hasWebhook({ calls }: Facts, status: string): boolean {
  return calls.some(({ body, operation }) => operation === 'webhook' && body?.status === status);
}

/** Key of a webhook: equal for repeated deliveries. */
function factOf({ body }: SimulatorCall): string {
  return `${body?.type} ${body?.channel} ${body?.status}`;
}

function times(count: number): string {
  if (count === 0) return 'not at all';
  return count === 1 ? 'once' : `${count} times`;
}
