import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import { isFinal, type Verification } from '../../../../shared/domain/verification.ts';
import {
  CHECK_URL,
  checked,
  checkUrlIssued,
  ended,
  type History,
  orders,
  REQUEST_ID,
  START_MS,
  started,
  submitted,
  summarized,
} from '../../../fixtures/histories.ts';

const HISTORIES: readonly History[] = [
  {
    name: 'silent_auth completes',
    events: [
      started(),
      checkUrlIssued(),
      submitted('one'),
      checked('one', 'accepted'),
      ended('silent_auth', 'completed'),
      summarized('completed', { silent_auth: 'completed' }),
    ],
    before: [
      [0, 2],
      [2, 3],
      [2, 4],
      [2, 5],
    ],
  },
  {
    name: 'silent_auth completes while the answer to the check is lost',
    events: [
      started(),
      checkUrlIssued(),
      submitted('one'),
      ended('silent_auth', 'completed'),
      summarized('completed', { silent_auth: 'completed' }),
    ],
    before: [
      [0, 2],
      [2, 3],
      [2, 4],
    ],
  },
  {
    name: 'the carrier rejects and an e-mail code completes after a wrong one',
    events: [
      started(),
      checkUrlIssued(),
      ended('silent_auth', 'user_rejected'),
      submitted('one', 'digits'),
      checked('one', 'rejected'),
      submitted('two', 'digits'),
      checked('two', 'accepted'),
      summarized('completed', { silent_auth: 'user_rejected', email: 'completed' }),
    ],
    before: [
      [0, 3],
      [3, 4],
      [4, 5],
      [5, 6],
      [5, 7],
    ],
  },
  {
    name: 'a wrong code of silent_auth, then nothing',
    events: [
      started(),
      checkUrlIssued(),
      submitted('one'),
      checked('one', 'rejected'),
      ended('silent_auth', 'failed'),
      ended('email', 'expired'),
      summarized('expired', { silent_auth: 'failed', email: 'expired' }),
    ],
    before: [
      [0, 2],
      [2, 3],
    ],
  },
  {
    name: 'everything expires',
    events: [
      started(['silent_auth', 'sms', 'voice']),
      checkUrlIssued(),
      ended('silent_auth', 'expired'),
      summarized('expired', { silent_auth: 'expired', sms: 'expired', voice: 'expired' }),
    ],
    before: [],
  },
  {
    name: 'Vonage blocks the network',
    events: [
      started(['sms', 'voice']),
      ended('sms', 'blocked'),
      summarized('blocked', { sms: 'blocked' }),
    ],
    before: [],
  },
  {
    name: 'codes are wrong too often',
    events: [
      started(['email']),
      submitted('one', 'digits'),
      checked('one', 'rejected'),
      submitted('two', 'digits'),
      checked('two', 'exhausted'),
      summarized('failed', { email: 'failed' }),
    ],
    before: [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ],
  },
  {
    name: 'silent_auth alone is rejected',
    events: [
      started(['silent_auth']),
      checkUrlIssued(),
      ended('silent_auth', 'user_rejected'),
      summarized('failed', { silent_auth: 'user_rejected' }),
    ],
    before: [],
  },
  {
    name: 'a summary that names no channel',
    events: [started(), ended('silent_auth', 'user_rejected'), summarized('failed')],
    before: [],
  },
];

describe('fold', () => {
  it.each(HISTORIES)('shows the same end for every order: $name', (history) => {
    const ends = new Set<string>();
    for (const log of orders(history)) ends.add(JSON.stringify(withoutOrder(endOf(log))));
    expect([...ends]).toHaveLength(1);
    const [end = '{}'] = ends;
    expect(JSON.parse(end).status).not.toMatch(/pending|checking/);
  });

  it.each(HISTORIES)('never changes a final status in any prefix: $name', (history) => {
    for (const log of orders(history)) {
      let final: string | undefined;
      let seq = 0;
      let verified = { phoneNumber: false, email: false };
      for (let length = 1; length <= log.length; length += 1) {
        const shown = fold(REQUEST_ID, log.slice(0, length), START_MS)?.verification;
        if (!shown) continue;
        expect(shown.seq).toBeGreaterThanOrEqual(seq);
        expect(verified.phoneNumber && !shown.verified.phoneNumber).toBe(false);
        expect(verified.email && !shown.verified.email).toBe(false);
        if (final !== undefined) expect(shown.status).toBe(final);
        if (isFinal(shown)) final = shown.status;
        seq = shown.seq;
        verified = shown.verified;
      }
    }
  });

  it('shows the same end whatever is repeated wherever', () => {
    const history = fc.constantFrom(...HISTORIES);
    fc.assert(
      fc.property(history, fc.array(fc.tuple(fc.nat(), fc.nat())), ({ events }, repeats) => {
        const log = [...events];
        for (const [which, where] of repeats) {
          const original = which % events.length;
          const repeated = events[original];
          if (repeated?.type === 'started' || !repeated) continue;
          if (repeated.type === 'code_submitted' || repeated.type === 'code_checked') continue;
          const earliest = log.indexOf(repeated) + 1;
          log.splice(earliest + (where % (log.length - earliest + 1)), 0, { ...repeated });
        }
        expect(withoutOrder(endOf(log))).toEqual(withoutOrder(endOf(events)));
      }),
    );
  });

  it('is total: no log of any events makes it throw, and what is final stays', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(), { maxLength: 12 }), fc.integer(), (events, nowMs) => {
        const log = [started(), ...events];
        let final: string | undefined;
        for (let length = 1; length <= log.length; length += 1) {
          const shown = fold(REQUEST_ID, log.slice(0, length), nowMs)?.verification;
          if (final !== undefined) expect(shown?.status).toBe(final);
          if (shown && isFinal(shown)) final = shown.status;
        }
      }),
      { numRuns: 500 },
    );
  });
});

function endOf(log: readonly VerificationEvent[]): Verification {
  const shown = fold(REQUEST_ID, log, START_MS)?.verification;
  if (!shown) throw new Error('the history has no start');
  return shown;
}

function withoutOrder({ seq: _seq, updatedAtMs: _updated, ...rest }: Verification): object {
  return rest;
}

function anyEvent(): fc.Arbitrary<VerificationEvent> {
  const atMs = fc.integer({ min: START_MS - 5_000, max: START_MS + 400_000 });
  const channel = fc.constantFrom('silent_auth', 'email', 'sms');
  const outcome = fc.constantFrom('completed', 'failed', 'expired', 'user_rejected', 'blocked');
  const attempt = fc.constantFrom('one', 'two', 'three', 'four');
  return fc.oneof(
    fc.record({ type: fc.constant('check_url_issued'), atMs, checkUrl: fc.constant(CHECK_URL) }),
    fc.record({ type: fc.constant('channel_ended'), atMs, channel, outcome }),
    fc.record({
      type: fc.constant('summarized'),
      atMs,
      status: outcome,
      outcomes: fc.array(fc.record({ channel, outcome }), { maxLength: 2 }),
    }),
    fc.record({
      type: fc.constant('code_submitted'),
      atMs,
      attempt,
      kind: fc.constantFrom('letters', 'digits'),
    }),
    fc.record({
      type: fc.constant('code_checked'),
      atMs,
      attempt,
      outcome: fc.constantFrom('accepted', 'rejected', 'exhausted', 'not_expected', 'not_found'),
    }),
    fc.record({
      type: fc.constant('channel_skipped'),
      atMs,
      channel,
      error: fc.constantFrom(null, 'sdk_error', 'user_choice'),
      attempt: fc.constant(1),
    }),
    fc.record({ type: fc.constant('rejection_reported'), atMs }),
    fc.record({ type: fc.constantFrom('cancelled', 'aborted', 'deadline'), atMs }),
  ) as fc.Arbitrary<VerificationEvent>;
}
