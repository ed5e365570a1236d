import { describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { planStart, withoutChannels } from '../../../../../shared/usecases/start/plan-start.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';

const CHANNELS = ['silent_auth', 'email', 'sms', 'voice', 'rcs'] as const;
const settings = {
  ...START_SETTINGS,
  workflow: CHANNELS.map((channel) => ({ channel })),
  playground: true,
};
const phoneNumbers = { countryOfMobile: () => 'DE' };

function plan(
  switchedOff: readonly Channel[],
  asked: Partial<StartRequest> = {},
): readonly Channel[] {
  const request = { phoneNumber: '+4915123456788', result: 'json' as const, ...asked };
  return withoutChannels(planStart(request, { phoneNumbers, settings }), switchedOff).workflow;
}

describe('planStart', () => {
  it.each<[string, Parameters<typeof plan>[1], string]>([
    ['a channel that the stage does not have', { channels: ['whatsapp'] }, 'request_invalid'],
    ['channels in another order', { channels: ['voice', 'sms'] }, 'request_invalid'],
    ['an e-mail channel without an address', { channels: ['email'] }, 'request_invalid'],
    [
      'an e-mail channel with an invalid address',
      { channels: ['email'], email: '' },
      'request_invalid',
    ],
    ['what is no address, where e-mail runs by default', { email: '' }, 'request_invalid'],
    [
      'a test number with another channel',
      { phoneNumber: '+99012345678', channels: ['silent_auth', 'sms'] },
      'phone_number_refused',
    ],
    [
      'a test number without silent_auth',
      { phoneNumber: '+99012345678', channels: ['sms'] },
      'phone_number_refused',
    ],
    ['a web page where the stage has none', { result: 'redirect' }, 'request_invalid'],
  ])('refuses %s', (_what, asked, code) => {
    expect(() => plan([], asked)).toThrow(expect.objectContaining({ code }));
  });

  it('sends each channel to its own address', () => {
    const request = { phoneNumber: '+4915123456788', email: 'jo@example.org' };
    const redirectUrl = 'https://example.org/done';
    const needs = { phoneNumbers, settings: { ...settings, redirectUrl } };
    expect(planStart({ ...request, result: 'redirect', locale: 'de' }, needs)).toMatchObject({
      requested: [
        { channel: 'silent_auth', to: '+4915123456788' },
        { channel: 'email', to: 'jo@example.org' },
        { channel: 'sms', to: '+4915123456788' },
      ],
      options: { result: 'redirect', locale: 'de' },
      country: 'DE',
    });
  });

  it.each([
    ['fr', 'de', 'de'],
    ['fr', undefined, 'fr'],
    [undefined, undefined, undefined],
  ])('with %s for the stage and %s for the phone asks for %s', (ofStage, ofPhone, locale) => {
    const needs = { phoneNumbers, settings: { ...settings, ...(ofStage && { locale: ofStage }) } };
    const request = { phoneNumber: '+4915123456788', result: 'json' } as const;
    const planned = planStart({ ...request, ...(ofPhone && { locale: ofPhone }) }, needs);
    expect(planned.options.locale).toBe(locale);
  });
});

it('an address that is none takes the place of no channel that is switched off', () => {
  const later = { ...settings, workflow: [...settings.workflow].sort(lastEmail) };
  const request = { phoneNumber: '+4915123456788', result: 'json' as const, email: '' };
  const planned = planStart(request, { phoneNumbers, settings: later });
  expect(withoutChannels(planned, ['sms']).workflow).toEqual(['silent_auth', 'voice', 'rcs']);
  expect(withoutChannels(planned, ['sms', 'rcs']).workflow).toEqual(['silent_auth', 'voice']);
});

function lastEmail(one: { channel: string }, other: { channel: string }): number {
  return Number(one.channel === 'email') - Number(other.channel === 'email');
}

describe('withoutChannels', () => {
  it.each<[readonly Channel[], object, readonly Channel[]]>([
    [[], {}, ['silent_auth', 'sms', 'voice']],
    [[], { email: 'jo@example.org' }, ['silent_auth', 'email', 'sms']],
    [[], { channels: ['silent_auth', 'sms'], email: '' }, ['silent_auth', 'sms']],
    [[], { phoneNumber: '+99012345678', email: '' }, ['silent_auth']],
    [['sms'], {}, ['silent_auth', 'voice', 'rcs']],
    [['silent_auth', 'sms'], {}, ['voice', 'rcs']],
    [['sms'], { channels: ['silent_auth', 'sms'] }, ['silent_auth']],
    [['whatsapp'], { channels: ['sms'] }, ['sms']],
    [['sms'], { channels: ['sms'] }, []],
    [['silent_auth'], { phoneNumber: '+99012345678' }, []],
  ])('%j leaves, of %j, %j', (switchedOff, asked, workflow) => {
    expect(plan(switchedOff, asked)).toEqual(workflow);
  });
});
