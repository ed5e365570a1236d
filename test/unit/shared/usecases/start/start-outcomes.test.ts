import { describe, expect, it, vi } from 'vitest';
import type { IdempotencyClaim } from '../../../../../shared/domain/ports/idempotency-records.ts';
import type { VerifyAnswer, VerifyRefusal } from '../../../../../shared/domain/ports/vonage.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { REQUEST_ID, START_MS } from '../../../../fixtures/histories.ts';
import { START, type StartAnswers, startWorld } from '../../../../fixtures/start-world.ts';

const REPEATED: IdempotencyClaim = {
  outcome: 'started',
  requestId: REQUEST_ID,
  tokenKeyId: 'key1',
  recordedAtMs: START_MS,
};
const TAKEOVER: IdempotencyClaim = { outcome: 'takeover' };
const TOKEN = `${REQUEST_ID}.token`;
const UNAVAILABLE = { code: 'provider_unavailable' };

/** A world whose log belongs to another start. */
function foreignWorld(answers: StartAnswers) {
  const world = startWorld({ log: 'started', ...answers });
  vi.spyOn(world.log, 'append').mockResolvedValue({ outcome: 'unauthorized' });
  return world;
}

describe('startVerification', () => {
  it('stores the start before it answers', async () => {
    const { start, log, calls, wakeUps } = startWorld();
    const { clientToken, verification } = await start();
    expect(clientToken).toBe(TOKEN);
    expect(verification).toMatchObject({ requestId: REQUEST_ID, seq: 1, status: 'pending' });
    expect(log.events).toMatchObject([{ type: 'started', phoneNumberHash: expect.any(String) }]);
    expect(JSON.stringify(log.events)).not.toContain(START.phoneNumber);
    expect(calls.slice(-2)).toEqual(['record number', 'record key']);
    expect(wakeUps).toEqual([62]);
  });

  it('stores that its channels share a code, where one of them reuses it (T22)', async () => {
    const workflow = [{ channel: 'email', reuseCode: true }, { channel: 'sms' }] as const;
    const { start, log } = startWorld({ settings: { workflow } });
    await start();
    expect(log.events).toMatchObject([{ type: 'started', sharesCode: true }]);
  });

  it('is answered when the message to the clock fails, and counts that', async () => {
    const { needs, start, measured } = startWorld();
    Object.assign(needs, { clockQueue: { send: async () => false } });
    expect((await start()).verification.status).toBe('pending');
    expect(measured).toEqual([{ name: 'ClockMessageFailed' }, { name: 'Started' }]);
  });

  it('sends the message to the clock while its last writes are on their way', async () => {
    const written = Promise.withResolvers<void>();
    const { start, log, wakeUps } = startWorld();
    const { append } = log;
    vi.spyOn(log, 'append').mockImplementation((...given) =>
      written.promise.then(() => append(...given)),
    );
    const answer = start();
    await expect.poll(() => wakeUps).toEqual([62]);
    expect(log.events).toEqual([]);
    written.resolve();
    expect((await answer).verification.seq).toBe(1);
  });

  it('measures what webhooks changed before its write', async () => {
    const { start, measured } = startWorld({ log: 'silent_auth failed' });
    await start();
    const details = { reason: 'carrier_failed', request_id: REQUEST_ID };
    expect(measured).toEqual([
      { name: 'Started' },
      { name: 'FallbackEntered', dimensions: { channel: 'email' }, details },
    ]);
  });

  it.each([
    ['cancels the previous one at Vonage before it asks', 31, ['cancel at Vonage', 'vonage']],
    ['asks at once while Vonage cannot cancel the previous one', 29, ['vonage']],
  ])('%s', async (_what, seconds, expected) => {
    const { start, calls } = startWorld({
      log: `started @-${seconds}, cancelled @-1`,
      lock: (superseded) =>
        superseded === undefined
          ? { outcome: 'live', requestId: REQUEST_ID }
          : { outcome: 'locked' },
    });
    await start();
    expect(calls.filter((call) => /vonage/i.test(call))).toEqual(expected);
  });

  it('refuses what it cannot plan before anything is counted', async () => {
    const { start, calls } = startWorld();
    const refusal = { code: 'phone_number_refused' };
    await expect(start({ ...START, phoneNumber: '+33612345678' })).rejects.toMatchObject(refusal);
    expect(calls).toEqual([]);
  });

  const SPENT = { code: 'rate_limited', members: { retryAfterSeconds: 30 } };
  const NO_NUMBER = { code: 'phone_number_refused' };
  const NO_EMAIL = { code: 'request_invalid', members: { errors: [{ field: 'email' }] } };
  const UNRESOLVED = ['key unknown', 'unlock unresolved'];
  const RELEASED = ['release key', 'unlock'];
  const COUNTS = ['give back phone_number', 'give back prefix'];
  const ALL = [...COUNTS, 'give back email', ...RELEASED];
  const off: readonly Channel[] = ['silent_auth', 'email'];
  const key = TAKEOVER;
  const UNSUPPORTED: VerifyAnswer = { outcome: 'network_unsupported' };
  const OWN: VerifyAnswer = { outcome: 'in_flight', requestId: REQUEST_ID };
  const CONTESTED: StartAnswers = {
    vonage: OWN,
    key,
    lock: { outcome: 'locked', contested: true },
  };
  const by = (outcome: VerifyRefusal | 'unknown') => ({ vonage: { outcome } });
  it.each<[what: string, answers: StartAnswers, problem: object, undone: readonly string[]]>([
    ['a lost answer', by('unknown'), UNAVAILABLE, UNRESOLVED],
    ['number_refused', by('number_refused'), NO_NUMBER, RELEASED],
    ['email_refused', by('email_refused'), NO_EMAIL, RELEASED],
    ['locale_refused', by('locale_refused'), UNAVAILABLE, RELEASED],
    ['misconfigured', by('misconfigured'), UNAVAILABLE, RELEASED],
    ['a number in flight', { vonage: OWN }, SPENT, ALL],
    ['one that may be of another', CONTESTED, UNAVAILABLE, UNRESOLVED],
    ['none, because all is switched off', { off }, UNAVAILABLE, [...COUNTS, ...RELEASED]],
    ['none, for a lost start (S7b)', { off, key }, UNAVAILABLE, [...COUNTS, ...UNRESOLVED]],
  ])('gives back what fits the answer of Vonage: %s', async (_what, answers, problem, undone) => {
    const { start, calls } = startWorld(answers);
    await expect(start()).rejects.toMatchObject(problem);
    expect(calls.includes('vonage')).toBe(!answers.off);
    const writes = calls.filter((call) => /give back|unlock|release|unknown/.test(call));
    expect(writes.toSorted()).toEqual(undone.toSorted());
  });

  it.each<[string, readonly Channel[], VerifyAnswer[], boolean]>([
    ['the number', ['sms', 'email'], [], true],
    ['an e-mail address', ['email', 'sms'], [], false],
    ['an e-mail address after a 412', ['silent_auth', 'email'], [UNSUPPORTED], false],
  ])('resolves other starts of the number if it began with %s (S7b)', async (...row) => {
    const [, channels, answers, isAlone] = row;
    const workflow = channels.map((channel) => ({ channel }));
    const { needs, start } = startWorld({ settings: { workflow } });
    const record = vi.spyOn(needs.locks, 'record');
    const verify = vi.spyOn(needs.vonage, 'verify');
    for (const answer of answers) verify.mockResolvedValueOnce(answer);
    await start();
    expect(record.mock.calls).toMatchObject([[{}, { isAlone }]]);
  });

  it('records an adopted verification only once its log is its own', async () => {
    const lost = foreignWorld({ key: TAKEOVER, vonage: OWN });
    await expect(lost.start()).rejects.toMatchObject(UNAVAILABLE);
    expect(lost.calls.slice(-2).toSorted()).toEqual(UNRESOLVED);
    expect(lost.calls.filter((call) => call.startsWith('record'))).toEqual([]);
    expect(lost.wakeUps).toEqual([]);
    const own = startWorld({ key: TAKEOVER, vonage: OWN });
    expect((await own.start()).verification.requestId).toBe(REQUEST_ID);
    expect(own.calls.slice(-2)).toEqual(['record number', 'record key']);
    expect(own.wakeUps).toEqual([62]);
  });

  it('leaves unresolved what another start owns', async () => {
    const { start, calls } = foreignWorld({});
    await expect(start()).rejects.toMatchObject(UNAVAILABLE);
    expect(calls.slice(-2).toSorted()).toEqual(UNRESOLVED);
  });
});

describe('a repeated start', () => {
  it('is answered with the token of the key that made the first, without asking Vonage', async () => {
    const key = { ...REPEATED, tokenKeyId: 'the key before' };
    const { needs, start, calls, wakeUps } = startWorld({ key, log: 'started' });
    const derive = vi.spyOn(needs.tokens, 'derive');
    const { clientToken, verification } = await start();
    expect(clientToken).toBe(TOKEN);
    expect(verification.status).toBe('pending');
    expect(derive.mock.calls).toEqual([[REQUEST_ID, START.idempotencyKey, 'the key before']]);
    expect(calls).not.toContain('vonage');
    expect(wakeUps).toEqual([]);
  });

  it('is not answered with a verification that its token does not open', async () => {
    const { start, log } = startWorld({ key: REPEATED, log: 'started' });
    const foreign = { ...log.entry(), clientTokenHash: new Uint8Array(32).fill(8) };
    vi.spyOn(log, 'find').mockResolvedValue(foreign);
    await expect(start()).rejects.toMatchObject(UNAVAILABLE);
  });

  it('waits while the log may be about to be written, then writes it again', async () => {
    const { start, clock, log, wakeUps, calls, measured } = startWorld({ key: REPEATED });
    clock.seconds = 9.9;
    await expect(start()).rejects.toMatchObject({ code: 'start_in_progress' });
    expect(log.events).toEqual([]);
    clock.seconds = 10;
    expect((await start()).clientToken).toBe(TOKEN);
    expect(log.events).toMatchObject([{ type: 'started' }]);
    expect(wakeUps).toEqual([72]);
    expect(measured.map(({ name }) => name)).toEqual(['StartRefused', 'Started']);
    expect(calls).not.toContain('vonage');
  });

  it.each([
    ['by an event', 'started, cancelled @1', []],
    ['by its time', 'started silent_auth @-90', ['Ended']],
  ])('gets no token after the end %s', async (_name, log, counted) => {
    const { start, measured } = startWorld({ key: REPEATED, log });
    await expect(start()).rejects.toMatchObject({ code: 'verification_closed' });
    expect(measured.map(({ name }) => name)).toEqual([...counted, 'StartRefused']);
  });
});
