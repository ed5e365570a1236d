import { describe, expect, it } from 'vitest';
import { type StartBody, toStartBody } from '../../../../../shared/adapters/vonage/start-body.ts';
import type { ChannelSettings, StartSettings } from '../../../../../shared/config.ts';
import type { RequestedChannel, VerifyRequest } from '../../../../../shared/domain/ports/vonage.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';
import { validateStartRequest } from '../../../../fixtures/vonage-contract.ts';

const PHONE = '+447400123456';

function settings(members: Partial<StartSettings> = {}): StartSettings {
  const changed = { brand: 'Acme', channelTimeoutSeconds: 90, codeLength: 7, coverageCheck: true };
  return { ...START_SETTINGS, ...changed, workflow: [], ...members };
}

function request(
  workflow: readonly RequestedChannel[],
  members: Partial<VerifyRequest> = {},
): VerifyRequest {
  return { workflow, clientRef: 'ref', result: 'json', ...members };
}

/** The body, which must be one that Vonage's own document allows. */
function bodyOf(...asked: Parameters<typeof toStartBody>): StartBody {
  const body = toStartBody(...asked);
  expect(validateStartRequest(body)).toEqual([]);
  return body;
}

describe('toStartBody', () => {
  it('asks for no code length where no PIN is sent', () => {
    const body = bodyOf(request([{ channel: 'silent_auth', to: PHONE }]), settings());
    const workflow = [{ channel: 'silent_auth', to: '447400123456', coverage_check: true }];
    expect(body).toEqual({ brand: 'Acme', channel_timeout: 90, client_ref: 'ref', workflow });
  });

  it.each<ChannelSettings>([
    { channel: 'sms', from: 'Acme', appHash: 'FA+9qCX9VSu', entityId: '11', contentId: '22' },
    { channel: 'sms', from: '447400999999', reuseCode: true },
    { channel: 'sms' },
    { channel: 'voice', reuseCode: true },
    { channel: 'whatsapp', from: '447400999999', mode: 'otp_code' },
    { channel: 'whatsapp', from: '447400999999', mode: 'zero_tap', reuseCode: false },
    { channel: 'rcs', from: 'Acme', reuseCode: true },
  ])('gives a channel all of its settings, in the spelling of Vonage: %j', (channel) => {
    const stage = settings({ workflow: [{ channel: 'silent_auth' }, channel] });
    const body = bodyOf(request([{ channel: channel.channel, to: PHONE }]), stage);
    expect(body).toMatchObject({ code_length: 7 });
    const fields = Object.entries(channel).map(([name, value]) => {
      return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value];
    });
    expect(body.workflow).toEqual([{ ...Object.fromEntries(fields), to: '447400123456' }]);
  });

  it.each([
    [['silent_auth', 'sms'], true],
    [['rcs', 'sms'], true],
    [['silent_auth', 'voice'], false],
  ] as const)('names the template where one of its channels is used: %j', (channels, isNamed) => {
    const templateId = '4ed3027d-8762-44a0-aa3f-c393717413a4';
    const sms = { channel: 'sms', templateId } as const;
    const stage = settings({ workflow: [sms, { channel: 'rcs', from: 'Acme', templateId }] });
    const body = bodyOf(request(channels.map((channel) => ({ channel, to: PHONE }))), stage);
    expect(body.template_id).toBe(isNamed ? templateId : undefined);
  });

  it('sends the redirect_url to web pages only', () => {
    const stage = settings({ redirectUrl: 'https://app.example/sa' });
    const workflow = [{ channel: 'silent_auth', to: PHONE }] as const;
    const page = bodyOf(request(workflow, { result: 'redirect' }), stage);
    expect(page.workflow[0]).toMatchObject({ redirect_url: 'https://app.example/sa' });
    expect(bodyOf(request(workflow), stage).workflow[0]).not.toHaveProperty('redirect_url');
  });

  it('names the locale of the request, and no other', () => {
    const stage = settings({ locale: 'de-de' });
    const workflow = [{ channel: 'voice', to: PHONE }] as const;
    expect(bodyOf(request(workflow, { locale: 'en-gb' }), stage).locale).toBe('en-gb');
    expect(bodyOf(request(workflow), stage)).not.toHaveProperty('locale');
  });

  it('keeps the order of the request and e-mail addresses, and sends nothing else', () => {
    const stage = settings({
      brand: 'Sixteen letters!',
      channelTimeoutSeconds: 15,
      codeLength: 10,
      coverageCheck: false,
      workflow: [
        { channel: 'silent_auth' },
        { channel: 'sms' },
        { channel: 'email', from: 'no-reply@example.org', reuseCode: true },
        { channel: 'whatsapp', from: '447400999999' },
      ],
    });
    const workflow = [
      { channel: 'silent_auth', to: PHONE },
      { channel: 'email', to: '+jo@example.org' },
      { channel: 'whatsapp', to: PHONE },
    ] as const;
    expect(bodyOf(request(workflow, { clientRef: '9f2c1b7a' }), stage)).toEqual({
      brand: 'Sixteen letters!',
      channel_timeout: 15,
      client_ref: '9f2c1b7a',
      code_length: 10,
      workflow: [
        { channel: 'silent_auth', to: '447400123456', coverage_check: false },
        { channel: 'email', to: '+jo@example.org', from: 'no-reply@example.org', reuse_code: true },
        { channel: 'whatsapp', to: '447400123456', from: '447400999999' },
      ],
    });
  });
});
