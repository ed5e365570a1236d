/** Parses one entry of a workflow, with the members of each channel (protocol §1.3). */
import type { ChannelName } from '../../../shared/config.ts';
import { type Check, isBoolean, isMembers, isUrl, oneOf, text } from './checks.ts';

export interface ChannelOrder {
  readonly channel: ChannelName;
  /** Digits without `+`, or an e-mail address. */
  readonly to: string;
  readonly redirectUrl?: string;
  readonly coverageCheck: boolean;
  readonly advanced: boolean;
  readonly reuseCode: boolean;
}

const PHONE_NUMBER = /^[1-9]\d{6,14}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Members of one channel, except `channel` and `to`. */
const CHANNEL_MEMBERS: Readonly<Record<ChannelName, Readonly<Record<string, Check>>>> = {
  silent_auth: {
    redirect_url: isUrl,
    coverage_check: isBoolean,
    mode: oneOf('standard', 'advanced'),
    sandbox: () => false,
  },
  sms: {
    from: text(1, 15, /^(\+?\d{1,15}|[A-Za-z0-9 ]{1,11})$/),
    app_hash: text(11, 11),
    entity_id: text(1, 20),
    content_id: text(1, 20),
    reuse_code: isBoolean,
  },
  voice: { reuse_code: isBoolean },
  email: { from: text(3, 320, EMAIL), reuse_code: isBoolean },
  whatsapp: {
    from: text(1, 50),
    mode: oneOf('zero_tap', 'otp_code'),
    reuse_code: isBoolean,
  },
  rcs: { from: text(1, 15), reuse_code: isBoolean },
};

/** @returns the entry, or why it is refused */
export function parseChannel(entry: unknown): ChannelOrder | { readonly reason: string } {
  if (!isMembers(entry)) return { reason: 'Channel is invalid' };
  const { channel } = entry;
  if (!isChannel(channel)) return { reason: '`channel` is invalid' };
  const to = parseTo(entry.to, channel);
  if (to === undefined) {
    return {
      reason: channel === 'email' ? '`to` Email is invalid' : '`to` Phone number is invalid',
    };
  }
  for (const [name, check] of Object.entries(CHANNEL_MEMBERS[channel])) {
    if (entry[name] !== undefined && !check(entry[name]))
      return { reason: `\`${name}\` is invalid` };
  }
  if ((channel === 'whatsapp' || channel === 'rcs') && entry.from === undefined) {
    return { reason: '`from` is required' };
  }
  const redirectUrl = entry.redirect_url;
  return {
    channel,
    to,
    coverageCheck: entry.coverage_check !== false,
    advanced: entry.mode === 'advanced',
    reuseCode: entry.reuse_code === true,
    ...(typeof redirectUrl === 'string' ? { redirectUrl } : {}),
  };
}

function parseTo(to: unknown, channel: ChannelName): string | undefined {
  if (typeof to !== 'string') return undefined;
  if (channel === 'email') return EMAIL.test(to) ? to : undefined;
  const digits = to.replace(/^\+/, '');
  return PHONE_NUMBER.test(digits) ? digits : undefined;
}

function isChannel(value: unknown): value is ChannelName {
  return typeof value === 'string' && Object.hasOwn(CHANNEL_MEMBERS, value);
}
