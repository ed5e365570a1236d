import { describe, expect, it } from 'vitest';
import { provenChannels } from '../../../../shared/domain/proven-channels.ts';
import { folded, type History, history, orders } from '../../../fixtures/histories.ts';

const EMAIL_OR_SMS = 'started shared_code email sms';
const AFTER_SILENT_AUTH = 'started shared_code silent_auth email sms';

function proven(log: History): object {
  const { verification, facts } = folded(log);
  return { ...verification.verified, channels: provenChannels(facts) };
}

const NOTHING = { phoneNumber: false, email: false };

describe('a code that channels share', () => {
  it.each([
    ['the last channel', EMAIL_OR_SMS, 'summary completed sms completed'],
    ['the first channel', EMAIL_OR_SMS, 'email completed'],
    ['no channel', EMAIL_OR_SMS, 'summary completed'],
    ['a channel later', EMAIL_OR_SMS, 'summary completed, sms completed'],
    [
      'a channel behind silent_auth',
      AFTER_SILENT_AUTH,
      'silent_auth failed, summary completed sms completed',
    ],
    ['a channel after the other one failed', EMAIL_OR_SMS, 'email failed, sms completed'],
    ['silent_auth itself', AFTER_SILENT_AUTH, 'silent_auth completed'],
  ])('proves neither number nor mailbox when Vonage names %s', (_which, start, reports) => {
    expect(proven(`${start}, pin a, ${reports}`)).toMatchObject(NOTHING);
    expect(proven(`${start}, pin a, a accepted, ${reports}`)).toMatchObject(NOTHING);
    expect(proven(`${start}, pin a, ${reports}, a accepted`)).toMatchObject(NOTHING);
  });

  it('proves nothing to somebody with a mailbox and the number of a stranger, in any order', () => {
    const completion = 'sms completed, summary completed email cancelled sms completed';
    const attack = `${EMAIL_OR_SMS}, skip email user_choice, pin a, a accepted, ${completion}`;
    const all = [...orders(history(attack))];
    expect(all.length).toBeGreaterThan(10);
    for (const log of all) expect(proven(log)).toEqual({ ...NOTHING, channels: ['email', 'sms'] });
  });

  it.each([
    [
      'the number where every channel would prove it',
      'started shared_code sms voice, pin a, voice completed',
      { phoneNumber: true, email: false, channels: ['sms', 'voice'] },
    ],
    [
      'the mailbox where only silent_auth runs before it',
      'started shared_code silent_auth email, silent_auth failed, pin a, email completed',
      { phoneNumber: false, email: true, channels: ['email'] },
    ],
    [
      'the number by a code of silent_auth that is accepted',
      `${AFTER_SILENT_AUTH}, code a, a accepted`,
      { phoneNumber: true, email: false, channels: ['silent_auth'] },
    ],
    [
      'the number by a code of silent_auth that a webhook completes',
      `${AFTER_SILENT_AUTH}, code a, silent_auth completed`,
      { phoneNumber: true, email: false, channels: ['silent_auth'] },
    ],
    [
      'the number in a log of a release that did not know shared codes',
      'started email sms, pin a, sms completed',
      { phoneNumber: true, email: false, channels: ['sms'] },
    ],
  ])('proves %s', (_what, log, expected) => {
    expect(proven(log)).toEqual(expected);
  });

  it('shows the channel that Vonage names', () => {
    const { verification } = folded(`${EMAIL_OR_SMS}, pin a, sms completed`);
    expect(verification).toMatchObject({ status: 'completed', channel: 'sms' });
  });
});
