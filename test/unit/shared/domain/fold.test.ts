import { describe, expect, it } from 'vitest';
import type { ChannelSkipped, VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import type { Verification } from '../../../../shared/domain/verification.ts';
import type { Channel } from '../../../../shared/domain/workflow.ts';
import {
  at,
  CHECK_URL,
  checked,
  checkUrlIssued,
  ended,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

/** The verification after these events, at a number of seconds after the start. */
function shown(log: readonly VerificationEvent[], seconds = 1): Verification {
  const folded = fold(REQUEST_ID, log, START_MS + seconds * 1000);
  if (!folded) throw new Error('the log has no start');
  return folded.verification;
}

const left = (
  channel: Channel,
  error: ChannelSkipped['error'] = null,
  attempt = 1,
): ChannelSkipped => ({
  type: 'channel_skipped',
  atMs: START_MS,
  channel,
  error,
  attempt,
});

const local = (type: 'cancelled' | 'aborted' | 'deadline'): VerificationEvent => ({
  type,
  atMs: START_MS,
});

describe('fold', () => {
  it('proves no number while the code of another channel may have been the right one', () => {
    const bare = summarized('completed');
    const before = [started(), checkUrlIssued(), submitted('letters')];
    const both = shown([...before, submitted('pin', 'digits'), bare]);
    expect(both).toMatchObject({ status: 'completed', verified: { phoneNumber: false } });
  });

  it('proves nothing by a code that was never sent to Vonage', () => {
    const refused = [started(), ended('silent_auth', 'failed'), submitted('letters')];
    const shownThen = shown([...refused, submitted('pin', 'digits'), summarized('completed')]);
    expect(shownThen).toMatchObject({
      status: 'completed',
      channel: 'email',
      verified: { phoneNumber: false, email: true },
    });
  });

  it('ignores events of channels that are not in the workflow', () => {
    const running = [started(), checkUrlIssued(), submitted('letters')];
    for (const event of [
      ended('sms', 'completed'),
      ended('sms', 'failed'),
      summarized('completed', { sms: 'completed' }),
    ]) {
      expect(shown([...running, event])).toEqual(shown(running));
    }
  });

  it('does not come back to a channel once a later one has an event', () => {
    const log = [started(['silent_auth', 'sms', 'voice']), ended('sms', 'expired')];
    expect(shown(log)).toMatchObject({
      channel: 'voice',
      workflow: [
        { channel: 'silent_auth', status: 'expired', reason: 'channel_expired' },
        { channel: 'sms', status: 'expired' },
        { channel: 'voice', status: 'action_pending' },
      ],
    });
  });

  it('has nothing to open while a code of silent_auth is with Vonage', () => {
    const checking = shown([started(), checkUrlIssued(), submitted('letters')]);
    expect(checking).toMatchObject({ status: 'checking', channel: 'silent_auth', action: null });
  });

  it('shows the newest check_url', () => {
    const action = { type: 'open_check_url', checkUrl: `${CHECK_URL}/2` };
    const urls = [started(), checkUrlIssued(), checkUrlIssued(`${CHECK_URL}/2`)];
    expect(shown(urls)).toMatchObject({ seq: 3, action });
  });

  it('cannot be cancelled once its time is over', () => {
    const late = [started(), at(210, local('cancelled'))];
    expect(shown(late, 211).status).not.toBe('cancelled');
    expect(shown([...late, at(211, local('deadline'))], 211)).toMatchObject({ status: 'expired' });
    expect(shown([started(), at(209, local('cancelled'))], 209).status).toBe('cancelled');
  });

  it('shows nothing before the start', () => {
    expect(fold(REQUEST_ID, [], START_MS)).toBeUndefined();
    expect(fold(REQUEST_ID, [checkUrlIssued()], START_MS)).toBeUndefined();
  });

  it('shows a whole verification', () => {
    expect(shown([started(), checkUrlIssued()])).toEqual({
      requestId: REQUEST_ID,
      seq: 2,
      status: 'action_pending',
      channel: 'silent_auth',
      nextChannel: 'email',
      action: { type: 'open_check_url', checkUrl: CHECK_URL, method: 'fetch' },
      workflow: [
        { channel: 'silent_auth', status: 'action_pending', reason: null },
        { channel: 'email', status: 'unused', reason: null },
      ],
      verified: { phoneNumber: false, email: false },
      reason: null,
      createdAtMs: START_MS,
      updatedAtMs: START_MS,
      nextChangeAtMs: START_MS + 60_000,
      expiresAtMs: START_MS + 210_000,
      endedAtMs: null,
    });
  });

  /** The state of a verification before an event, and after each event. */
  const STATES = {
    pending: [started()],
    action_pending: [started(), checkUrlIssued()],
    checking: [started(), checkUrlIssued(), submitted('one')],
    email: [started(), ended('silent_auth', 'failed')],
    completed: [started(), submitted('one'), checked('one', 'accepted')],
    failed: [started(['silent_auth']), ended('silent_auth', 'failed')],
    user_rejected: [started(['silent_auth']), ended('silent_auth', 'user_rejected')],
    expired: [started(), local('deadline')],
    blocked: [started(['sms']), ended('sms', 'blocked')],
    cancelled: [started(), local('cancelled')],
    aborted: [started(), local('aborted')],
  } as const satisfies Record<string, readonly VerificationEvent[]>;

  const EVENTS: readonly [
    string,
    VerificationEvent,
    Partial<Record<keyof typeof STATES, string>>,
  ][] = [
    ['check_url', checkUrlIssued(), { pending: 'action_pending silent_auth' }],
    ['failed', ended('silent_auth', 'failed'), STEP_ENDS()],
    ['expired', ended('silent_auth', 'expired'), STEP_ENDS()],
    ['user_rejected', ended('silent_auth', 'user_rejected'), STEP_ENDS()],
    ['completed', ended('silent_auth', 'completed'), { checking: 'completed silent_auth' }],
    ['email failed', ended('email', 'failed'), ALL_OPEN('failed email')],
    ['email expired', ended('email', 'expired'), ALL_OPEN('expired email')],
    [
      'summary completed',
      summarized('completed', { email: 'completed' }),
      { checking: 'completed email', completed: 'completed email' },
    ],
    [
      'summary expired',
      summarized('expired', { silent_auth: 'failed', email: 'expired' }),
      ALL_OPEN('expired email'),
    ],
    [
      'summary blocked',
      summarized('blocked'),
      {
        ...ALL_OPEN('blocked silent_auth'),
        email: 'blocked email',
      },
    ],
    [
      'cancelled',
      local('cancelled'),
      {
        ...ALL_OPEN('cancelled silent_auth'),
        email: 'cancelled email',
      },
    ],
    [
      'aborted',
      local('aborted'),
      {
        ...ALL_OPEN('aborted silent_auth'),
        email: 'action_pending email',
      },
    ],
    [
      'deadline',
      local('deadline'),
      {
        ...ALL_OPEN('expired silent_auth'),
        email: 'expired email',
      },
    ],
    [
      'code',
      submitted('two'),
      {
        pending: 'checking silent_auth',
        action_pending: 'checking silent_auth',
      },
    ],
    [
      'PIN',
      submitted('two', 'digits'),
      {
        pending: 'checking silent_auth',
        action_pending: 'checking silent_auth',
        email: 'checking email',
      },
    ],
    ['left', left('silent_auth', 'sdk_error'), STEP_ENDS()],
  ];

  function ALL_OPEN(result: string): Partial<Record<keyof typeof STATES, string>> {
    return { pending: result, action_pending: result, checking: result, email: result };
  }

  function STEP_ENDS(): Partial<Record<keyof typeof STATES, string>> {
    return {
      pending: 'action_pending email',
      action_pending: 'action_pending email',
      checking: 'checking email',
    };
  }

  const rows = Object.entries(STATES).flatMap(([state, log]) =>
    EVENTS.map(([name, event, results]) => {
      const before = shown(log);
      const unchanged = `${before.status} ${before.channel}`;
      return [state, name, log, event, results[state as keyof typeof STATES] ?? unchanged] as const;
    }),
  );

  it.each(rows)(
    'turns %s on %s into the expected object',
    (_state, _name, log, event, expected) => {
      const { status, channel } = shown([...log, event]);
      expect(`${status} ${channel}`).toBe(expected);
    },
  );

  const REASONS: readonly [string, readonly VerificationEvent[], Verification['reason']][] = [
    ['a SIM mismatch', [ended('silent_auth', 'user_rejected')], 'number_mismatch'],
    ['a carrier failure', [ended('silent_auth', 'failed')], 'carrier_failed'],
    ['an expired step', [ended('silent_auth', 'expired')], 'channel_expired'],
    ['a wrong code', [submitted('one'), checked('one', 'rejected')], 'code_rejected'],
    ['a code that ends all', [submitted('one'), checked('one', 'exhausted')], 'code_rejected'],
    ['a handset error', [left('silent_auth', 'sdk_timeout_error')], 'handset_error'],
    ['a block', [summarized('blocked')], 'blocked_by_provider'],
    ['the deadline', [local('deadline')], 'timed_out'],
    ['a cancel', [local('cancelled')], 'cancelled_by_client'],
    ['a man in the middle', [local('aborted')], 'request_id_mismatch'],
  ];

  it.each(REASONS)('names the reason of the end by %s', (_name, events, reason) => {
    const verification = shown([started(['silent_auth']), ...events]);
    expect(verification.reason).toBe(reason);
    expect(verification.workflow[0]?.reason).toBe(reason);
    expect(verification.endedAtMs).toBe(START_MS);
    expect(verification.nextChangeAtMs).toBeNull();
  });

  it.each([
    ['sdk_no_data_connectivity', 'failed', 'no_mobile_data'],
    ['sdk_error', 'failed', 'handset_error'],
    ['check_url_rejected', 'failed', 'carrier_failed'],
    ['request_id_mismatch', 'failed', 'request_id_mismatch'],
    ['user_choice', 'cancelled', 'cancelled_by_client'],
  ] as const)('shows a channel that was left because of %s', (error, status, reason) => {
    expect(shown([started(), left('silent_auth', error)]).workflow[0]).toEqual({
      channel: 'silent_auth',
      status,
      reason,
    });
  });

  it('does not leave the last channel without an error of silent_auth', () => {
    expect(shown([started(['email']), left('email', 'user_choice')]).status).toBe('action_pending');
    expect(shown([started(['silent_auth']), left('silent_auth')]).status).toBe('pending');
  });

  it('lets a channel run again when Vonage refused to move on, and be left once more', () => {
    const refused: VerificationEvent = {
      type: 'skip_refused',
      atMs: START_MS,
      channel: 'silent_auth',
      attempt: 1,
    };
    const log = [started(), left('silent_auth', 'sdk_error'), refused];
    expect(shown(log).channel).toBe('silent_auth');
    expect(shown([...log, left('silent_auth', 'sdk_error', 2)]).channel).toBe('email');
  });

  it('counts a refusal for the skip that it is about, and for no other', () => {
    const refused = (attempt: number): VerificationEvent => ({
      type: 'skip_refused',
      atMs: START_MS,
      channel: 'silent_auth',
      attempt,
    });
    const log = [started(), left('silent_auth'), refused(1), left('silent_auth', null, 2)];
    expect(shown([...log, refused(1)]).channel).toBe('email');
    expect(shown([...log, refused(2)]).channel).toBe('silent_auth');
  });

  it('counts nothing of silent_auth once the time of the verification is over', () => {
    const late = 90;
    const before = shown([started(['silent_auth'])], late);
    for (const event of [
      checkUrlIssued(),
      local('aborted'),
      left('silent_auth', 'sdk_error'),
      { type: 'rejection_reported', atMs: START_MS } as const,
    ]) {
      expect(shown([started(['silent_auth']), at(late, event)], late)).toEqual(before);
    }
  });

  it('goes by the first of two summaries', () => {
    const first = [started(['sms', 'voice']), summarized('failed', { sms: 'failed' })];
    const { seq: _seq, updatedAtMs: _at, workflow: _steps, ...end } = shown(first);
    expect(shown([...first, summarized('expired', { voice: 'expired' })])).toMatchObject(end);
  });

  it('skips silent_auth where the network does not support it', () => {
    const { channel, workflow } = shown([started(undefined, { networkUnsupported: true })]);
    expect(channel).toBe('email');
    expect(workflow[0]).toMatchObject({ status: 'failed', reason: 'network_unsupported' });
  });
});

describe('the clock', () => {
  const workflow = ['silent_auth', 'sms', 'voice'] as const;

  it.each([
    [0, 'silent_auth', 60],
    [59, 'silent_auth', 60],
    [60, 'sms', 180],
    [179, 'sms', 180],
    [180, 'voice', 330],
    [299, 'voice', 330],
    [400, 'voice', 330],
  ])('at %i s shows %s', (seconds, channel, nextChange) => {
    const verification = shown([started(workflow)], seconds);
    expect(verification.channel).toBe(channel);
    expect(verification.nextChangeAtMs).toBe(START_MS + nextChange * 1000);
    expect(verification.seq).toBe(1);
  });

  it('starts the next step when a fact ended the one before', () => {
    const log = [started(workflow), at(10, ended('silent_auth', 'failed'))];
    expect(shown(log, 129).channel).toBe('sms');
    expect(shown(log, 130).channel).toBe('voice');
  });

  it('never makes a final status', () => {
    expect(shown([started()], 1_000_000).status).toBe('action_pending');
    expect(shown([started(['silent_auth'])], 1_000_000).status).toBe('pending');
  });

  it('stands still after the end', () => {
    const log = [started(workflow), at(5, local('cancelled'))];
    expect(shown(log, 1_000_000)).toEqual(shown(log, 5));
  });

  it('does not bring silent_auth back with a late check_url', () => {
    const log = [started(), at(61, checkUrlIssued())];
    expect(shown(log, 61)).toMatchObject({ channel: 'email', seq: 1 });
  });

  it('asks again 5 s after a reported rejection', () => {
    const log = [started(), at(3, { type: 'rejection_reported' } as VerificationEvent)];
    expect(shown(log, 4).nextChangeAtMs).toBe(START_MS + 8_000);
    expect(shown(log, 9).nextChangeAtMs).toBe(START_MS + 60_000);
  });
});

describe('codes', () => {
  it('admits one code of silent_auth and three PINs', () => {
    const attempts = (kind: 'letters' | 'digits', count: number) =>
      Array.from({ length: count }, (_, index) => [
        submitted(`${kind}${index}`, kind),
        checked(`${kind}${index}`, 'not_expected'),
      ]).flat();
    const admitted = (events: readonly VerificationEvent[]) =>
      fold(REQUEST_ID, [started(), ...events], START_MS)?.facts.attempts.map((a) => a.admitted);
    expect(admitted(attempts('letters', 2))).toEqual([true, false]);
    expect(admitted(attempts('digits', 4))).toEqual([true, true, true, false]);
  });

  it('gives a try back that Vonage never checked', () => {
    const log = [started(['email']), submitted('one', 'digits'), checked('one', 'not_executed')];
    expect(shown(log).action).toMatchObject({ attemptsRemaining: 3 });
  });

  it('counts digits as a code of silent_auth where nothing else can run', () => {
    const log = [started(['silent_auth']), submitted('one', 'digits'), submitted('two', 'digits')];
    expect(fold(REQUEST_ID, log, START_MS)?.facts.attempts.map((a) => a.admitted)).toEqual([
      true,
      false,
    ]);
  });

  it('does not give a try back that Vonage answered with 404', () => {
    const log = [started(['email']), submitted('one', 'digits'), checked('one', 'not_found')];
    expect(shown(log).action).toMatchObject({ attemptsRemaining: 2 });
  });

  it('never completes by a webhook alone', () => {
    const log = [
      started(),
      checkUrlIssued(),
      ended('silent_auth', 'completed'),
      summarized('completed', { silent_auth: 'completed' }),
    ];
    expect(shown(log)).toMatchObject({ status: 'action_pending', seq: 2 });
  });

  it('does not complete by a webhook after the code was refused', () => {
    const log = [
      started(['email']),
      submitted('one', 'digits'),
      checked('one', 'rejected'),
      ended('email', 'completed'),
    ];
    expect(shown(log).status).toBe('action_pending');
  });

  it('offers no action when no try is left', () => {
    const wrong = ['one', 'two', 'three'].flatMap((id) => [
      submitted(id, 'digits'),
      checked(id, 'rejected'),
    ]);
    expect(shown([started(['email']), ...wrong])).toMatchObject({
      status: 'pending',
      action: null,
    });
  });
});

describe('verified', () => {
  const accepted = (kind: 'letters' | 'digits') => [
    submitted('one', kind),
    checked('one', 'accepted'),
  ];

  it.each([
    ['a code with a letter', [started(), ...accepted('letters')], true, false],
    ['a PIN by SMS alone', [started(['sms']), ...accepted('digits')], true, false],
    ['a PIN by e-mail alone', [started(['email']), ...accepted('digits')], false, true],
    ['a PIN of SMS or voice', [started(['sms', 'voice']), ...accepted('digits')], true, false],
    ['a PIN of SMS or e-mail', [started(['sms', 'email']), ...accepted('digits')], false, false],
    ['digits while silent_auth is possible', [started(), ...accepted('digits')], false, false],
    [
      'digits after silent_auth failed',
      [started(), ended('silent_auth', 'failed'), ...accepted('digits')],
      false,
      true,
    ],
    [
      'a PIN whose channel Vonage names only after it said completed',
      [
        started(['sms', 'email']),
        submitted('one', 'digits'),
        summarized('completed'),
        ended('sms', 'completed'),
      ],
      true,
      false,
    ],
    [
      'a PIN that Vonage names later',
      [started(['sms', 'email']), ...accepted('digits'), ended('sms', 'completed')],
      true,
      false,
    ],
  ] as const)('is certain or nothing: %s', (_name, log, phoneNumber, email) => {
    expect(shown(log).verified).toEqual({ phoneNumber, email });
    expect(shown(log).status).toBe('completed');
  });

  it('turns true after completed with a visible change, and never back', () => {
    const log = [started(['sms', 'email']), ...accepted('digits'), ended('email', 'completed')];
    expect(shown(log).seq).toBe(shown(log.slice(0, -1)).seq + 1);
    const contradicted = [started(), ...accepted('letters'), ended('email', 'completed')];
    expect(shown(contradicted).verified.phoneNumber).toBe(true);
  });
});

describe('afterUserRejected: stop', () => {
  it('ends the verification at the SIM mismatch', () => {
    const log = [
      started(undefined, { afterUserRejected: 'stop' }),
      ended('silent_auth', 'user_rejected'),
    ];
    expect(shown(log)).toMatchObject({ status: 'user_rejected', reason: 'number_mismatch' });
  });
});

describe('effects', () => {
  it('tells which events a client could see when they were stored', () => {
    const log = [
      summarized('failed'),
      started(['silent_auth', 'sms']),
      checkUrlIssued(),
      ended('email', 'completed'),
    ];
    const effects = (events: readonly VerificationEvent[]) =>
      fold(REQUEST_ID, events, START_MS)?.effects;
    expect(effects(log)).toEqual([false, true, false, false]);
    const urls = [started(), checkUrlIssued(), checkUrlIssued(), ended('sms', 'completed')];
    expect(effects(urls)).toEqual([true, true, false, false]);
    for (const length of [1, 2, 3]) {
      expect(effects(urls.slice(0, length))).toEqual([true, true, false].slice(0, length));
    }
  });
});
