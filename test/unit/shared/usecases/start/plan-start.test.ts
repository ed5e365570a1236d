import { describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { planStart, withoutChannels } from '../../../../../shared/usecases/start/plan-start.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';

const CHANNELS: readonly Channel[] = ['silent_auth', 'email', 'sms', 'voice', 'rcs'];
const TEST_NUMBER = '+99012345678';
const test = (...channels: Channel[]) => ({ phoneNumber: TEST_NUMBER, channels });

function plan(asked: Partial<StartRequest>, stage: object = {}) {
  const workflow = CHANNELS.map((channel) => ({ channel }));
  const settings = { ...START_SETTINGS, workflow, playground: true, ...stage };
  const request = { phoneNumber: '+4915123456788', result: 'json', ...asked } as const;
  return planStart(request, {
    phoneNumbers: { countryOfMobile: (number) => (number.startsWith('+49') ? 'DE' : 'FR') },
    settings,
  });
}

describe('planStart', () => {
  it.each<[what: string, asked: Partial<StartRequest>, code: string, stage?: object]>([
    ['a channel that the stage does not have', { channels: ['whatsapp'] }, 'request_invalid'],
    ['channels in another order', { channels: ['voice', 'sms'] }, 'request_invalid'],
    ['e-mail without an address', { channels: ['email'] }, 'request_invalid'],
    ['e-mail with an invalid address', { channels: ['email'], email: '' }, 'request_invalid'],
    ['an invalid address where e-mail runs by default', { email: '' }, 'request_invalid'],
    ['a test number with another channel', test('silent_auth', 'sms'), 'phone_number_refused'],
    ['a test number without silent_auth', test('sms'), 'phone_number_refused'],
    [
      'a test number where no playground is',
      test('silent_auth'),
      'phone_number_refused',
      { playground: false },
    ],
    ['a country that is not the stage’s', { phoneNumber: '+33612345678' }, 'phone_number_refused'],
    ['a web page where the stage has none', { result: 'redirect' }, 'request_invalid'],
  ])('refuses %s', (_what, asked, code, stage) => {
    const planned = () => withoutChannels(plan(asked, stage), []);
    expect(planned).toThrow(expect.objectContaining({ code }));
  });

  it('sends each channel to its own address', () => {
    const asked = { email: 'jo@example.org', result: 'redirect', locale: 'de' } as const;
    expect(plan(asked, { redirectUrl: 'https://example.org/done' })).toMatchObject({
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
    [{ locale: 'fr' }, { locale: 'de' }, 'de'],
    [{ locale: 'fr' }, {}, 'fr'],
    [{}, {}, undefined],
  ])('with %j of the stage and %j of the phone asks for the locale %s', (stage, asked, locale) => {
    expect(plan(asked, stage).options.locale).toBe(locale);
  });
});

describe('withoutChannels', () => {
  it.each<[switchedOff: readonly Channel[], asked: object, workflow: readonly Channel[]]>([
    [[], {}, ['silent_auth', 'sms', 'voice']],
    [[], { email: 'jo@example.org' }, ['silent_auth', 'email', 'sms']],
    [[], { channels: ['silent_auth', 'sms'], email: '' }, ['silent_auth', 'sms']],
    [[], { phoneNumber: TEST_NUMBER, email: '' }, ['silent_auth']],
    [['sms'], {}, ['silent_auth', 'voice', 'rcs']],
    [['silent_auth', 'sms'], {}, ['voice', 'rcs']],
    [['sms'], { channels: ['silent_auth', 'sms'] }, ['silent_auth']],
    [['whatsapp'], { channels: ['sms'] }, ['sms']],
    [['sms'], { channels: ['sms'] }, []],
    [['silent_auth'], { phoneNumber: TEST_NUMBER }, []],
  ])('with %j switched off, %j runs %j', (switchedOff, asked, workflow) => {
    expect(withoutChannels(plan(asked), switchedOff).workflow).toEqual(workflow);
  });

  it('replaces no channel by e-mail to an invalid address', () => {
    const workflow = (['silent_auth', 'sms', 'voice', 'rcs', 'email'] as const).map((channel) => {
      return { channel };
    });
    const planned = plan({ email: '' }, { workflow });
    expect(withoutChannels(planned, ['sms']).workflow).toEqual(['silent_auth', 'voice', 'rcs']);
    expect(withoutChannels(planned, ['sms', 'rcs']).workflow).toEqual(['silent_auth', 'voice']);
  });
});
