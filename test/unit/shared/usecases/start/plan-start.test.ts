import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { planStart, type StartRules } from '../../../../../shared/usecases/start/plan-start.ts';
import type { StartRequest } from '../../../../../shared/usecases/start/start-verification.ts';

const rules: StartRules = {
  workflow: ['silent_auth', 'email', 'sms', 'voice', 'rcs'],
  channelTimeoutSeconds: 120,
  codeLength: 6,
  coverageCheck: false,
  afterUserRejected: 'continue',
  countries: ['DE'],
  playground: true,
  canRedirect: false,
};
const phoneNumbers = { countryOfMobile: () => 'DE' };

function plan(
  switchedOff: readonly Channel[],
  asked: Partial<StartRequest> = {},
): readonly Channel[] {
  const request = { phoneNumber: '+4915123456788', result: 'json' as const, ...asked };
  return planStart(request, { phoneNumbers, rules }, switchedOff).workflow;
}

describe('planStart', () => {
  it.each<[string, Parameters<typeof plan>[1], string]>([
    ['a channel that the stage does not have', { channels: ['whatsapp'] }, 'request_invalid'],
    ['channels in another order', { channels: ['voice', 'sms'] }, 'request_invalid'],
    ['an e-mail channel without an address', { channels: ['email'] }, 'request_invalid'],
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
    const rulesOf = { phoneNumbers, rules: { ...rules, canRedirect: true } };
    expect(planStart({ ...request, result: 'redirect', locale: 'de' }, rulesOf)).toMatchObject({
      requested: [
        { channel: 'silent_auth', to: '+4915123456788' },
        { channel: 'email', to: 'jo@example.org' },
        { channel: 'sms', to: '+4915123456788' },
      ],
      options: { result: 'redirect', locale: 'de' },
      country: 'DE',
    });
  });
});

describe('planStart without what is switched off', () => {
  it.each<[readonly Channel[], object, readonly Channel[]]>([
    [[], {}, ['silent_auth', 'sms', 'voice']],
    [[], { email: 'jo@example.org' }, ['silent_auth', 'email', 'sms']],
    [['sms'], {}, ['silent_auth', 'voice', 'rcs']],
    [['silent_auth', 'sms'], {}, ['voice', 'rcs']],
    [['sms'], { channels: ['silent_auth', 'sms'] }, ['silent_auth']],
    [['whatsapp'], { channels: ['sms'] }, ['sms']],
  ])('%j leaves, of %j, %j', (switchedOff, asked, workflow) => {
    expect(plan(switchedOff, asked)).toEqual(workflow);
  });

  it('needs no e-mail address for a channel that is switched off', () => {
    expect(plan(['email'], { channels: ['silent_auth', 'email'] })).toEqual(['silent_auth']);
  });

  it.each([
    ['a start', { channels: ['sms'] as const }, ['sms'] as const],
    ['a test number', { phoneNumber: '+99012345678' }, ['silent_auth'] as const],
  ])('answers 503 when nothing is left for %s', (_what, asked, switchedOff) => {
    expect(() => plan(switchedOff, asked)).toThrow(
      expect.objectContaining({ code: 'provider_unavailable' }),
    );
  });
});
