import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { provenChannels } from '../../../../shared/domain/proven-channels.ts';
import type { Channel } from '../../../../shared/domain/workflow.ts';
import {
  checked,
  ended,
  folded,
  orders,
  skipped,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

const sharing = (...workflow: Channel[]) => started(workflow, { sharesCode: true });
const PIN = submitted('pin', 'digits');
const EMAIL_OR_SMS = sharing('email', 'sms');
const AFTER_SILENT_AUTH = sharing('silent_auth', 'email', 'sms');

function proven(log: readonly VerificationEvent[]): object {
  const { verification, facts } = folded(log);
  return { ...verification.verified, channels: provenChannels(facts) };
}

const NOTHING = { phoneNumber: false, email: false };

describe('a code that channels share', () => {
  it.each<[string, VerificationEvent, readonly VerificationEvent[]]>([
    ['the last channel', EMAIL_OR_SMS, [summarized('completed', { sms: 'completed' })]],
    ['the first channel', EMAIL_OR_SMS, [ended('email', 'completed')]],
    ['no channel', EMAIL_OR_SMS, [summarized('completed')]],
    ['a channel later', EMAIL_OR_SMS, [summarized('completed'), ended('sms', 'completed')]],
    [
      'a channel behind silent_auth',
      AFTER_SILENT_AUTH,
      [ended('silent_auth', 'failed'), summarized('completed', { sms: 'completed' })],
    ],
    [
      'a channel after the other one failed',
      EMAIL_OR_SMS,
      [ended('email', 'failed'), ended('sms', 'completed')],
    ],
    ['silent_auth itself', AFTER_SILENT_AUTH, [ended('silent_auth', 'completed')]],
  ])('proves neither number nor mailbox when Vonage names %s', (_which, start, reports) => {
    const accepted = checked('pin', 'accepted');
    expect(proven([start, PIN, ...reports])).toMatchObject(NOTHING);
    expect(proven([start, PIN, accepted, ...reports])).toMatchObject(NOTHING);
    expect(proven([start, PIN, ...reports, accepted])).toMatchObject(NOTHING);
  });

  it('proves nothing to somebody with a mailbox and the number of a stranger, in any order', () => {
    const attack = [
      EMAIL_OR_SMS,
      skipped('email', 'user_choice'),
      PIN,
      checked('pin', 'accepted'),
      ended('sms', 'completed'),
      summarized('completed', { email: 'cancelled', sms: 'completed' }),
    ];
    const all = [...orders(attack)];
    expect(all.length).toBeGreaterThan(10);
    for (const log of all) expect(proven(log)).toEqual({ ...NOTHING, channels: ['email', 'sms'] });
  });

  it.each<[string, readonly VerificationEvent[], object]>([
    [
      'the number where every channel would prove it',
      [sharing('sms', 'voice'), PIN, ended('voice', 'completed')],
      { phoneNumber: true, email: false, channels: ['sms', 'voice'] },
    ],
    [
      'the mailbox where only silent_auth runs before it',
      [
        sharing('silent_auth', 'email'),
        ended('silent_auth', 'failed'),
        PIN,
        ended('email', 'completed'),
      ],
      { phoneNumber: false, email: true, channels: ['email'] },
    ],
    [
      'the number by a code of silent_auth that is accepted',
      [AFTER_SILENT_AUTH, submitted('code'), checked('code', 'accepted')],
      { phoneNumber: true, email: false, channels: ['silent_auth'] },
    ],
    [
      'the number by a code of silent_auth that a webhook completes',
      [AFTER_SILENT_AUTH, submitted('code'), ended('silent_auth', 'completed')],
      { phoneNumber: true, email: false, channels: ['silent_auth'] },
    ],
    [
      'the number in a log of a release that did not know shared codes',
      [started(['email', 'sms']), PIN, ended('sms', 'completed')],
      { phoneNumber: true, email: false, channels: ['sms'] },
    ],
  ])('proves %s', (_what, log, expected) => {
    expect(proven(log)).toEqual(expected);
  });

  it('shows the channel that Vonage names', () => {
    const { verification } = folded([EMAIL_OR_SMS, PIN, ended('sms', 'completed')]);
    expect(verification).toMatchObject({ status: 'completed', channel: 'sms' });
  });
});
