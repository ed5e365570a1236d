import { describe, expect, it, vi } from 'vitest';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import type { IdempotencyClaim } from '../../../../../shared/domain/ports/idempotency-records.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import type {
  VerifyAnswer,
  VerifyRefusal,
  Vonage,
} from '../../../../../shared/domain/ports/vonage.ts';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { startVerification } from '../../../../../shared/usecases/start/start-verification.ts';
import { BUDGET } from '../../../../fixtures/answering-vonage.ts';
import { at, REQUEST_ID, START_MS, started } from '../../../../fixtures/histories.ts';
import { createMemoryLog, type MemoryLog } from '../../../../fixtures/memory-log.ts';
import { CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';

const REPEATED: IdempotencyClaim = {
  outcome: 'started',
  requestId: REQUEST_ID,
  tokenKeyId: 'key1',
  recordedAtMs: START_MS,
};
const LIVE = { outcome: 'live', requestId: REQUEST_ID } as const;
const TOKEN = `${REQUEST_ID}.token`;

function startIn({ needs }: { readonly needs: StartNeeds }, request: StartRequest = START) {
  return startVerification({ request, caller: CALLER, budget: BUDGET }, needs);
}

/** The first start of this key has created a verification with this log. */
const repeatWorld = (events: readonly VerificationEvent[]) =>
  startWorld({ key: REPEATED, log: createMemoryLog(events) });

/** A log that belongs to another start. */
const foreignLog = (): MemoryLog => ({
  ...createMemoryLog([started()]),
  append: async () => ({ outcome: 'unauthorized' }),
});

describe('startVerification', () => {
  it('stores the start before it answers', async () => {
    const world = startWorld();
    const { clientToken, verification } = await startIn(world);
    expect(clientToken).toBe(TOKEN);
    expect(verification).toMatchObject({ requestId: REQUEST_ID, seq: 1, status: 'pending' });
    expect(world.log.events).toMatchObject([
      { type: 'started', phoneNumberHash: expect.any(String) },
    ]);
    expect(JSON.stringify(world.log.events)).not.toContain(START.phoneNumber);
    expect(world.calls.slice(-2)).toEqual(['record number', 'record key']);
    expect(world.wakeUps).toEqual([62]);
  });

  it('stores that its channels share a code, where one of them reuses it (T22)', async () => {
    const { needs, log } = startWorld();
    const workflow = [{ channel: 'email', reuseCode: true }, { channel: 'sms' }] as const;
    await startIn({ needs: { ...needs, settings: { ...needs.settings, workflow } } });
    expect(log.events).toMatchObject([{ type: 'started', sharesCode: true }]);
  });

  it('is answered when the message to the clock fails, and counts that', async () => {
    const { needs } = startWorld();
    const measure = vi.fn();
    const refusing = { ...needs, clockQueue: { send: async () => false }, telemetry: { measure } };
    expect((await startIn({ needs: refusing })).verification.status).toBe('pending');
    expect(measure.mock.calls).toEqual([[{ name: 'ClockMessageFailed' }], [{ name: 'Started' }]]);
  });

  it('sends the message to the clock while its last writes are on their way', async () => {
    const written = Promise.withResolvers<void>();
    const { needs, log, wakeUps } = startWorld();
    const append: typeof log.append = async (...given) => {
      await written.promise;
      return log.append(...given);
    };
    const answer = startIn({ needs: { ...needs, log: { ...log, append } } });
    await expect.poll(() => wakeUps).toEqual([62]);
    expect(log.events).toEqual([]);
    written.resolve();
    expect((await answer).verification.seq).toBe(1);
  });

  it('measures what webhooks changed before its write', async () => {
    const { needs } = startWorld({ log: createMemoryLog('silent_auth failed') });
    const measure = vi.fn();
    await startIn({ needs: { ...needs, telemetry: { measure } } });
    const details = { reason: 'carrier_failed', request_id: REQUEST_ID };
    expect(measure.mock.calls).toEqual([
      [{ name: 'Started' }],
      [{ name: 'FallbackEntered', dimensions: { channel: 'email' }, details }],
    ]);
  });

  it.each([
    ['cancels the previous one at Vonage before it asks', 31, ['cancel at Vonage', 'vonage']],
    ['asks at once while Vonage cannot cancel the previous one', 29, ['vonage']],
  ])('%s', async (_what, agoSeconds, expected) => {
    const startedAtMs = START_MS - agoSeconds * 1000;
    const cancelled = at(1 - agoSeconds, { type: 'cancelled' });
    const log = createMemoryLog([started(undefined, { atMs: startedAtMs }), cancelled]);
    const lock = (superseded: string | undefined) =>
      superseded === undefined ? LIVE : ({ outcome: 'locked' } as const);
    const { needs, calls } = startWorld({ log, lock });
    await startIn({ needs });
    expect(calls.filter((call) => /vonage/i.test(call))).toEqual(expected);
  });

  it.each([
    ['a country that the stage does not allow', '+33612345678'],
    ['a test number where no playground is', '+990123456'],
  ])('refuses %s before anything is counted', async (_name, phoneNumber) => {
    const world = startWorld();
    await expect(startIn(world, { ...START, phoneNumber })).rejects.toMatchObject({
      code: 'phone_number_refused',
    });
    expect(world.calls).toEqual([]);
  });

  const UNAVAILABLE = { code: 'provider_unavailable' };
  const SPENT = { code: 'rate_limited', members: { retryAfterSeconds: 30 } };
  const NO_NUMBER = { code: 'phone_number_refused' };
  const NO_EMAIL = { code: 'request_invalid', members: { errors: [{ field: 'email' }] } };
  const UNRESOLVED = ['key unknown', 'unlock unresolved'];
  const RELEASED = ['release key', 'unlock'];
  const COUNTS = ['give back email', 'give back phone_number', 'give back prefix'];
  const RECORDED = ['record key', 'record number'];
  const UNSUPPORTED: VerifyAnswer = { outcome: 'network_unsupported' };
  const THEIRS = { outcome: 'in_flight', requestId: 'theirs' } as const;
  const by = (outcome: VerifyRefusal | 'unknown') => ({ vonage: { outcome } });
  it.each<[string, Parameters<typeof startWorld>[0], object, readonly string[]]>([
    ['a lost answer', by('unknown'), UNAVAILABLE, UNRESOLVED],
    ['what another start owns', { log: foreignLog() }, UNAVAILABLE, [...UNRESOLVED, ...RECORDED]],
    ['number_refused', by('number_refused'), NO_NUMBER, RELEASED],
    ['email_refused', by('email_refused'), NO_EMAIL, RELEASED],
    ['locale_refused', by('locale_refused'), UNAVAILABLE, RELEASED],
    ['misconfigured', by('misconfigured'), UNAVAILABLE, RELEASED],
    ['a number in flight', { vonage: THEIRS }, SPENT, [...COUNTS, ...RELEASED]],
  ])('gives back what fits the answer of Vonage: %s', async (_what, answers, problem, undone) => {
    const world = startWorld(answers);
    await expect(startIn(world)).rejects.toMatchObject(problem);
    const writes = world.calls.slice(world.calls.lastIndexOf('vonage') + 1);
    expect(writes.toSorted()).toEqual(undone.toSorted());
  });

  it.each([
    ['gives everything back', 'fresh', RELEASED],
    ['gives its counts back, and leaves a lost start unresolved (S7b),', 'takeover', UNRESOLVED],
  ] as const)('%s without asking Vonage when all is switched off', async (_, outcome, undone) => {
    const { needs, calls } = startWorld({ key: { outcome } });
    const channelSwitch = { switchedOff: async () => ['silent_auth', 'email'] as const };
    await expect(startIn({ needs: { ...needs, channelSwitch } })).rejects.toMatchObject(
      UNAVAILABLE,
    );
    expect(calls).not.toContain('vonage');
    const counts = COUNTS.filter((count) => count !== 'give back email');
    expect(calls.slice(-4).toSorted()).toEqual([...counts, ...undone].toSorted());
  });

  it.each<[string, readonly Channel[], VerifyAnswer[], boolean]>([
    ['the number', ['sms', 'email'], [], true],
    ['an e-mail address', ['email', 'sms'], [], false],
    ['an e-mail address after a 412', ['silent_auth', 'email'], [UNSUPPORTED], false],
  ])('resolves other starts of the number if it began with %s (S7b)', async (...row) => {
    const [, channels, answers, isAlone] = row;
    const { needs } = startWorld();
    const record = vi.spyOn(needs.locks, 'record');
    const verify: Vonage['verify'] = async (request, budget) =>
      answers.shift() ?? needs.vonage.verify(request, budget);
    const workflow = channels.map((channel) => ({ channel }));
    const settings = { ...needs.settings, workflow };
    await startIn({ needs: { ...needs, settings, vonage: { ...needs.vonage, verify } } });
    expect(record.mock.calls).toMatchObject([[{}, { isAlone }]]);
  });

  it('records an adopted verification only once its log is its own', async () => {
    const takeover = { key: { outcome: 'takeover' } } as const;
    const vonage = { outcome: 'in_flight', requestId: REQUEST_ID } as const;
    const lost = startWorld({ ...takeover, vonage, log: foreignLog() });
    await expect(startIn(lost)).rejects.toMatchObject(UNAVAILABLE);
    expect(lost.calls).not.toContain('record number');
    expect(lost.calls).not.toContain('record key');
    expect(lost.wakeUps).toEqual([]);
    const own = startWorld({ ...takeover, vonage });
    expect((await startIn(own)).verification.requestId).toBe(REQUEST_ID);
    expect(own.calls.slice(-2)).toEqual(['record number', 'record key']);
    expect(own.wakeUps).toEqual([62]);
  });
});

describe('a repeated start', () => {
  it('is answered with the same token, without asking Vonage', async () => {
    const world = repeatWorld([started()]);
    const { clientToken, verification } = await startIn(world);
    expect(clientToken).toBe(TOKEN);
    expect(verification.status).toBe('pending');
    expect(world.calls).not.toContain('vonage');
    expect(world.wakeUps).toEqual([]);
  });

  it('gets a token of the key that made the first', async () => {
    const key = { ...REPEATED, tokenKeyId: 'the key before' };
    const { needs } = startWorld({ key, log: createMemoryLog([started()]) });
    const derive = vi.fn(needs.tokens.derive);
    await startIn({ needs: { ...needs, tokens: { ...needs.tokens, derive } } });
    expect(derive.mock.calls).toEqual([[REQUEST_ID, START.idempotencyKey, 'the key before']]);
  });

  it('is not answered with a verification that its token does not open', async () => {
    const { needs, log } = repeatWorld([started()]);
    const find = async () => ({ ...log.entry(), clientTokenHash: new Uint8Array(32).fill(8) });
    await expect(startIn({ needs: { ...needs, log: { ...log, find } } })).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
  });

  it('waits while the log may be about to be written, then writes it again', async () => {
    const { needs, log, wakeUps, calls } = repeatWorld([]);
    const startAt = (seconds: number) =>
      startIn({ needs: { ...needs, clock: { now: () => START_MS + seconds * 1000 } } });
    await expect(startAt(9.9)).rejects.toMatchObject({ code: 'start_in_progress' });
    expect(log.events).toEqual([]);
    expect((await startAt(10)).clientToken).toBe(TOKEN);
    expect(log.events).toMatchObject([{ type: 'started' }]);
    expect(wakeUps).toEqual([72]);
    expect(calls).not.toContain('vonage');
  });

  it.each<[string, readonly VerificationEvent[], readonly string[]]>([
    ['by an event', [started(), at(1, { type: 'cancelled' })], []],
    ['by its time', [started(['silent_auth'], { atMs: START_MS - 90_000 })], ['Ended']],
  ])('gets no token after the end %s', async (_name, events, counted) => {
    const { needs } = repeatWorld(events);
    const measured: string[] = [];
    const telemetry = { measure: ({ name }: Measurement) => void measured.push(name) };
    await expect(startIn({ needs: { ...needs, telemetry } })).rejects.toMatchObject({
      code: 'verification_closed',
    });
    expect(measured).toEqual([...counted, 'StartRefused']);
  });
});
