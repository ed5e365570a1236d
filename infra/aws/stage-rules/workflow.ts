/**
 * The rules of Vonage for channels (protocol §1.3). Vonage takes three in a request; the stage may
 * offer each channel once, and `start` takes three of them.
 */

import type { ChannelName, ChannelSettings } from '../../../shared/config.ts';

/** The field `from` of each channel: its pattern, and whether it is required. */
const FROM: Readonly<
  Partial<
    Record<
      ChannelName,
      { readonly pattern: RegExp; readonly required: boolean; readonly says: string }
    >
  >
> = {
  sms: {
    pattern: /^(\d{1,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
    required: false,
    says: 'up to 15 digits or 11 letters and digits',
  },
  email: { pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, required: false, says: 'an e-mail address' },
  whatsapp: { pattern: /^\d{7,15}$/, required: true, says: 'a number in digits' },
  rcs: { pattern: /^[A-Za-z0-9_-]{1,15}$/, required: true, says: 'an agent of 1–15 characters' },
};

/** Fields that belong to single channels; `channel` and `from` are checked separately. */
const CHANNEL_FIELDS: Readonly<Record<ChannelName, readonly string[]>> = {
  silent_auth: [],
  sms: ['appHash', 'entityId', 'contentId', 'templateId', 'reuseCode'],
  voice: ['reuseCode'],
  email: ['reuseCode'],
  whatsapp: ['mode', 'reuseCode'],
  rcs: ['templateId', 'reuseCode'],
};

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Channels whose code reaches the number itself. */
const PHONE_CODE_CHANNELS: readonly ChannelName[] = ['sms', 'voice', 'whatsapp', 'rcs'];

/** One line for each fault; none when Vonage would accept the workflow. */
export function workflowFaults(workflow: readonly ChannelSettings[]): string[] {
  const channels = workflow.map(({ channel }) => channel);
  const faults: string[] = [];
  if (workflow.length < 1 || workflow.length > 6) faults.push('workflow must have 1 to 6 channels');
  if (channels.lastIndexOf('silent_auth') > 0) faults.push('workflow: silent_auth must be first');
  if (new Set(channels).size < channels.length) faults.push('workflow must not repeat a channel');
  if (sharesCodeAcrossMailboxAndPhone(workflow)) {
    faults.push(
      'workflow: reuseCode must not be set where email and a phone channel meet: a code read in ' +
        'a mailbox would verify a number',
    );
  }
  // `template_id` is a member of the request, not of a channel (protocol §1.3).
  if (new Set(workflow.flatMap(({ templateId }) => templateId ?? [])).size > 1) {
    faults.push('workflow: sms and rcs must have the same templateId, because a request has one');
  }
  return [...faults, ...workflow.flatMap(channelFaults)];
}

/** `reuseCode` on one channel is enough: Vonage decides which other channels repeat its code. */
function sharesCodeAcrossMailboxAndPhone(workflow: readonly ChannelSettings[]): boolean {
  return (
    workflow.some(({ reuseCode }) => reuseCode === true) &&
    workflow.some(({ channel }) => channel === 'email') &&
    workflow.some(({ channel }) => PHONE_CODE_CHANNELS.includes(channel))
  );
}

function channelFaults(settings: ChannelSettings): string[] {
  const { channel, from, appHash, entityId, contentId, templateId } = settings;
  const fields = CHANNEL_FIELDS[channel];
  const faults = Object.keys(settings)
    .filter((field) => field !== 'channel' && field !== 'from' && !fields.includes(field))
    .map((field) => `takes no ${field}`);
  const rule = FROM[channel];
  if (rule === undefined && from !== undefined) faults.push('takes no from');
  if (rule?.required && from === undefined) faults.push(`needs from, ${rule.says}`);
  if (rule && from !== undefined && !rule.pattern.test(from)) {
    faults.push(`from must be ${rule.says}`);
  }
  if (appHash !== undefined && !/^[A-Za-z0-9+/]{11}$/.test(appHash)) {
    faults.push('appHash must be exactly 11 characters');
  }
  if (entityId !== undefined && !isShort(entityId)) faults.push('entityId must be 1–20 characters');
  if (contentId !== undefined && !isShort(contentId)) {
    faults.push('contentId must be 1–20 characters');
  }
  if (templateId !== undefined && !UUID.test(templateId)) faults.push('templateId must be a UUID');
  return faults.map((fault) => `workflow: ${channel} ${fault}`);
}

function isShort(text: string): boolean {
  return /^[\x21-\x7e]{1,20}$/.test(text);
}
