/** A verification as a dialogue: what happens to it, and what the app sees then, a line each. */

import { expect } from 'vitest';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import type { Channel } from '../../../shared/domain/workflow.ts';
import { age } from '../../fixtures/age.ts';
import type { Answer, App } from '../../fixtures/app.ts';
import * as app from '../../fixtures/scripted-stack.ts';
import { created, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import {
  operationOf,
  type ScriptedAnswer,
  type Signing,
  webhooks,
} from '../../fixtures/scripted-vonage.ts';

/** What happens to a verification; answers with what is seen then. */
type Act = (app: App, stack: ScriptedStack) => Promise<string>;
type Reply = ScriptedAnswer | ((app: App, stack: ScriptedStack) => ScriptedAnswer);

interface Opening {
  readonly channels: readonly Channel[];
  /** The check_url in Vonage's answer to the start: a name, or a whole URL. @default none */
  readonly url?: string;
  /** The name of one in a webhook that comes before that answer. */
  readonly earlyUrl?: string;
  /** What Vonage answers in turn; it agrees to everything else. */
  readonly check?: readonly Reply[];
  readonly next?: readonly Reply[];
  readonly cancel?: readonly Reply[];
}

export async function play(
  stack: ScriptedStack,
  { channels, url, earlyUrl, ...replies }: Opening,
  lines: readonly (readonly [happens: Act, seen: string])[],
): Promise<void> {
  const checkUrl = url?.includes(':') === false ? stack.checkUrl(url) : url;
  const started = await stack.start(channels, (id) => ({
    ...created(id, checkUrl),
    ...(earlyUrl && {
      until: () => stack.send(webhooks.actionPending(id, stack.checkUrl(earlyUrl))),
    }),
  }));
  for (const operation of ['check', 'next', 'cancel'] as const) {
    const answers = (replies[operation] ?? []).map((reply) =>
      typeof reply === 'function' ? reply(started, stack) : reply,
    );
    stack.vonage.script(`${operation} ${started.requestId}`, ...answers);
  }
  const seen: string[] = [];
  for (const [happens] of lines) seen.push(await happens(started, stack));
  expect(seen).toEqual(lines.map(([, wanted]) => wanted));
}

/** An answer that waits until something else has happened. */
export const meanwhile =
  (happens: Act, answer: Exclude<ScriptedAnswer, string>): Reply =>
  (...whose) => ({ ...answer, until: () => happens(...whose) });

/** Status, channel, reason; what there is to do; what is verified; `#` and the `seq`. */
function stands(verification: VerificationObject): string {
  const { status, channel, reason, action, verified, seq } = verification;
  expect(JSON.stringify(verification)).not.toContain('canary');
  const words = [
    `${status} ${channel}`,
    reason,
    action?.type === 'open_check_url' && `opens ${action.check_url.split('/').at(-1)}`,
    action?.type === 'submit_code' && `${action.attempts_remaining} tries`,
    verified.phone_number && 'number verified',
    verified.email && 'mailbox verified',
  ];
  return `${words.filter(Boolean).join(', ')} #${seq}`;
}

/** Status and code, tries that are left, and the verification that it shows. */
function answered({ status, body }: Answer): string {
  const { code, attempts_remaining: left, verification, ...others } = body;
  expect(JSON.stringify(others)).not.toContain('canary');
  const words = [status, code, left !== undefined && `${left} left`];
  return `${words.filter(Boolean).join(' ')}: ${stands(verification)}`;
}

export const looks: Act = async ({ status }) => stands(await status());
/** `<channel> <status> <reason>` of each step. */
export const looksAtSteps: Act = async ({ status }) => app.steps(await status()).join(', ');
export const checks =
  (code: string): Act =>
  async (whose) =>
    answered(await app.check(whose, code));
export const leaves =
  (from?: Channel, error?: string): Act =>
  async ({ post }) =>
    answered(await post('/next-workflow', { from, error }));
export const cancels: Act = async ({ post }) => answered(await post('/cancel'));

/** Different answers, when an app does so much at once. */
export const atOnce =
  (count: number, act: Act): Act =>
  async (...whose) => {
    const answers = await Promise.all(Array.from({ length: count }, () => act(...whose)));
    return [...new Set(answers)].join(' | ');
  };

export const passes =
  (seconds: number): Act =>
  async ({ requestId, status }, { endpoints }) => {
    await age(endpoints, requestId, seconds * 1000);
    return stands(await status());
  };
/** However long a test takes, it is too early for the clock to do anything. */
export const isEarly = passes(-600);

/** What our backend asked Vonage about the verification, in order. */
export const asked: Act = async ({ requestId }, { vonage }) =>
  vonage.calls
    .filter(({ path }) => path.includes(requestId))
    .map(({ method, path }) => operationOf(method, path))
    .join(' ');

/** Vonage's webhooks; a status other than 204 is seen too. */
const arrives =
  (toWebhook: (requestId: string, stack: ScriptedStack) => object, how?: Signing): Act =>
  async ({ requestId, status }, stack) => {
    const answer = await stack.send(toWebhook(requestId, stack), how);
    return `${answer === 204 ? '' : `${answer}: `}${stands(await status())}`;
  };
export const event = (channel: string, status: string, more: object = {}, how?: Signing): Act =>
  arrives((id) => ({ ...webhooks.event(id, channel, status), ...more }), how);
export const summary = (
  status: string,
  workflow: Readonly<Record<string, string>>,
  more: object = {},
): Act => arrives((id) => ({ ...webhooks.summary(id, status, workflow), ...more }));
export const actionPending = (url: string): Act =>
  arrives((id, { checkUrl }) =>
    webhooks.actionPending(id, url.includes(':') ? url : checkUrl(url)),
  );
