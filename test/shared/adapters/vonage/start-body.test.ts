import { describe, expect, it } from 'vitest';
import { toStartBody } from '../../../../shared/adapters/vonage/start-body.ts';
import type { ChannelSettings, StartSettings } from '../../../../shared/config.ts';
import type { RequestedChannel, VerifyRequest } from '../../../../shared/domain/ports.ts';

const LIMIT = { count: 1, windowSeconds: 60 };
const PHONE = '+447400123456';

function settings(members: Partial<StartSettings> = {}): StartSettings {
  return {
    brand: 'Acme',
    workflow: [],
    channelTimeoutSeconds: 90,
    codeLength: 7,
    coverageCheck: true,
    afterUserRejected: 'continue',
    countries: ['GB'],
    playground: false,
    limits: { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: LIMIT },
    ...members,
  };
}

function request(
  workflow: readonly RequestedChannel[],
  members: Partial<VerifyRequest> = {},
): VerifyRequest {
  return { workflow, clientRef: 'ref', result: 'json', ...members };
}

describe('toStartBody', () => {
  it('asks for no code length where no PIN is sent', () => {
    const body = toStartBody(request([{ channel: 'silent_auth', to: PHONE }]), settings());
    expect(body).toEqual({
      brand: 'Acme',
      channel_timeout: 90,
      client_ref: 'ref',
      workflow: [{ channel: 'silent_auth', to: '447400123456', coverage_check: true }],
    });
  });

  it.each<[ChannelSettings, object]>([
    [
      { channel: 'sms', from: 'Acme', appHash: 'FA+9qCX9VSu', entityId: '11', contentId: '22' },
      { from: 'Acme', app_hash: 'FA+9qCX9VSu', entity_id: '11', content_id: '22' },
    ],
    [{ channel: 'voice', reuseCode: true }, { reuse_code: true }],
    [
      { channel: 'whatsapp', from: '447400999999', mode: 'zero_tap', reuseCode: false },
      { from: '447400999999', mode: 'zero_tap', reuse_code: false },
    ],
    [{ channel: 'rcs', from: 'Acme' }, { from: 'Acme' }],
  ])('gives $channel the fields of its settings', (channel, fields) => {
    const body = toStartBody(
      request([{ channel: channel.channel, to: PHONE }]),
      settings({ workflow: [{ channel: 'silent_auth' }, channel] }),
    );
    expect(body).toMatchObject({ code_length: 7 });
    expect(body.workflow).toEqual([{ channel: channel.channel, to: '447400123456', ...fields }]);
  });

  it('leaves an e-mail address as it is', () => {
    const to = '+jo@example.org';
    const body = toStartBody(
      request([{ channel: 'email', to }]),
      settings({ workflow: [{ channel: 'email', from: 'no-reply@example.org' }] }),
    );
    expect(body.workflow).toEqual([{ channel: 'email', to, from: 'no-reply@example.org' }]);
  });

  it('sends the redirect_url to web pages only', () => {
    const stage = settings({ redirectUrl: 'https://app.example/sa' });
    const workflow = [{ channel: 'silent_auth', to: PHONE }] as const;
    const page = toStartBody(request(workflow, { result: 'redirect' }), stage);
    expect(page.workflow[0]).toMatchObject({ redirect_url: 'https://app.example/sa' });
    expect(toStartBody(request(workflow), stage).workflow[0]).not.toHaveProperty('redirect_url');
  });

  it("prefers the caller's locale, and writes it as Vonage does", () => {
    const stage = settings({ locale: 'de-de' });
    expect(toStartBody(request([], { locale: 'en-GB' }), stage).locale).toBe('en-gb');
    expect(toStartBody(request([]), stage).locale).toBe('de-de');
    expect(toStartBody(request([]), settings())).not.toHaveProperty('locale');
  });
});
