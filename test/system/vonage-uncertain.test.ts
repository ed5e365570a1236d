/**
 * What Vonage's documents leave open (protocol §12): the product under each reading. The table in
 * `docs/vonage.md` cites these titles.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Channel } from '../../shared/domain/workflow.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import {
  ALL_CHANNELS,
  PIN,
  problem,
  type ScriptedStack,
  startScriptedStack,
} from '../fixtures/scripted-stack.ts';
import type { ScriptedAnswer } from '../fixtures/scripted-vonage.ts';
import {
  actionPending,
  asked,
  cancels,
  checks,
  event,
  isEarly,
  leaves,
  looks,
  looksAtSteps,
  meanwhile,
  play,
  summary,
} from './vonage/dialogue.ts';

/** `strict`: a coverage check before the 202, and a SIM mismatch that ends everything. */
let usual: ScriptedStack;
let strict: ScriptedStack;

beforeAll(async () => {
  [usual, strict] = await Promise.all([
    startScriptedStack({ workflow: ALL_CHANNELS }),
    startScriptedStack({
      workflow: ALL_CHANNELS,
      coverageCheck: true,
      afterUserRejected: 'stop',
    }),
  ]);
});

afterEach(() => {
  usual.endTest();
  strict.endTest();
});

afterAll(async () => {
  await usual?.close();
  await strict?.close();
});

const TWO = ['silent_auth', 'sms'] as const;
const THREE = [...TWO, 'voice'] as const;
const PENDING = 'pending silent_auth #1';
/** Silent authentication is over. */
const SMS_RUNS = 'action_pending sms, 3 tries #2';
const BY_SMS = '200: completed sms, number verified';

const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

describe('redeliveries', () => {
  it('webhooks count once when they come late, twice or after refusals', () =>
    play(usual, { channels: TWO }, [
      [event('silent_auth', 'failed', {}, { secret: 'another' }), `401: ${PENDING}`],
      [event('silent_auth', 'failed', {}, { claims: { iat: secondsAgo(23 * 3600) } }), SMS_RUNS],
      [event('silent_auth', 'failed', { triggered_at: new Date(0).toISOString() }), SMS_RUNS],
      [event('silent_auth', 'failed', { finalized_at: 'later', client_ref: 'x' }), SMS_RUNS],
    ]));

  it('a retry is the same fact with the same token or a new one', () => {
    const retry = (claims: Readonly<Record<string, unknown>> = {}) =>
      event('silent_auth', 'expired', { triggered_at: '2026-03-04T10:15:30Z' }, { claims });
    const same = { jti: 'one', iat: secondsAgo(9) };
    return play(usual, { channels: TWO }, [
      [retry(same), SMS_RUNS],
      [retry(same), SMS_RUNS],
      [retry(), SMS_RUNS],
      [retry({ exp: secondsAgo(-3600) }), SMS_RUNS],
      [retry({ exp: secondsAgo(1) }), `401: ${SMS_RUNS}`],
    ]);
  });
});

describe('a cancel is final under every answer and webhook', () => {
  const CANCELLED = 'cancelled silent_auth, cancelled_by_client #2';

  it.each<[name: string, answer: ScriptedAnswer, calls: string]>([
    ['204', { status: 204 }, 'cancel'],
    ['404', problem(404), 'cancel'],
    ['409', problem(409), 'cancel'],
    ['500, so that it is repeated once', problem(500), 'cancel cancel'],
  ])('%s', (_name, answer, calls) =>
    play(usual, { channels: TWO, cancel: [answer] }, [
      [isEarly, PENDING],
      [cancels, `200: ${CANCELLED}`],
      [event('silent_auth', 'cancelled'), CANCELLED],
      [event('silent_auth', 'expired'), CANCELLED],
      [summary('cancelled', { silent_auth: 'cancelled', sms: 'unused' }), CANCELLED],
      [checks(PIN), `410 verification_closed: ${CANCELLED}`],
      [asked, calls],
    ]),
  );
});

describe('silent_auth', () => {
  it.each([
    ['user_rejected', 'number_mismatch'],
    ['failed', 'carrier_failed'],
    ['expired', 'channel_expired'],
    ['blocked', 'blocked_by_provider'],
  ])('a refusal of the carrier ends its step when Vonage says so: %s', (outcome, reason) =>
    play(usual, { channels: TWO, url: 'one' }, [
      [
        leaves('silent_auth', 'check_url_rejected'),
        '200: action_pending silent_auth, opens one #2',
      ],
      [event('silent_auth', outcome), 'action_pending sms, 3 tries #3'],
      [looksAtSteps, `silent_auth ${outcome} ${reason}, sms action_pending null`],
      [leaves('silent_auth', 'check_url_rejected'), '200: action_pending sms, 3 tries #3'],
      [asked, ''],
      [checks(PIN), `${BY_SMS} #5`],
    ]),
  );

  it('an unsupported network is left with and without its event: after a coverage check', async () => {
    await play(strict, { channels: TWO }, [
      [looksAtSteps, 'silent_auth failed network_unsupported, sms action_pending null'],
      [event('silent_auth', 'failed'), 'action_pending sms, 3 tries #1'],
      [checks(PIN), `${BY_SMS} #3`],
    ]);
    await play(strict, { channels: TWO, url: 'one' }, [
      [looks, 'action_pending silent_auth, opens one #1'],
    ]);
  });

  it('an unsupported network is left with and without its event: without a coverage check', () =>
    play(usual, { channels: TWO }, [
      [looks, PENDING],
      [checks(PIN), '200: completed silent_auth, number verified #3'],
      [
        summary('completed', { silent_auth: 'failed', sms: 'completed' }),
        'completed sms, number verified #4',
      ],
      [looksAtSteps, 'silent_auth failed carrier_failed, sms completed null'],
    ]));

  it('a check_url may be in the answer, the webhook, both, neither', async () => {
    const opens = 'action_pending silent_auth, opens one';
    const repeated = (seq: number) =>
      [
        [looks, `${opens} #${seq}`],
        [actionPending('one'), `${opens} #${seq}`],
      ] as const;
    await play(usual, { channels: TWO, url: 'one' }, repeated(1));
    await play(usual, { channels: TWO, earlyUrl: 'one' }, repeated(2));
    await play(usual, { channels: TWO, url: 'one', earlyUrl: 'one' }, repeated(2));
    await play(usual, { channels: TWO }, [
      [looks, PENDING],
      [actionPending('one'), `${opens} #2`],
    ]);
    await play(usual, { channels: TWO }, [[leaves('silent_auth'), `200: ${SMS_RUNS}`]]);
  });

  it('a newer check_url replaces the older one, and none is shown after its step', () =>
    play(usual, { channels: TWO, url: 'first' }, [
      [actionPending('second'), 'action_pending silent_auth, opens second #2'],
      [actionPending('first'), 'action_pending silent_auth, opens second #2'],
      [actionPending('second'), 'action_pending silent_auth, opens second #2'],
      [leaves('silent_auth', 'sdk_timeout_error'), '200: action_pending sms, 3 tries #3'],
      [actionPending('third'), 'action_pending sms, 3 tries #3'],
      [asked, 'next'],
    ]));

  it.each(['https://api.vonage.com.evil.example/check', 'http://api-eu.vonage.com/check'])(
    'a check_url on a foreign host is left out: %s',
    (url) =>
      play(usual, { channels: TWO, url }, [
        [looks, PENDING],
        [actionPending(url), PENDING],
        [leaves('silent_auth', 'sdk_error'), `200: ${SMS_RUNS}`],
      ]),
  );
});

describe('a wrong silent code under four readings', () => {
  const WRONG = 'aBcDeF';
  const REFUSED = '400 code_invalid 0 left: action_pending sms, 3 tries #3';

  it('Vonage moves on itself and says so before its answer', () =>
    play(
      usual,
      { channels: THREE, check: [meanwhile(event('silent_auth', 'failed'), { status: 400 })] },
      [
        [checks(WRONG), '400 code_invalid 0 left: action_pending sms, 3 tries #4'],
        [
          looksAtSteps,
          'silent_auth failed code_rejected, sms action_pending null, voice unused null',
        ],
        [asked, 'check'],
      ],
    ));

  const NOTHING_LEFT = problem(409, { detail: 'There are no more events left to trigger.' });
  it.each<[reading: string, channels: readonly Channel[], next: readonly ScriptedAnswer[]]>([
    ['Vonage stays, so that it is asked for the next channel', TWO, []],
    ['Vonage stays, and two channels follow', THREE, []],
    ['Vonage has moved on and has nothing left', TWO, [NOTHING_LEFT]],
  ])('%s', (_reading, channels, next) =>
    play(usual, { channels, check: [problem(400)], next }, [
      [checks(WRONG), REFUSED],
      [asked, 'check next'],
      [checks(WRONG), '409 code_not_expected: action_pending sms, 3 tries #3'],
      [event('silent_auth', 'failed'), 'action_pending sms, 3 tries #3'],
      [asked, 'check next'],
    ]),
  );

  it('Vonage ends the request, by summary', () =>
    play(usual, { channels: TWO, check: [problem(400)], next: [problem(404)] }, [
      [checks(WRONG), REFUSED],
      [
        summary('failed', { silent_auth: 'failed', sms: 'unused' }),
        'failed silent_auth, code_rejected #4',
      ],
      [looksAtSteps, 'silent_auth failed code_rejected, sms unused null'],
    ]));

  it('Vonage answers 410, which ends the request', () =>
    play(usual, { channels: TWO, check: [problem(410)] }, [
      [checks(WRONG), '410 verification_closed: failed silent_auth, code_rejected #3'],
      [asked, 'check'],
    ]));
});

describe('a code too early and too late', () => {
  it('is not expected while silent_auth runs, and expected afterwards', () =>
    play(usual, { channels: TWO, check: [problem(409)] }, [
      [checks(PIN), '409 code_not_expected: pending silent_auth #3'],
      [event('silent_auth', 'failed'), 'action_pending sms, 2 tries #4'],
      [checks(PIN), `${BY_SMS} #6`],
    ]));

  it('is closed when Vonage does not know the request any more', () =>
    play(usual, { channels: ['sms'], check: [problem(404)] }, [
      [checks(PIN), '410 verification_closed: action_pending sms, 2 tries #3'],
      [summary('expired', { sms: 'expired' }), 'expired sms, channel_expired #4'],
    ]));

  it('may have been accepted before, when the answer to an earlier one was lost', () =>
    play(usual, { channels: ['sms'], check: [problem(500), problem(404)] }, [
      [checks(PIN), '202: checking sms, 2 tries #2'],
      [checks(PIN), '202: checking sms, 1 tries #3'],
      [summary('completed', { sms: 'completed' }), 'completed sms, number verified #4'],
    ]));
});

describe('the end', () => {
  it.each([
    ['sms', 'voice'],
    ['whatsapp', 'rcs'],
  ] as const)('PIN channels end alike with and without events: %s, %s', async (first, second) => {
    const VERIFIED = `completed ${second}, number verified #4`;
    const summarized = summary('completed', { [first]: 'failed', [second]: 'completed' });
    const steps = `${first} failed provider_failed, ${second} completed null`;
    await play(usual, { channels: [first, second] }, [
      [event(first, 'failed'), `action_pending ${second}, 3 tries #2`],
      [checks(PIN), `200: ${VERIFIED}`],
      [event(second, 'completed'), VERIFIED],
      [summarized, VERIFIED],
      [looksAtSteps, steps],
    ]);
    await play(usual, { channels: [first, second] }, [
      [checks(PIN), `200: completed ${first}, number verified #3`],
      [summarized, VERIFIED],
      [looksAtSteps, steps],
    ]);
  });

  it.each([
    ['cancelled', { price: null }, 'cancelled sms, provider_failed #2'],
    ['completed', { price: 0.05 }, 'action_pending sms, 3 tries #1'],
    ['surprising', { price: '1' }, 'action_pending sms, 3 tries #1'],
  ])('a summary is understood with every status and price: %s', async (status, more, seen) => {
    for (const outcomes of [{ sms: status }, {}]) {
      await play(usual, { channels: ['sms'] }, [[summary(status, outcomes, more), seen]]);
    }
  });

  it('a blocked channel ends the verification as blocked', async () => {
    const reason = 'canary: fraudulent traffic detected on network [ 23410 ].';
    const workflow = [{ channel: 'sms', status: 'blocked', reason }];
    for (const webhook of [
      event('sms', 'blocked', { reason }),
      summary('blocked', {}, { workflow, channel_timeout: undefined }),
    ]) {
      await play(usual, { channels: ['sms'] }, [[webhook, 'blocked sms, blocked_by_provider #2']]);
    }
  });
});

describe('a start', () => {
  it('is answered 503 with our own retry-after when Vonage throttles it', async () => {
    const body = { phone_number: phoneNumber('8'), channels: ['sms'] };
    const start = () => call(usual.endpoints.api, 'POST', '/start', { body });
    usual.vonage.script('start', { status: 429, headers: { 'retry-after': '77' } }, problem(429));
    for (const { status, body: problem, headers } of [await start(), await start()]) {
      expect([status, problem.code]).toEqual([503, 'provider_unavailable']);
      expect(headers.get('retry-after')).toBe('5');
    }
    expect((await start()).status).toBe(202);
  });
});

describe('user_rejected under both readings', () => {
  const REJECTED = 'user_rejected silent_auth, number_mismatch';

  it.each(['user_rejected', 'failed'])('continues, until a summary %s ends it', (status) =>
    play(usual, { channels: TWO }, [
      [event('silent_auth', 'user_rejected'), SMS_RUNS],
      [summary(status, { silent_auth: 'user_rejected', sms: 'unused' }), `${REJECTED} #3`],
      [looksAtSteps, 'silent_auth user_rejected number_mismatch, sms unused null'],
    ]),
  );

  it('stops: the verification ends at once, whatever Vonage does with the next channel', () =>
    play(strict, { channels: TWO, url: 'one' }, [
      [event('silent_auth', 'user_rejected'), `${REJECTED} #2`],
      [checks(PIN), `410 verification_closed: ${REJECTED} #2`],
      [summary('completed', { silent_auth: 'user_rejected', sms: 'completed' }), `${REJECTED} #2`],
    ]));
});
