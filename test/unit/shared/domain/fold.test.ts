import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import type { Verification } from '../../../../shared/domain/verification.ts';
import {
  at,
  CHECK_URL,
  checked,
  checkUrlIssued,
  ended,
  folded,
  REQUEST_ID,
  START_MS,
  skipped,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

type Log = readonly VerificationEvent[];

/** The verification after these events, at a number of seconds after the start. */
const shown = (log: Log, seconds = 1): Verification => folded(log, seconds).verification;

const own = (type: 'cancelled' | 'aborted' | 'deadline', seconds = 0) => at(seconds, { type });
const refused = (attempt: number): VerificationEvent =>
  at(0, { type: 'skip_refused', channel: 'silent_auth', attempt });

const SILENT = started(['silent_auth']);
const EMAIL = started(['email']);
const SMS_OR_EMAIL = started(['sms', 'email']);
const LONG = started(['silent_auth', 'sms', 'voice']);
const CHECKING = [started(), checkUrlIssued(), submitted('letters')];
const BY_LETTERS = [submitted('one'), checked('one', 'accepted')];
const BY_PIN = [submitted('one', 'digits'), checked('one', 'accepted')];

describe('fold', () => {
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

  it.each<[string, Log, object]>([
    ['has nothing to open while a code is with Vonage', CHECKING, { action: null }],
    [
      'shows the newest check_url',
      [started(), checkUrlIssued(), checkUrlIssued(`${CHECK_URL}/2`)],
      { seq: 3, action: { type: 'open_check_url', checkUrl: `${CHECK_URL}/2` } },
    ],
    [
      'does not return to a channel once a later one has an event',
      [LONG, ended('sms', 'expired')],
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
      [started(undefined, { networkUnsupported: true })],
      { channel: 'email', workflow: [{ status: 'failed', reason: 'network_unsupported' }, {}] },
    ],
    [
      'ends at a SIM mismatch where afterUserRejected is stop',
      [started(undefined, { afterUserRejected: 'stop' }), ended('silent_auth', 'user_rejected')],
      { status: 'user_rejected', reason: 'number_mismatch' },
    ],
  ])('%s', (_rule, log, expected) => {
    expect(shown(log)).toMatchObject(expected);
  });

  const SKIPPED = [started(), skipped('silent_auth')];
  const SKIPPED_TWICE = [...SKIPPED, refused(1), skipped('silent_auth', null, 2)];
  it.each<[string, Log, string]>([
    ['runs again when Vonage refused to move on', [...SKIPPED, refused(1)], 'silent_auth'],
    ['stays skipped when Vonage refused an earlier skip', [...SKIPPED_TWICE, refused(1)], 'email'],
    ['runs again when Vonage refused the last skip', [...SKIPPED_TWICE, refused(2)], 'silent_auth'],
  ])('a skipped channel %s', (_rule, log, channel) => {
    expect(shown(log).channel).toBe(channel);
  });

  it.each<[string, number, Log, Log]>([
    [
      'events of channels that are not in the workflow',
      1,
      CHECKING,
      [
        ended('sms', 'completed'),
        ended('sms', 'failed'),
        summarized('completed', { sms: 'completed' }),
      ],
    ],
    [
      'events of silent_auth after the time of the verification',
      90,
      [SILENT],
      [
        checkUrlIssued(),
        own('aborted'),
        skipped('silent_auth'),
        at(90, { type: 'rejection_reported' }),
      ],
    ],
    ['a check_url after the time of silent_auth', 61, [started()], [checkUrlIssued()]],
    ['a check_url after silent_auth was skipped', 6, SKIPPED, [checkUrlIssued()]],
    ['a skip of silent_auth after its time', 61, [LONG], [skipped('silent_auth')]],
    ['a skip of the last channel', 1, [EMAIL], [skipped('email', 'user_choice')]],
    ['a skip of silent_auth alone without an error', 1, [SILENT], [skipped('silent_auth', null)]],
  ])('is not changed by %s', (_which, seconds, log, ignored) => {
    for (const event of ignored) {
      expect(shown([...log, at(seconds, event)], seconds)).toEqual(shown(log, seconds));
    }
  });

  it('cannot be cancelled once its time is over', () => {
    const late = [started(), own('cancelled', 210)];
    expect(shown(late, 211).status).not.toBe('cancelled');
    expect(shown([...late, own('deadline', 211)], 211).status).toBe('expired');
    expect(shown([started(), own('cancelled', 209)], 209).status).toBe('cancelled');
  });

  it('shows the end of the first of two summaries', () => {
    const first = [started(['sms', 'voice']), summarized('failed', { sms: 'failed' })];
    const { seq: _seq, updatedAtMs: _at, workflow: _steps, ...end } = shown(first);
    expect(shown([...first, summarized('expired', { voice: 'expired' })])).toMatchObject(end);
  });

  const STATES = {
    pending: [started()],
    action_pending: [started(), checkUrlIssued()],
    checking: CHECKING,
    email: [started(), ended('silent_auth', 'failed')],
    completed: [started(), ...BY_LETTERS],
    failed: [SILENT, ended('silent_auth', 'failed')],
    user_rejected: [SILENT, ended('silent_auth', 'user_rejected')],
    expired: [started(), own('deadline')],
    blocked: [started(['sms']), ended('sms', 'blocked')],
    cancelled: [started(), own('cancelled')],
    aborted: [started(), own('aborted')],
  } as const satisfies Record<string, Log>;

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

  const EVENTS: readonly [string, VerificationEvent, Results][] = [
    ['check_url', checkUrlIssued(), { pending: 'action_pending silent_auth' }],
    ['failed', ended('silent_auth', 'failed'), MOVES_ON],
    ['expired', ended('silent_auth', 'expired'), MOVES_ON],
    ['user_rejected', ended('silent_auth', 'user_rejected'), MOVES_ON],
    ['completed', ended('silent_auth', 'completed'), { checking: 'completed silent_auth' }],
    ['email failed', ended('email', 'failed'), inOpenStates('failed email')],
    ['email expired', ended('email', 'expired'), inOpenStates('expired email')],
    [
      'summary completed',
      summarized('completed', { email: 'completed' }),
      { checking: 'completed email', completed: 'completed email' },
    ],
    [
      'summary expired',
      summarized('expired', { silent_auth: 'failed', email: 'expired' }),
      inOpenStates('expired email'),
    ],
    ['summary blocked', summarized('blocked'), ends('blocked')],
    ['cancelled', own('cancelled'), ends('cancelled')],
    ['aborted', own('aborted'), { ...ends('aborted'), email: 'action_pending email' }],
    ['deadline', own('deadline'), ends('expired')],
    ['code', submitted('two'), CHECKS],
    ['PIN', submitted('two', 'digits'), { ...CHECKS, email: 'checking email' }],
    ['skipped', skipped('silent_auth'), MOVES_ON],
  ];

  const rows = Object.entries(STATES).flatMap(([state, log]) =>
    EVENTS.map(([name, event, results]) => {
      const before = shown(log);
      const unchanged = `${before.status} ${before.channel}`;
      return [state, name, results[state as keyof typeof STATES] ?? unchanged, log, event] as const;
    }),
  );

  it.each(rows)('turns %s on %s into %s', (_state, _name, expected, log, event) => {
    const { status, channel } = shown([...log, event]);
    expect(`${status} ${channel}`).toBe(expected);
  });

  it.each<[string, Log, Verification['reason']]>([
    ['a SIM mismatch', [ended('silent_auth', 'user_rejected')], 'number_mismatch'],
    ['a carrier failure', [ended('silent_auth', 'failed')], 'carrier_failed'],
    ['an expired step', [ended('silent_auth', 'expired')], 'channel_expired'],
    ['a wrong code', [submitted('one'), checked('one', 'rejected')], 'code_rejected'],
    ['a code that ends all', [submitted('one'), checked('one', 'exhausted')], 'code_rejected'],
    ['a handset error', [skipped('silent_auth', 'sdk_timeout_error')], 'handset_error'],
    ['a block', [summarized('blocked')], 'blocked_by_provider'],
    ['a summary that names no channel', [summarized('expired')], 'channel_expired'],
    ['the deadline', [own('deadline')], 'timed_out'],
    ['a cancel', [own('cancelled')], 'cancelled_by_client'],
    ['a man in the middle', [own('aborted')], 'request_id_mismatch'],
  ])('names the reason of the end by %s', (_name, events, reason) => {
    const verification = shown([SILENT, ...events]);
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
  ] as const)('shows a channel that was skipped because of %s', (error, status, reason) => {
    const [step] = shown([started(), skipped('silent_auth', error)]).workflow;
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
    expect(shown([LONG], seconds)).toMatchObject({ channel, nextChangeAtMs, seq: 1 });
  });

  it('gives the next step its whole time when an event ended the one before', () => {
    const log = [LONG, at(10, ended('silent_auth', 'failed'))];
    expect(shown(log, 129).channel).toBe('sms');
    expect(shown(log, 130).channel).toBe('voice');
  });

  it('makes no status final', () => {
    expect(shown([started()], 1_000_000).status).toBe('action_pending');
    expect(shown([SILENT], 1_000_000).status).toBe('pending');
  });

  it('changes nothing after the end', () => {
    const log = [LONG, own('cancelled', 5)];
    expect(shown(log, 1_000_000)).toEqual(shown(log, 5));
  });

  it('brings the next change 5 s after a reported rejection', () => {
    const log: Log = [started(), at(3, { type: 'rejection_reported' })];
    expect(shown(log, 4).nextChangeAtMs).toBe(START_MS + 8_000);
    expect(shown(log, 9).nextChangeAtMs).toBe(START_MS + 60_000);
  });
});

describe('codes', () => {
  const several = (kind: 'letters' | 'digits', count: number): Log =>
    Array.from({ length: count }, (_, index) => [
      submitted(`${index}`, kind),
      checked(`${index}`, 'not_expected'),
    ]).flat();

  it.each<[string, Log, readonly boolean[]]>([
    ['one code of silent_auth', [started(), ...several('letters', 2)], [true, false]],
    ['three PINs', [started(), ...several('digits', 4)], [true, true, true, false]],
    ['digits for silent_auth alone once', [SILENT, ...several('digits', 2)], [true, false]],
  ])('are admitted: %s', (_what, log, admitted) => {
    expect(folded(log).facts.attempts.map((attempt) => attempt.admitted)).toEqual(admitted);
  });

  it.each([
    ['not_executed', 3],
    ['not_found', 2],
    ['rejected', 2],
  ] as const)('after the answer %s leave %i tries', (outcome, attemptsRemaining) => {
    const log = [EMAIL, submitted('one', 'digits'), checked('one', outcome)];
    expect(shown(log).action).toMatchObject({ attemptsRemaining });
  });

  it('leave no action when no try is left', () => {
    const log = [EMAIL, ...several('digits', 3)];
    expect(shown(log)).toMatchObject({ status: 'pending', action: null });
  });
});

describe('verified', () => {
  const SMS_NAMED = ended('sms', 'completed');
  const TWO_CODES = [submitted('letters'), submitted('pin', 'digits'), summarized('completed')];
  const FALLEN_BACK = [started(), ended('silent_auth', 'failed')];

  it.each<[string, Log, 'number' | 'mailbox' | 'nothing']>([
    ['a code with a letter', [started(), ...BY_LETTERS], 'number'],
    ['a PIN by SMS alone', [started(['sms']), ...BY_PIN], 'number'],
    ['a PIN by e-mail alone', [EMAIL, ...BY_PIN], 'mailbox'],
    ['a PIN of SMS or voice', [started(['sms', 'voice']), ...BY_PIN], 'number'],
    ['a PIN of SMS or e-mail', [SMS_OR_EMAIL, ...BY_PIN], 'nothing'],
    ['digits while silent_auth is possible', [started(), ...BY_PIN], 'nothing'],
    ['digits after silent_auth failed', [...FALLEN_BACK, ...BY_PIN], 'mailbox'],
    [
      'a PIN whose channel Vonage names only after it said completed',
      [SMS_OR_EMAIL, submitted('one', 'digits'), summarized('completed'), SMS_NAMED],
      'number',
    ],
    ['a PIN that Vonage names later', [SMS_OR_EMAIL, ...BY_PIN, SMS_NAMED], 'number'],
    ['one of two codes that Vonage has', [started(), ...TWO_CODES], 'nothing'],
    ['a PIN after a code that was never sent', [...FALLEN_BACK, ...TWO_CODES], 'mailbox'],
  ])('is certain or nothing: by %s', (_name, log, proven) => {
    const verified = { phoneNumber: proven === 'number', email: proven === 'mailbox' };
    expect(shown(log)).toMatchObject({ status: 'completed', verified });
  });

  it.each<[string, Log]>([
    ['before', [skipped('silent_auth'), ...BY_PIN]],
    ['after', [submitted('one', 'digits'), skipped('silent_auth'), checked('one', 'accepted')]],
  ])('waits for the channel when silent_auth was skipped %s digits were sent', (_when, log) => {
    const verified = (...named: Log) => shown([started(), ...log, ...named]).verified;
    expect(verified()).toEqual({ phoneNumber: false, email: false });
    const bySilentAuth = verified(ended('silent_auth', 'completed'));
    expect(bySilentAuth).toEqual({ phoneNumber: true, email: false });
    expect(verified(ended('email', 'completed'))).toEqual({ phoneNumber: false, email: true });
    expect(verified(ended('silent_auth', 'failed'))).toEqual({ phoneNumber: false, email: true });
  });

  it('turns true after completed with a visible change, and never back', () => {
    const log = [SMS_OR_EMAIL, ...BY_PIN, ended('email', 'completed')];
    expect(shown(log).seq).toBe(shown(log.slice(0, -1)).seq + 1);
    const contradicted = [started(), ...BY_LETTERS, ended('email', 'completed')];
    expect(shown(contradicted).verified.phoneNumber).toBe(true);
  });
});

describe('effects', () => {
  const EARLY = summarized('failed');
  const FOREIGN = ended('email', 'completed');
  it.each<[string, Log, readonly boolean[]]>([
    [
      'an event before the start and one of another channel',
      [EARLY, LONG, FOREIGN],
      [false, true, false],
    ],
    ['a repeated check_url', [LONG, checkUrlIssued(), checkUrlIssued()], [true, true, false]],
  ])('say that a client could not see %s', (_which, log, effects) => {
    expect(folded(log).effects).toEqual(effects);
  });

  it('of an event do not depend on later ones', () => {
    const log = [started(), checkUrlIssued(), checkUrlIssued()];
    const effects = [1, 2, 3].map((length) => folded(log.slice(0, length)).effects);
    expect(effects).toEqual([[true], [true, true], [true, true, false]]);
  });
});
