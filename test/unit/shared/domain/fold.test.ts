import { describe, expect, it } from 'vitest';
import { fold } from '../../../../shared/domain/fold.ts';
import type { Verification } from '../../../../shared/domain/verification.ts';
import {
  CHECK_URL,
  checkUrlIssued,
  folded,
  history,
  REQUEST_ID,
  START_MS,
} from '../../../fixtures/histories.ts';

/** The verification after these events, at a number of seconds after the start. */
const shown = (log: string, seconds = 1): Verification => folded(log, seconds).verification;

const LONG = 'started silent_auth sms voice';
const CHECKING = 'started, check_url, code letters';
const SKIPPED = 'started, skip silent_auth';

describe('fold', () => {
  it('shows nothing before the start', () => {
    expect(fold(REQUEST_ID, [], START_MS)).toBeUndefined();
    expect(fold(REQUEST_ID, [checkUrlIssued()], START_MS)).toBeUndefined();
  });

  it('shows a whole verification', () => {
    expect(shown('started, check_url')).toEqual({
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

  it.each([
    ['has nothing to open while a code is with Vonage', CHECKING, { action: null }],
    [
      'shows the newest check_url',
      'started, check_url, check_url https://vonage.com/2',
      { seq: 3, action: { type: 'open_check_url', checkUrl: 'https://vonage.com/2' } },
    ],
    [
      'does not return to a channel once a later one has an event',
      `${LONG}, sms expired`,
      {
        channel: 'voice',
        workflow: [
          { channel: 'silent_auth', status: 'expired', reason: 'channel_expired' },
          { channel: 'sms', status: 'expired' },
          { channel: 'voice', status: 'action_pending' },
        ],
      },
    ],
    [
      'skips silent_auth where the network does not support it',
      'started network_unsupported',
      { channel: 'email', workflow: [{ status: 'failed', reason: 'network_unsupported' }, {}] },
    ],
    [
      'ends at a SIM mismatch where afterUserRejected is stop',
      'started stop_at_mismatch, silent_auth user_rejected',
      { status: 'user_rejected', reason: 'number_mismatch' },
    ],
  ])('%s', (_rule, log, expected) => {
    expect(shown(log)).toMatchObject(expected);
  });

  const SKIPPED_TWICE = `${SKIPPED}, refused 1, skip silent_auth sdk_error 2`;
  it.each([
    ['runs again when Vonage refused to move on', `${SKIPPED}, refused 1`, 'silent_auth'],
    ['stays skipped when Vonage refused an earlier skip', `${SKIPPED_TWICE}, refused 1`, 'email'],
    ['runs again when Vonage refused the last skip', `${SKIPPED_TWICE}, refused 2`, 'silent_auth'],
  ])('a skipped channel %s', (_rule, log, channel) => {
    expect(shown(log).channel).toBe(channel);
  });

  it.each([
    ['the end of a channel that is not in the workflow', CHECKING, 'sms completed'],
    ['the failure of such a channel', CHECKING, 'sms failed'],
    ['a summary that names such a channel', CHECKING, 'summary completed sms completed'],
    ['a check_url after the last step', 'started silent_auth', 'check_url @90'],
    ['an abort after the last step', 'started silent_auth', 'aborted @90'],
    ['a skip after the last step', 'started silent_auth', 'skip silent_auth @90'],
    ['a reported rejection after the last step', 'started silent_auth', 'rejection_reported @90'],
    ['a check_url after the time of silent_auth', 'started', 'check_url @61'],
    ['a check_url after silent_auth was skipped', SKIPPED, 'check_url @6'],
    ['a skip of silent_auth after its time', LONG, 'skip silent_auth @61'],
    ['a skip of the last channel', 'started email', 'skip email user_choice @1'],
    ['a skip of silent_auth alone without an error', 'started silent_auth', 'skip silent_auth -'],
  ])('is not changed by %s', (_which, log, ignored) => {
    const seconds = Number(ignored.split('@')[1] ?? 1);
    expect(shown(`${log}, ${ignored}`, seconds)).toEqual(shown(log, seconds));
  });

  it('cannot be cancelled once its time is over', () => {
    expect(shown('started, cancelled @210', 211).status).not.toBe('cancelled');
    expect(shown('started, cancelled @210, deadline @211', 211).status).toBe('expired');
    expect(shown('started, cancelled @209', 209).status).toBe('cancelled');
  });

  it('shows the end of the first of two summaries', () => {
    const first = 'started sms voice, summary failed sms failed';
    const { seq: _seq, updatedAtMs: _at, workflow: _steps, ...end } = shown(first);
    expect(shown(`${first}, summary expired voice expired`)).toMatchObject(end);
  });

  const STATES = {
    pending: 'started',
    action_pending: 'started, check_url',
    checking: CHECKING,
    email: 'started, silent_auth failed',
    completed: 'started, code one, one accepted',
    failed: 'started silent_auth, silent_auth failed',
    user_rejected: 'started silent_auth, silent_auth user_rejected',
    expired: 'started, deadline',
    blocked: 'started sms, sms blocked',
    cancelled: 'started, cancelled',
    aborted: 'started, aborted',
  };

  /** Status and channel after an event; a state that is missing does not change. */
  type Results = Partial<Record<keyof typeof STATES, string>>;

  const inOpenStates = (result: string): Results => {
    return { pending: result, action_pending: result, checking: result, email: result };
  };
  const ends = (status: string): Results => {
    return { ...inOpenStates(`${status} silent_auth`), email: `${status} email` };
  };
  const MOVES_ON: Results = {
    pending: 'action_pending email',
    action_pending: 'action_pending email',
    checking: 'checking email',
  };
  const CHECKS: Results = {
    pending: 'checking silent_auth',
    action_pending: 'checking silent_auth',
  };
  const COMPLETES = { checking: 'completed email', completed: 'completed email' };
  const EVENTS: readonly [string, Results][] = [
    ['check_url', { pending: 'action_pending silent_auth' }],
    ['silent_auth failed', MOVES_ON],
    ['silent_auth expired', MOVES_ON],
    ['silent_auth user_rejected', MOVES_ON],
    ['silent_auth completed', { checking: 'completed silent_auth' }],
    ['email failed', inOpenStates('failed email')],
    ['email expired', inOpenStates('expired email')],
    ['summary completed email completed', COMPLETES],
    ['summary expired silent_auth failed email expired', inOpenStates('expired email')],
    ['summary blocked', ends('blocked')],
    ['cancelled', ends('cancelled')],
    ['aborted', { ...ends('aborted'), email: 'action_pending email' }],
    ['deadline', ends('expired')],
    ['code two', CHECKS],
    ['pin two', { ...CHECKS, email: 'checking email' }],
    ['skip silent_auth', MOVES_ON],
  ];

  const rows = Object.entries(STATES).flatMap(([state, log]) =>
    EVENTS.map(([event, results]) => {
      const before = shown(log);
      const unchanged = `${before.status} ${before.channel}`;
      return [state, event, results[state as keyof typeof STATES] ?? unchanged, log] as const;
    }),
  );

  it.each(rows)('turns %s on %s into %s', (_state, event, expected, log) => {
    const { status, channel } = shown(`${log}, ${event}`);
    expect(`${status} ${channel}`).toBe(expected);
  });

  it.each([
    ['silent_auth user_rejected', 'number_mismatch'],
    ['silent_auth failed', 'carrier_failed'],
    ['silent_auth expired', 'channel_expired'],
    ['code one, one rejected', 'code_rejected'],
    ['code one, one exhausted', 'code_rejected'],
    ['skip silent_auth sdk_timeout_error', 'handset_error'],
    ['summary blocked', 'blocked_by_provider'],
    ['summary expired', 'channel_expired'],
    ['deadline', 'timed_out'],
    ['cancelled', 'cancelled_by_client'],
    ['aborted', 'request_id_mismatch'],
  ])('ends silent_auth alone on %s, with the reason %s', (events, reason) => {
    const verification = shown(`started silent_auth, ${events}`);
    expect(verification).toMatchObject({ reason, workflow: [{ reason }] });
    expect(verification).toMatchObject({ endedAtMs: START_MS, nextChangeAtMs: null });
  });

  it.each([
    ['sdk_no_data_connectivity', 'failed', 'no_mobile_data'],
    ['sdk_connection_error', 'failed', 'handset_error'],
    ['sdk_redirect_error', 'failed', 'handset_error'],
    ['sdk_error', 'failed', 'handset_error'],
    ['other', 'failed', 'handset_error'],
    ['check_url_rejected', 'failed', 'carrier_failed'],
    ['request_id_mismatch', 'failed', 'request_id_mismatch'],
    ['user_choice', 'cancelled', 'cancelled_by_client'],
  ])('shows a channel that was skipped because of %s', (error, status, reason) => {
    const [step] = shown(`started, skip silent_auth ${error}`).workflow;
    expect(step).toEqual({ channel: 'silent_auth', status, reason });
  });
});

describe('time', () => {
  it.each([
    [0, 'silent_auth', 60],
    [59, 'silent_auth', 60],
    [60, 'sms', 180],
    [179, 'sms', 180],
    [180, 'voice', 330],
    [299, 'voice', 330],
    [400, 'voice', 330],
  ])('at %i s shows %s', (seconds, channel, nextChange) => {
    const nextChangeAtMs = START_MS + nextChange * 1000;
    expect(shown(LONG, seconds)).toMatchObject({ channel, nextChangeAtMs, seq: 1 });
  });

  it('gives the next step its whole time when an event ended the one before', () => {
    expect(shown(`${LONG}, silent_auth failed @10`, 129).channel).toBe('sms');
    expect(shown(`${LONG}, silent_auth failed @10`, 130).channel).toBe('voice');
  });

  it('makes no status final', () => {
    expect(shown('started', 1_000_000).status).toBe('action_pending');
    expect(shown('started silent_auth', 1_000_000).status).toBe('pending');
  });

  it('changes nothing after the end', () => {
    expect(shown(`${LONG}, cancelled @5`, 1_000_000)).toEqual(shown(`${LONG}, cancelled @5`, 5));
  });

  it('brings the next change 5 s after a reported rejection', () => {
    expect(shown('started, rejection_reported @3', 4).nextChangeAtMs).toBe(START_MS + 8_000);
    expect(shown('started, rejection_reported @3', 9).nextChangeAtMs).toBe(START_MS + 60_000);
  });
});

describe('verified', () => {
  it.each([
    ['a code with a letter', 'started, code one, one accepted', 'number'],
    ['a PIN by SMS alone', 'started sms, pin one, one accepted', 'number'],
    ['a PIN by e-mail alone', 'started email, pin one, one accepted', 'mailbox'],
    ['a PIN of SMS or voice', 'started sms voice, pin one, one accepted', 'number'],
    ['a PIN of SMS or e-mail', 'started sms email, pin one, one accepted', 'nothing'],
    ['digits while silent_auth is possible', 'started, pin one, one accepted', 'nothing'],
    ['digits after it failed', 'started, silent_auth failed, pin one, one accepted', 'mailbox'],
    [
      'a PIN whose channel Vonage names only after it said completed',
      'started sms email, pin one, summary completed, sms completed',
      'number',
    ],
    [
      'a PIN that Vonage names later',
      'started sms email, pin one, one accepted, sms completed',
      'number',
    ],
    ['one of two codes at Vonage', 'started, code one, pin two, summary completed', 'nothing'],
    [
      'a PIN after a code that was never sent',
      'started, silent_auth failed, code one, pin two, summary completed',
      'mailbox',
    ],
  ])('is certain or nothing: by %s', (_name, log, proven) => {
    const verified = { phoneNumber: proven === 'number', email: proven === 'mailbox' };
    expect(shown(log)).toMatchObject({ status: 'completed', verified });
  });

  it.each([
    ['before', 'started, skip silent_auth, pin one, one accepted'],
    ['after', 'started, pin one, skip silent_auth, one accepted'],
  ])('waits for the channel when silent_auth was skipped %s digits were sent', (_when, log) => {
    const verified = (named: string) => shown(`${log}, ${named}`).verified;
    expect(verified('')).toEqual({ phoneNumber: false, email: false });
    expect(verified('silent_auth completed')).toEqual({ phoneNumber: true, email: false });
    expect(verified('email completed')).toEqual({ phoneNumber: false, email: true });
    expect(verified('silent_auth failed')).toEqual({ phoneNumber: false, email: true });
  });

  it('turns true after completed with a visible change, and never back', () => {
    const completed = 'started sms email, pin one, one accepted';
    expect(shown(`${completed}, email completed`).seq).toBe(shown(completed).seq + 1);
    const contradicted = shown('started, code one, one accepted, email completed');
    expect(contradicted.verified.phoneNumber).toBe(true);
  });
});

describe('effects', () => {
  it.each([
    [`summary failed, ${LONG}, email completed`, [false, true, false]],
    [`${LONG}, check_url, check_url`, [true, true, false]],
  ])('say which events a client could see, whatever follows: %s', (log, effects) => {
    const events = history(log);
    for (const length of [2, 3]) {
      expect(folded(events.slice(0, length)).effects).toEqual(effects.slice(0, length));
    }
  });
});
