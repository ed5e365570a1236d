import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import { provenChannels } from '../../../../shared/domain/proven-channels.ts';
import type { Channel } from '../../../../shared/domain/workflow.ts';
import {
  at,
  checked,
  ended,
  orders,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

const sharing = (workflow: readonly Channel[]) => started(workflow, { sharesCode: true });
const skipped = (channel: Channel): VerificationEvent => ({
  type: 'channel_skipped',
  atMs: START_MS + 1000,
  channel,
  error: 'user_choice',
  attempt: 1,
});

function proven(log: readonly VerificationEvent[]) {
  const folded = fold(REQUEST_ID, log, START_MS + 5000);
  return folded && { ...folded.verification.verified, channels: provenChannels(folded.facts) };
}

const NOTHING = { phoneNumber: false, email: false };

describe('a code that channels share', () => {
  it.each<[string, readonly Channel[], readonly VerificationEvent[]]>([
    ['the last channel', ['email', 'sms'], [summarized('completed', { sms: 'completed' })]],
    ['the first channel', ['email', 'sms'], [ended('email', 'completed')]],
    ['no channel', ['email', 'sms'], [summarized('completed')]],
    ['a channel later', ['email', 'sms'], [summarized('completed'), ended('sms', 'completed')]],
    [
      'a channel behind silent_auth',
      ['silent_auth', 'email', 'sms'],
      [
        ended('silent_auth', 'failed'),
        summarized('completed', { silent_auth: 'failed', sms: 'completed' }),
      ],
    ],
    [
      'a channel after the other one failed',
      ['email', 'sms'],
      [ended('email', 'failed'), ended('sms', 'completed')],
    ],
    ['silent_auth itself', ['silent_auth', 'email', 'sms'], [ended('silent_auth', 'completed')]],
  ])('proves neither number nor mailbox when Vonage names %s', (_which, workflow, words) => {
    const digits = submitted('pin', 'digits');
    for (const answer of [[], [checked('pin', 'accepted')]]) {
      expect(proven([sharing(workflow), digits, ...answer, ...words])).toMatchObject(NOTHING);
      expect(proven([sharing(workflow), digits, ...words, ...answer])).toMatchObject(NOTHING);
    }
  });

  it('proves nothing in any order of the attack, and names no channel', () => {
    const history = {
      name: 'the code of a mailbox for the number of a stranger',
      events: [
        sharing(['email', 'sms']),
        skipped('email'),
        submitted('pin', 'digits'),
        checked('pin', 'accepted'),
        ended('sms', 'completed'),
        summarized('completed', { email: 'cancelled' as 'failed', sms: 'completed' }),
      ],
      before: [
        [0, 1],
        [0, 2],
        [2, 3],
        [2, 4],
        [2, 5],
      ] as const,
    };
    let count = 0;
    for (const log of orders(history)) {
      count += 1;
      expect(proven(log)).toEqual({ ...NOTHING, channels: ['email', 'sms'] });
    }
    expect(count).toBeGreaterThan(10);
  });

  it('proves what every channel of it would prove', () => {
    const log = [
      sharing(['sms', 'voice']),
      submitted('pin', 'digits'),
      ended('voice', 'completed'),
    ];
    expect(proven(log)).toEqual({ phoneNumber: true, email: false, channels: ['sms', 'voice'] });
  });

  it('proves the mailbox where no phone shares it, without silent_auth', () => {
    const log = [
      sharing(['silent_auth', 'email']),
      ended('silent_auth', 'failed'),
      submitted('pin', 'digits'),
      ended('email', 'completed'),
    ];
    expect(proven(log)).toEqual({ phoneNumber: false, email: true, channels: ['email'] });
  });

  it.each<[string, readonly VerificationEvent[]]>([
    ['accepted', [submitted('code'), checked('code', 'accepted')]],
    ['named', [submitted('code'), ended('silent_auth', 'completed')]],
  ])('leaves the code of silent_auth outside: %s', (_how, log) => {
    expect(proven([sharing(['silent_auth', 'email', 'sms']), ...log])).toEqual({
      phoneNumber: true,
      email: false,
      channels: ['silent_auth'],
    });
  });

  it('is not assumed for logs of before', () => {
    const log = [started(['email', 'sms']), submitted('pin', 'digits'), ended('sms', 'completed')];
    expect(proven(log)).toEqual({ phoneNumber: true, email: false, channels: ['sms'] });
  });

  it('shows the channel that Vonage names', () => {
    const log = [
      sharing(['email', 'sms']),
      submitted('pin', 'digits'),
      at(1, ended('sms', 'completed')),
    ];
    expect(fold(REQUEST_ID, log, START_MS + 2000)?.verification).toMatchObject({
      status: 'completed',
      channel: 'sms',
    });
  });
});
