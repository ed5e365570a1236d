/** The body of `POST /v2/verify` (protocol §1.3). */

import type { ChannelSettings, StartSettings } from '../../config.ts';
import type { RequestedChannel, VerifyRequest } from '../../domain/ports/vonage.ts';

export interface StartBody {
  readonly brand: string;
  readonly locale?: string;
  readonly channel_timeout: number;
  readonly client_ref: string;
  /** Length of a PIN; silent_auth has its own code. */
  readonly code_length?: number;
  /** Custom texts of sms and rcs. */
  readonly template_id?: string;
  readonly workflow: readonly WorkflowEntry[];
}

export interface WorkflowEntry {
  readonly channel: string;
  readonly to: string;
  readonly coverage_check?: boolean;
  readonly redirect_url?: string;
  readonly from?: string;
  readonly app_hash?: string;
  readonly entity_id?: string;
  readonly content_id?: string;
  readonly reuse_code?: boolean;
  readonly mode?: 'otp_code' | 'zero_tap';
}

export function toStartBody(request: VerifyRequest, settings: StartSettings): StartBody {
  const { locale } = request;
  const templateId = findTemplateId(request, settings);
  const sendsPins = request.workflow.some(({ channel }) => channel !== 'silent_auth');
  return {
    brand: settings.brand,
    ...(locale !== undefined && { locale }),
    channel_timeout: settings.channelTimeoutSeconds,
    client_ref: request.clientRef,
    ...(sendsPins && { code_length: settings.codeLength }),
    ...(templateId !== undefined && { template_id: templateId }),
    workflow: request.workflow.map((step) =>
      step.channel === 'silent_auth'
        ? silentAuthEntry(step, request, settings)
        : codeEntry(step, settings),
    ),
  };
}

/** The template of this request's channels; the stage gives all of them the same one. */
function findTemplateId({ workflow }: VerifyRequest, settings: StartSettings): string | undefined {
  const isUsed = (name: string): boolean => workflow.some(({ channel }) => channel === name);
  return settings.workflow.find(({ channel, templateId }) => templateId && isUsed(channel))
    ?.templateId;
}

function silentAuthEntry(
  { channel, to }: RequestedChannel,
  { result }: VerifyRequest,
  { coverageCheck, redirectUrl }: StartSettings,
): WorkflowEntry {
  return {
    channel,
    to: withoutPlus(to),
    coverage_check: coverageCheck,
    ...(result === 'redirect' && redirectUrl !== undefined && { redirect_url: redirectUrl }),
  };
}

function codeEntry({ channel, to }: RequestedChannel, { workflow }: StartSettings): WorkflowEntry {
  const settings: Partial<ChannelSettings> =
    workflow.find((entry) => entry.channel === channel) ?? {};
  const { from, appHash, entityId, contentId, reuseCode, mode } = settings;
  return {
    channel,
    to: channel === 'email' ? to : withoutPlus(to),
    ...(from !== undefined && { from }),
    ...(appHash !== undefined && { app_hash: appHash }),
    ...(entityId !== undefined && { entity_id: entityId }),
    ...(contentId !== undefined && { content_id: contentId }),
    ...(reuseCode !== undefined && { reuse_code: reuseCode }),
    ...(mode !== undefined && { mode }),
  };
}

function withoutPlus(phoneNumber: string): string {
  return phoneNumber.replace(/^\+/, '');
}
