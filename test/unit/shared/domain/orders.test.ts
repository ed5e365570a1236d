import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { fold } from '../../../../shared/domain/fold.ts';
import { isFinal, type Verification } from '../../../../shared/domain/verification.ts';
import { folded, history, orders, REQUEST_ID, START_MS } from '../../../fixtures/histories.ts';

const SILENT = 'started, check_url, code one';
const COMPLETED = 'silent_auth completed, summary completed silent_auth completed';

const CASES = Object.entries({
  'silent_auth completes': `${SILENT}, one accepted, ${COMPLETED}`,
  'silent_auth completes while the answer to the check is lost': `${SILENT}, ${COMPLETED}`,
  'the carrier rejects and an e-mail code completes after a wrong one':
    'started, check_url, silent_auth user_rejected, pin one, one rejected, pin two, two accepted, ' +
    'summary completed silent_auth user_rejected email completed',
  'a wrong code of silent_auth, then nothing':
    `${SILENT}, one rejected, silent_auth failed, email expired, ` +
    'summary expired silent_auth failed email expired',
  'everything expires':
    'started silent_auth sms voice, check_url, silent_auth expired, ' +
    'summary expired silent_auth expired sms expired voice expired',
  'Vonage blocks the network': 'started sms voice, sms blocked, summary blocked sms blocked',
  'codes are wrong too often':
    'started email, pin one, one rejected, pin two, two exhausted, summary failed email failed',
  'silent_auth alone is rejected':
    'started silent_auth, check_url, silent_auth user_rejected, ' +
    'summary failed silent_auth user_rejected',
  'a summary names no channel': 'started, silent_auth user_rejected, summary failed',
}).map(([name, log]) => [name, history(log)] as const);

describe('fold', () => {
  it.each(CASES)('shows the same end for every order: %s', (_name, events) => {
    const ends = new Set<string>();
    for (const log of orders(events)) ends.add(JSON.stringify(endOf(log)));
    expect([...ends]).toEqual([JSON.stringify(endOf(events))]);
    expect(folded(events).verification.status).not.toMatch(/pending|checking/);
  });

  it.each(CASES)('never takes back what it has shown, in any order: %s', (_name, events) => {
    for (const log of orders(events)) {
      let before: Verification | undefined;
      for (const shown of prefixesOf(log)) {
        expect(shown.seq).toBeGreaterThanOrEqual(before?.seq ?? 0);
        expect(shown.verified).toMatchObject(onlyTrue(before?.verified ?? {}));
        if (before && isFinal(before)) expect(shown.status).toBe(before.status);
        before = shown;
      }
    }
  });

  it('shows the same end wherever an event is repeated', () => {
    const repeats = fc.array(fc.tuple(fc.nat(), fc.nat()));
    fc.assert(
      fc.property(fc.constantFrom(...CASES), repeats, ([, events], places) => {
        const log = [...events];
        for (const [which, where] of places) {
          const repeated = events[which % events.length];
          if (!repeated || /^(started|code_submitted|code_checked)$/.test(repeated.type)) continue;
          const earliest = log.indexOf(repeated) + 1;
          log.splice(earliest + (where % (log.length - earliest + 1)), 0, { ...repeated });
        }
        expect(endOf(log)).toEqual(endOf(events));
      }),
    );
  });

  it('never throws, and keeps an end and its time, whatever the log holds', () => {
    fc.assert(
      fc.property(anyLog(), fc.integer(), (log, nowMs) => {
        let end: Partial<Verification> = {};
        for (const shown of prefixesOf(history(log), nowMs)) {
          expect(shown).toMatchObject(end);
          if (!isFinal(shown)) continue;
          const { status, endedAtMs, verified } = shown;
          end = status === 'completed' ? { status, endedAtMs } : { status, endedAtMs, verified };
          if (status !== 'completed') expect(Object.values(verified)).toEqual([false, false]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** What is shown after each event. */
function prefixesOf(log: readonly VerificationEvent[], nowMs = START_MS): readonly Verification[] {
  return log.flatMap((_, index) => {
    return fold(REQUEST_ID, log.slice(0, index + 1), nowMs)?.verification ?? [];
  });
}

/** Without what depends on the order. */
function endOf(log: readonly VerificationEvent[]): object {
  const { seq: _seq, updatedAtMs: _updated, ...rest } = folded(log).verification;
  return rest;
}

function onlyTrue(verified: Partial<Verification['verified']>): object {
  return Object.fromEntries(Object.entries(verified).filter(([, isTrue]) => isTrue));
}

const OUTCOMES = ['completed', 'failed', 'expired', 'user_rejected', 'blocked'];
const CHECKS = ['accepted', 'rejected', 'exhausted', 'not_expected', 'not_found'];
const OWN = ['check_url', 'rejection_reported', 'cancelled', 'aborted', 'deadline'];
const OF_CHANNELS = ['silent_auth', 'email', 'sms'].flatMap((channel) => [
  ...OUTCOMES.map((outcome) => `${channel} ${outcome}`),
  ...OUTCOMES.map((outcome) => `summary ${outcome} ${channel} ${outcome}`),
  ...['-', 'sdk_error', 'user_choice'].map((error) => `skip ${channel} ${error}`),
]);
const OF_CODES = ['one', 'two', 'three', 'four'].flatMap((attempt) => [
  ...['code', 'pin', 'code', 'pin'].map((kind) => `${kind} ${attempt}`),
  ...CHECKS.map((answer) => `${attempt} ${answer}`),
]);

/** A log in words, from 5 s before the start to 400 s after it. */
function anyLog(): fc.Arbitrary<string> {
  const words = fc.oneof(...[OWN, OF_CHANNELS, OF_CODES].map((some) => fc.constantFrom(...some)));
  const event = fc.tuple(words, fc.integer({ min: -5, max: 400 }));
  const timed = event.map(([said, seconds]) => `${said} @${seconds}`);
  return fc.array(timed, { maxLength: 12 }).map((log) => ['started', ...log].join(', '));
}
