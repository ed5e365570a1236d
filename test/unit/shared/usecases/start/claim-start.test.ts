import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import type { PhoneNumberLock } from '../../../../../shared/domain/ports/phone-number-locks.ts';
import type { CountedOn, RateLimits } from '../../../../../shared/domain/ports/rate-limits.ts';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { claimStart, countCaller } from '../../../../../shared/usecases/start/claim-start.ts';
import { planStart, withoutChannels } from '../../../../../shared/usecases/start/plan-start.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { BUDGET } from '../../../../fixtures/answering-vonage.ts';
import { at, START_MS, started } from '../../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../../fixtures/memory-log.ts';
import { CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';

const LIVE = { outcome: 'live', requestId: 'in-flight-canary' } as const;
const HELD: PhoneNumberLock = { outcome: 'held' };
const LOCKED: PhoneNumberLock = { outcome: 'locked' };
const REPEATED = { outcome: 'started', requestId: 'request-1', tokenKeyId: 'key1' } as const;

const COUNTED = ['phone_number', 'prefix', 'email'] as const;
const CLAIMED = ['count address', 'claim', 'lock', ...COUNTED.map((limit) => `count ${limit}`)];

async function claimIn(
  { needs }: { readonly needs: StartNeeds },
  request = START,
  caller: { readonly address: string; readonly subject?: string } = CALLER,
  off: readonly Channel[] = [],
) {
  await countCaller(caller, needs);
  const plan = withoutChannels(planStart(request, needs), off);
  return claimStart({ request, caller, budget: BUDGET, plan, needs });
}

describe('countCaller', () => {
  it.each([
    ['warms the functions that come next', [], ['count address', 'warm']],
    ['warms nothing for a caller over its limit', ['address'], ['count address']],
  ] as const)('%s', async (_rule, refuses, calls) => {
    const world = startWorld({ refuses });
    const needs = { ...world.needs, warmOthers: () => void world.calls.push('warm') };
    await countCaller(CALLER, needs).catch(() => {});
    expect(world.calls).toEqual(calls);
  });
});

describe('claimStart', () => {
  it('counts the caller first, and claims the rest', async () => {
    const world = startWorld();
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', mayAdopt: true });
    expect(world.calls).toEqual(CLAIMED);
  });

  it('takes only a body that asks for the same for the same start', async () => {
    const { needs, bodies } = startWorld();
    const settings = { ...needs.settings, redirectUrl: 'https://example.org/done' };
    const world = { needs: { ...needs, settings } };
    const others: readonly Partial<StartRequest>[] = [
      {},
      { phoneNumber: '+4915112345679' },
      { email: 'another@example.org' },
      { channels: ['email'] },
      { channels: ['silent_auth'] },
      { locale: 'de-de' },
      { nonce: 'n'.repeat(16) },
      { result: 'redirect' },
    ];
    for (const other of others) await claimIn(world, { ...START, ...other });
    await claimIn(world, START, { ...CALLER, subject: 'user-1' });
    expect(new Set(bodies).size).toBe(others.length + 1);
    await claimIn(world, START, { address: '203.0.113.9' });
    expect(bodies.at(-1)).toBe(bodies[0]);
  });

  it('counts the caller, the number, its neighbours and the mailbox, each with the caller', async () => {
    const world = startWorld();
    const caller = { ...CALLER, subject: 'user-1' };
    await claimIn(world, { ...START, email: 'J.o+tag@GoogleMail.com' }, caller);
    expect(world.counted).toEqual([
      { limit: 'subject', value: 'user-1', caller },
      { limit: 'phone_number', value: START.phoneNumber, caller },
      { limit: 'prefix', value: '+491511234', caller },
      { limit: 'email', value: 'jo@gmail.com', caller },
    ]);
  });

  it.each<[string, Partial<StartRequest>, readonly Channel[]]>([
    ['is not asked for', { channels: ['silent_auth'] }, []],
    ['is switched off', {}, ['email']],
  ])('does not count the mailbox where e-mail %s', async (_why, asked, off) => {
    const world = startWorld();
    await claimIn(world, { ...START, ...asked }, CALLER, off);
    expect(world.calls).toEqual(CLAIMED.filter((call) => call !== 'count email'));
  });

  it('touches nothing else when the caller is over its limit, and tells when that ends', async () => {
    const world = startWorld({ refuses: ['address'] });
    const refusal = { code: 'rate_limited', members: { retryAfterSeconds: 31 } };
    await expect(claimIn(world)).rejects.toMatchObject(refusal);
    expect(world.calls).toEqual(['count address']);
  });

  const LIMITS = COUNTED.join(' ');
  /** The fate of the first try is unknown, or that of the body that the key came with before. */
  const LEFT = `${LIMITS} unresolved`;
  const recordedAtMs = START_MS;
  const retryAtMs = START_MS + 35_000;
  it.each<[string, Parameters<typeof startWorld>[0], string]>([
    ['the number is over its limit', { refuses: ['phone_number'] }, 'email prefix key lock'],
    ['its neighbours are', { refuses: ['prefix'] }, 'email phone_number key lock'],
    ['the mailbox is', { refuses: ['email'] }, 'phone_number prefix key lock'],
    ['the number has a live verification', { lock: LIVE }, `${LIMITS} key`],
    ['the start runs already', { key: { outcome: 'in_progress', retryAtMs } }, LEFT],
    ['the key came with another body', { key: { outcome: 'other_body' } }, LEFT],
    ['it is answered as the first', { key: { ...REPEATED, recordedAtMs } }, `${LIMITS} lock`],
  ])('gives back what it has taken when %s', async (_why, answers, givenBack) => {
    const world = startWorld(answers);
    await claimIn(world).catch(() => {});
    const undone = world.calls.slice(CLAIMED.length).map((call) => {
      if (call.startsWith('unlock')) return call === 'unlock' ? 'lock' : 'unresolved';
      return call.replace('give back ', '').replace('release ', '');
    });
    expect(undone.toSorted()).toEqual(givenBack.split(' ').toSorted());
  });

  it('keeps a lost start lost when its repeat is refused', async () => {
    const world = startWorld({ refuses: ['email'], key: { outcome: 'takeover' } });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls).toContain('key unknown');
    expect(world.calls).toContain('unlock unresolved');
    expect(world.calls).not.toContain('release key');
  });

  const RETAKEN = ['email', 'phone_number', 'prefix'].map((limit) => `give back ${limit}`);
  it.each<[string, Parameters<typeof startWorld>[0], readonly string[]]>([
    ['a counter', { fails: 'count prefix' }, [...RETAKEN.slice(0, 2), 'release key', 'unlock']],
    ['the key', { fails: 'claim' }, [...RETAKEN, 'key unknown', 'unlock unresolved']],
    ['the lock', { fails: 'lock' }, [...RETAKEN, 'release key', 'unlock']],
    ['the wait for it', { lock: HELD, fails: 'pause' }, [...RETAKEN, 'release key', 'unlock']],
  ])('gives back what it has taken when %s fails', async (_what, answers, undone) => {
    const world = startWorld(answers);
    await expect(claimIn(world)).rejects.toThrow(`${answers?.fails} failed`);
    const isUndone = (call: string) => /give back|unlock|release|unknown/.test(call);
    expect(world.calls.filter(isUndone).toSorted()).toEqual(undone.toSorted());
  });

  it('waits for the lock of another start, which may be refused', async () => {
    const answers = [HELD, HELD, HELD, LOCKED];
    const world = startWorld({ lock: () => answers.shift() ?? HELD });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed' });
    expect(world.calls.filter((call) => call === 'pause')).toHaveLength(3);
  });

  it.each([
    ['2 s at most', {}, 20],
    ['not at all when a limit is spent', { refuses: ['prefix'] }, 0],
    ['not at all when the key came with another body', { key: { outcome: 'other_body' } }, 0],
  ] as const)('waits for the lock %s', async (_how, answers, pauses) => {
    const world = startWorld({ lock: HELD, ...answers });
    await expect(claimIn(world)).rejects.toThrow();
    expect(world.calls.filter((call) => call === 'pause')).toHaveLength(pauses);
  });

  it('gives back to the window it has counted in, however long that took', async () => {
    const { needs } = startWorld({ lock: LIVE, log: createMemoryLog([started()]) });
    const times: number[] = [];
    let nowMs = START_MS;
    const clock = { now: () => (nowMs += 3_600_000) };
    const noted = <T>(change: (on: CountedOn, atMs: number) => T) => {
      return (on: CountedOn, atMs: number): T => {
        times.push(atMs);
        return change(on, atMs);
      };
    };
    const { count, giveBack } = needs.rateLimits;
    const rateLimits: RateLimits = { count: noted(count), giveBack: noted(giveBack) };
    await expect(claimIn({ needs: { ...needs, clock, rateLimits } })).rejects.toThrow();
    const [ofCaller, ...ofOthers] = times;
    expect(ofCaller).toBe(START_MS + 3_600_000);
    expect(ofOthers).toEqual(Array(6).fill(START_MS + 2 * 3_600_000));
  });

  it('answers a spent limit, a lock and a live verification of another start alike', async () => {
    const worlds = [
      startWorld({ lock: HELD }),
      startWorld({ lock: LIVE, log: createMemoryLog([started()]) }),
      ...COUNTED.map((limit) => startWorld({ refuses: [limit] })),
    ];
    const refusals = await Promise.all(
      worlds.map((world) => claimIn(world).catch((error) => error)),
    );
    for (const { code, message, members } of refusals) {
      expect({ code, message, members }).toEqual({
        code: 'rate_limited',
        message: refusals[0].message,
        members: { retryAfterSeconds: 30 },
      });
    }
    expect(JSON.stringify(refusals)).not.toContain('in-flight-canary');
  });

  it.each<[string, readonly VerificationEvent[], readonly (string | undefined)[]]>([
    ['refuses while it runs', [started()], [undefined]],
    ['refuses while its log is missing, because its outcome is unknown', [], [undefined]],
    [
      'locks once it has ended',
      [started(), at(1, { type: 'cancelled' })],
      [undefined, LIVE.requestId],
    ],
    [
      'locks once it is overdue',
      [started(['sms'], { atMs: START_MS - 1_000_000 })],
      [undefined, LIVE.requestId],
    ],
  ])('goes by the log of a live verification: %s', async (_how, events, passed) => {
    const log = createMemoryLog(events);
    const find = async () => (events.length === 0 ? undefined : log.entry());
    const superseded: (string | undefined)[] = [];
    const lock = (over: string | undefined) => {
      superseded.push(over);
      return over === undefined ? LIVE : LOCKED;
    };
    const code = await claimIn(startWorld({ log: { ...log, find }, lock })).then(
      ({ outcome }) => outcome,
      (error) => error.code,
    );
    expect(superseded).toEqual(passed);
    expect(code).toBe(passed.length === 2 ? 'claimed' : 'rate_limited');
  });

  it('adopts nothing while the outcome of another start of the number is unknown', async () => {
    const world = startWorld({ lock: { outcome: 'locked', contested: true } });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', mayAdopt: false });
  });

  it.each<[string, (string | undefined)[], readonly unknown[], number]>([
    ['from each try that has it', ['ref.1', 'ref.2'], ['ref.1', 'ref.2'], 0],
    ['from the try that runs now', [undefined, undefined], [expect.stringMatching(/^ref\./)], 0],
    [
      'from three tries before it waits',
      ['ref.1', 'ref.2', 'ref.3', 'ref.4'],
      ['ref.1', 'ref.2', 'ref.3', 'ref.4'],
      1,
    ],
  ])('takes the lock of a lost start %s', async (_whose, holders, expected, pauses) => {
    const taken: string[] = [];
    const world = startWorld({
      key: { outcome: 'takeover' },
      lock: () => ({ outcome: 'locked', ...(holders[0] && { heldBy: holders[0] }) }),
      inherit: (heldBy) => {
        taken.push(heldBy);
        holders.shift();
        return holders.length > 0 ? HELD : LOCKED;
      },
    });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', isTakeover: true });
    expect(taken).toEqual(expected);
    expect(world.calls.filter((call) => call === 'pause')).toHaveLength(pauses);
  });
});
