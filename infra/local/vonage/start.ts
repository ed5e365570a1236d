/**
 * Parses the body of `POST /v2/verify`, and refuses what Vonage refuses with 422 (protocol §1.3,
 * §7.5).
 */
import { type ChannelOrder, parseChannel } from './channel-order.ts';
import { type Check, integer, isBoolean, isMembers, type Members, text } from './checks.ts';

export interface StartOrder {
  readonly brand: string;
  readonly locale?: string;
  readonly channelTimeoutSeconds: number;
  readonly codeLength: number;
  readonly clientRef?: string;
  /** Custom texts of sms and rcs. */
  readonly templateId?: string;
  /** The caller's own PIN. */
  readonly code?: string;
  readonly workflow: readonly ChannelOrder[];
}

export interface InvalidParameter {
  readonly name: string;
  readonly reason: string;
}

const DEFAULT_TIMEOUT_SECONDS = 180;
const DEFAULT_CODE_LENGTH = 4;
const MAX_CHANNELS = 3;
const PLAYGROUND_PREFIX = '990';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const LOCALE_IS_INVALID = 'Locale is invalid';

/** Members of the body, each with its check and the message of a refusal. */
const MEMBERS: Readonly<Record<string, readonly [Check, string]>> = {
  brand: [text(1, 18, /^[^/{}:$]*$/), 'Brand is invalid'],
  locale: [text(1, 20, /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/), LOCALE_IS_INVALID],
  channel_timeout: [integer(15, 900), 'Channel timeout must be between 15 and 900'],
  client_ref: [text(1, 40, /^[a-zA-Z0-9]*$/), 'Client ref is invalid'],
  code_length: [integer(4, 10), 'Code length must be between 4 and 10'],
  code: [text(4, 10, /^[a-zA-Z0-9]+$/), 'Code is invalid'],
  template_id: [text(36, 36, UUID), 'Template id is invalid'],
  fraud_check: [isBoolean, 'Fraud check must be a boolean'],
};

/** @returns the order, or what a 422 would list */
export function parseStart(body: unknown): { order: StartOrder } | { invalid: InvalidParameter[] } {
  if (!isMembers(body)) return { invalid: [{ name: 'body', reason: 'The body must be JSON' }] };
  const invalid = Object.entries(MEMBERS)
    .filter(([name, [check]]) => body[name] !== undefined && !check(body[name]))
    .map(([name, [, reason]]) => ({ name, reason }));
  if (body.brand === undefined) invalid.push({ name: 'brand', reason: 'Brand is required' });
  const { channels, faults } = parseWorkflow(body.workflow);
  invalid.push(...faults);
  return invalid.length > 0 ? { invalid } : { order: toOrder(body, channels) };
}

function parseWorkflow(workflow: unknown): {
  channels: readonly ChannelOrder[];
  faults: readonly InvalidParameter[];
} {
  if (workflow === undefined) return refuse('Workflow is required');
  if (!Array.isArray(workflow) || workflow.length < 1 || workflow.length > MAX_CHANNELS) {
    return refuse('Workflow must have between 1 and 3 channels');
  }
  const channels: ChannelOrder[] = [];
  const faults: InvalidParameter[] = [];
  workflow.forEach((entry: unknown, index) => {
    const parsed = parseChannel(entry);
    if ('reason' in parsed) faults.push({ name: `workflow[${index}]`, reason: parsed.reason });
    else channels.push(parsed);
  });
  if (channels.slice(1).some(({ channel }) => channel === 'silent_auth')) {
    faults.push({ name: 'workflow', reason: '`silent_auth` must be the first channel' });
  }
  return { channels, faults: faults.length > 0 ? faults : playgroundFaults(channels) };
}

function refuse(reason: string): { channels: []; faults: InvalidParameter[] } {
  return { channels: [], faults: [{ name: 'workflow', reason }] };
}

/** Numbers of the playground accept only silent_auth (protocol §7.5). */
function playgroundFaults(channels: readonly ChannelOrder[]): readonly InvalidParameter[] {
  const isPlayground = ({ channel, to }: ChannelOrder): boolean =>
    channel !== 'email' && to.startsWith(PLAYGROUND_PREFIX);
  const faults = channels.flatMap((entry, index) =>
    isPlayground(entry) && entry.channel !== 'silent_auth'
      ? [{ name: `workflow[${index}]`, reason: '`to` Phone number is invalid' }]
      : [],
  );
  if (channels.length < 2 || !channels.some(isPlayground)) return faults;
  const reason = '`silent_auth` must be the only channel when virtual operator is used';
  return [{ name: 'workflow', reason }, ...faults];
}

function toOrder(body: Members, workflow: readonly ChannelOrder[]): StartOrder {
  const {
    brand,
    locale,
    channel_timeout: timeout,
    code_length: length,
    client_ref: ref,
    code,
    template_id: template,
  } = body;
  return {
    brand: typeof brand === 'string' ? brand : '',
    channelTimeoutSeconds: typeof timeout === 'number' ? timeout : DEFAULT_TIMEOUT_SECONDS,
    codeLength: typeof length === 'number' ? length : DEFAULT_CODE_LENGTH,
    workflow,
    ...(typeof locale === 'string' ? { locale } : {}),
    ...(typeof ref === 'string' ? { clientRef: ref } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof template === 'string' ? { templateId: template } : {}),
  };
}
