import { describe, expect, it, vi } from 'vitest';
import type { IdempotencyClaim } from '../../../../../shared/domain/ports/idempotency-records.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { startVerification } from '../../../../../shared/usecases/start/start-verification.ts';
import { BUDGET } from '../../../../fixtures/answering-vonage.ts';
import { at, ended, REQUEST_ID, START_MS, started } from '../../../../fixtures/histories.ts';
import { createMemoryLog, type MemoryLog } from '../../../../fixtures/memory-log.ts';
import { CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';

const REPEATED: IdempotencyClaim = {
  outcome: 'started',
  requestId: REQUEST_ID,
  tokenKeyId: 'key1',
  recordedAtMs: START_MS,
};

function startIn({ needs }: { readonly needs: StartNeeds }, request: StartRequest = START) {
  return startVerification({ request, caller: CALLER, budget: BUDGET }, needs);
}

describe('startVerification', () => {
  it('stores the start before it answers', async () => {
    const world = startWorld();
    const { clientToken, verification } = await startIn(world);
    expect(clientToken).toBe(`${REQUEST_ID}.token`);
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

  it('is answered when the clock cannot be told, and counts it', async () => {
    const { needs } = startWorld();
    const measure = vi.fn();
    const refusing = { ...needs, clockQueue: { send: async () => false }, telemetry: { measure } };
    expect((await startIn({ needs: refusing })).verification.status).toBe('pending');
    expect(measure.mock.calls).toEqual([[{ name: 'ClockMessageFailed' }], [{ name: 'Started' }]]);
  });

  it('tells the clock while its last writes are on their way', async () => {
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
    const measured: Measurement[] = [];
    const { needs } = startWorld({ log: createMemoryLog([ended('silent_auth', 'failed')]) });
    const telemetry = { measure: (measurement: Measurement) => void measured.push(measurement) };
    await startIn({ needs: { ...needs, telemetry } });
    expect(measured).toEqual([
      { name: 'Started' },
      {
        name: 'FallbackEntered',
        dimensions: { channel: 'email' },
        details: { reason: 'carrier_failed', request_id: REQUEST_ID },
      },
    ]);
  });

  it.each<[string, number, readonly string[]]>([
    [
      'lets go of the cancelled verification before it asks',
      31_000,
      ['cancel at Vonage', 'vonage'],
    ],
    ['asks at once while Vonage cannot let go', 29_000, ['vonage']],
  ])('%s', async (_what, agoMs, expected) => {
    const startedAtMs = START_MS - agoMs;
    const cancelled = { type: 'cancelled', atMs: startedAtMs + 1000 } as const;
    const log = createMemoryLog([started(undefined, { atMs: startedAtMs }), cancelled]);
    const { needs, calls } = startWorld({ log });
    const lock: StartNeeds['locks']['lock'] = async (_holder, _nowMs, superseded) =>
      superseded === undefined ? { outcome: 'live', requestId: REQUEST_ID } : { outcome: 'locked' };
    await startIn({ needs: { ...needs, locks: { ...needs.locks, lock } } });
    expect(calls.filter((call) => /vonage/i.test(call))).toEqual(expected);
  });

  it.each<[string, string]>([
    ['a country that the stage does not allow', '+33612345678'],
    ['a test number where no playground is', '+990123456'],
  ])('refuses %s before anything is counted', async (_name, phoneNumber) => {
    const world = startWorld();
    await expect(startIn(world, { ...START, phoneNumber })).rejects.toMatchObject({
      code: 'phone_number_refused',
    });
    expect(world.calls).toEqual([]);
  });

  it('leaves a start of unknown outcome to its repeats alone', async () => {
    const world = startWorld({ vonage: { outcome: 'unknown' } });
    await expect(startIn(world)).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(world.calls).toContain('unlock unresolved');
    expect(world.calls).toContain('key unknown');
    expect(world.calls).not.toContain('unlock');
    expect(world.calls).not.toContain('release key');
  });

  it.each([
    ['number_refused', { code: 'phone_number_refused' }],
    ['email_refused', { code: 'request_invalid', members: { errors: [{ field: 'email' }] } }],
    ['locale_refused', { code: 'provider_unavailable' }],
    ['misconfigured', { code: 'provider_unavailable' }],
  ] as const)('is free again after %s, and its counts stay', async (outcome, told) => {
    const world = startWorld({ vonage: { outcome } });
    await expect(startIn(world)).rejects.toMatchObject(told);
    expect(world.calls.slice(-2)).toEqual(['unlock', 'release key']);
  });

  it('gives its counts back after the 409 of Vonage, but not the caller’s own', async () => {
    const world = startWorld({ vonage: { outcome: 'in_flight', requestId: 'theirs' } });
    await expect(startIn(world)).rejects.toMatchObject({
      code: 'rate_limited',
      members: { retryAfterSeconds: 30 },
    });
    expect(world.calls.slice(world.calls.indexOf('vonage') + 1).toSorted()).toEqual([
      'give back email',
      'give back phone_number',
      'give back prefix',
      'release key',
      'unlock',
    ]);
  });

  it('gives its counts back when everything is switched off', async () => {
    const world = startWorld();
    const channelSwitch = { switchedOff: async () => ['silent_auth', 'email'] as const };
    const needs = { ...world.needs, channelSwitch };
    await expect(startIn({ needs })).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(world.calls).not.toContain('vonage');
    expect(world.calls).toContain('give back prefix');
  });

  it('gives nothing away of a verification that another start owns', async () => {
    const log = createMemoryLog([started()]);
    const append = async () => ({ outcome: 'unauthorized' }) as const;
    const world = startWorld({ log: { ...log, append } });
    await expect(startIn(world)).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(world.calls).toContain('unlock unresolved');
  });

  it('records an adopted verification only once its log is its own', async () => {
    const takeover = { key: { outcome: 'takeover' } } as const;
    const vonage = { outcome: 'in_flight', requestId: REQUEST_ID } as const;
    const foreign = { ...createMemoryLog([]), append: async () => ({ outcome: 'unauthorized' }) };
    const lost = startWorld({ ...takeover, vonage, log: foreign as MemoryLog });
    await expect(startIn(lost)).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(lost.calls).not.toContain('record number');
    expect(lost.calls).not.toContain('record key');
    expect(lost.wakeUps).toEqual([]);
    const own = startWorld({ ...takeover, vonage });
    expect((await startIn(own)).verification.requestId).toBe(REQUEST_ID);
    expect(own.calls.slice(-2)).toEqual(['record number', 'record key']);
    expect(own.wakeUps).toEqual([62]);
  });

  it('makes the token of a repeat with the key that made the first', async () => {
    const key = { ...REPEATED, tokenKeyId: 'the key before' };
    const { needs } = startWorld({ key, log: createMemoryLog([started()]) });
    const derive = vi.fn(needs.tokens.derive);
    const tokens = { ...needs.tokens, derive };
    await startIn({ needs: { ...needs, tokens } });
    expect(derive.mock.calls).toEqual([[REQUEST_ID, START.idempotencyKey, 'the key before']]);
  });

  it('answers a repeat with nothing that its token does not open', async () => {
    const log = createMemoryLog([started()]);
    const find = async () => ({ ...log.entry(), clientTokenHash: new Uint8Array(32).fill(8) });
    const world = startWorld({ key: REPEATED, log: { ...log, find } });
    await expect(startIn(world)).rejects.toMatchObject({ code: 'provider_unavailable' });
  });

  it('answers a repeat with the same token and asks nobody', async () => {
    const world = startWorld({ key: REPEATED, log: createMemoryLog([started()]) });
    const { clientToken, verification } = await startIn(world);
    expect(clientToken).toBe(`${REQUEST_ID}.token`);
    expect(verification.status).toBe('pending');
    expect(world.calls).not.toContain('vonage');
    expect(world.wakeUps).toEqual([]);
  });

  it('lets a repeat wait while the log may be about to be written, then writes it again', async () => {
    const world = startWorld({ key: REPEATED, log: createMemoryLog([]) });
    const atSeconds = (seconds: number): typeof world => {
      const clock = { now: () => START_MS + seconds * 1000 };
      return { ...world, needs: { ...world.needs, clock } };
    };
    await expect(startIn(atSeconds(9.9))).rejects.toMatchObject({ code: 'start_in_progress' });
    expect(world.log.events).toEqual([]);
    const { clientToken } = await startIn(atSeconds(10));
    expect(clientToken).toBe(`${REQUEST_ID}.token`);
    expect(world.log.events).toMatchObject([{ type: 'started' }]);
    expect(world.wakeUps).toEqual([72]);
    expect(world.calls).not.toContain('vonage');
  });

  it.each([
    ['by an event', [started(), at(1, { type: 'cancelled' })]],
    ['by its time', [started(['silent_auth'], { atMs: START_MS - 90_000 })]],
  ] as const)('gives no token to a repeat after the end %s', async (_name, events) => {
    const world = startWorld({ key: REPEATED, log: createMemoryLog([...events]) });
    await expect(startIn(world)).rejects.toMatchObject({ code: 'verification_closed' });
  });
});
