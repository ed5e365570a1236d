import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import type {
  IdempotencyClaim,
  IdempotencyRecords,
} from '../../../../../shared/domain/ports/idempotency-records.ts';
import type {
  PhoneNumberLock,
  PhoneNumberLocks,
} from '../../../../../shared/domain/ports/phone-number-locks.ts';
import type {
  Caller,
  CountedOn,
  RateLimits,
} from '../../../../../shared/domain/ports/rate-limits.ts';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import { claimStart, countCaller } from '../../../../../shared/usecases/start/claim-start.ts';
import { planStart } from '../../../../../shared/usecases/start/plan-start.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { at, START_MS, started } from '../../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../../fixtures/memory-log.ts';
import { BUDGET, CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';

const LIVE = {
  outcome: 'live',
  requestId: 'in-flight-canary',
  retryAtMs: START_MS + 45_000,
} as const satisfies PhoneNumberLock;
const STARTED = { outcome: 'started', requestId: 'request-1', tokenKeyId: 'key1' } as const;
const SPENT: PhoneNumberLock = { outcome: 'refused', retryAtMs: START_MS + 45_000 };

interface Asked {
  readonly request?: StartRequest;
  readonly caller?: Caller;
}

async function claimIn(
  { needs }: { readonly needs: StartNeeds },
  { request = START, caller = CALLER }: Asked = {},
) {
  await countCaller(caller, needs);
  const plan = planStart(request, needs);
  return claimStart({ request, caller, budget: BUDGET, plan, needs });
}

describe('countCaller', () => {
  it('warms the functions that come next once the caller is within its limit', async () => {
    const world = startWorld();
    await countCaller(CALLER, { ...world.needs, warmOthers: () => void world.calls.push('warm') });
    expect(world.calls).toEqual(['count address', 'warm']);
  });

  it('warms nothing for a caller over its limit', async () => {
    const world = startWorld({ refuses: ['address'] });
    const needs = { ...world.needs, warmOthers: () => void world.calls.push('warm') };
    await expect(countCaller(CALLER, needs)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls).not.toContain('warm');
  });
});

describe('claimStart', () => {
  it('counts the caller first, and claims the rest', async () => {
    const world = startWorld();
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', mayAdopt: true });
    expect(world.calls).toEqual(['count address', 'claim', 'lock', 'count prefix', 'count email']);
  });

  it('treats as the same start only a body that asks for the same', async () => {
    const { needs } = startWorld();
    const bodies: string[] = [];
    const claim: IdempotencyRecords['claim'] = async ({ body }) => {
      bodies.push(body);
      return { outcome: 'fresh' };
    };
    const noting: StartNeeds = {
      ...needs,
      idempotencyRecords: { ...needs.idempotencyRecords, claim },
      settings: { ...needs.settings, redirectUrl: 'https://example.org/done' },
    };
    const requests: readonly StartRequest[] = [
      START,
      { ...START, phoneNumber: '+4915112345679' },
      { ...START, email: 'another@example.org' },
      { ...START, channels: ['email'] },
      { ...START, channels: ['silent_auth'] },
      { ...START, locale: 'de-de' },
      { ...START, nonce: 'n'.repeat(16) },
      { ...START, result: 'redirect' },
    ];
    for (const request of requests) await claimIn({ needs: noting }, { request });
    await claimIn({ needs: noting }, { caller: { ...CALLER, subject: 'user-1' } });
    expect(new Set(bodies).size).toBe(requests.length + 1);
    await claimIn({ needs: noting }, { caller: { address: '203.0.113.9' } });
    expect(bodies.at(-1)).toBe(bodies[0]);
  });

  it('counts an e-mail address in any spelling as one, and a number with its neighbours', async () => {
    const { needs } = startWorld();
    const counted: CountedOn[] = [];
    const count: RateLimits['count'] = async (on) => {
      counted.push(on);
      return { outcome: 'counted' };
    };
    const noting = { ...needs, rateLimits: { ...needs.rateLimits, count } };
    const request = { ...START, email: 'Jo@Example.ORG' };
    await claimIn({ needs: noting }, { request, caller: { ...CALLER, subject: 'user-1' } });
    expect(counted).toEqual([
      { limit: 'subject', value: 'user-1' },
      { limit: 'prefix', value: '+491511234' },
      { limit: 'email', value: 'jo@example.org' },
    ]);
  });

  it('touches nothing else when the caller is over its limit', async () => {
    const world = startWorld({ refuses: ['address'] });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls).toEqual(['count address']);
  });

  it.each(['prefix', 'email'] as const)('gives everything back when %s refuses', async (limit) => {
    const world = startWorld({ refuses: [limit] });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    const other = limit === 'prefix' ? 'email' : 'prefix';
    expect(world.calls.slice(5).toSorted()).toEqual([
      `give back ${other}`,
      'release key',
      'unlock and give back',
    ]);
  });

  it('gives everything back but the lock of another start', async () => {
    const world = startWorld({ lock: SPENT });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls.slice(5).toSorted()).toEqual([
      'give back email',
      'give back prefix',
      'release key',
    ]);
  });

  it.each<[string, IdempotencyClaim]>([
    ['waits for another one', { outcome: 'in_progress', retryAtMs: START_MS + 35_000 }],
    ['came with another body', { outcome: 'other_body' }],
    ['is answered as the first', { ...STARTED, recordedAtMs: START_MS }],
  ])('gives back what a repeat has counted that %s', async (_name, key) => {
    const world = startWorld({ key });
    await claimIn(world).catch(() => {});
    expect(world.calls.slice(5).toSorted()).toEqual([
      'give back email',
      'give back prefix',
      'unlock and give back',
    ]);
  });

  it('gives back to the window it has counted in, however long that took', async () => {
    const { needs } = startWorld({ lock: SPENT });
    const times: number[] = [];
    let nowMs = START_MS;
    const clock = { now: () => (nowMs += 3_600_000) };
    const { count, giveBack } = needs.rateLimits;
    const rateLimits: RateLimits = {
      count: (on, atMs) => {
        times.push(atMs);
        return count(on, atMs);
      },
      giveBack: (on, atMs) => {
        times.push(atMs);
        return giveBack(on, atMs);
      },
    };
    await expect(claimIn({ needs: { ...needs, clock, rateLimits } })).rejects.toThrow();
    const [ofCaller, ...ofOthers] = times;
    expect(ofCaller).toBe(START_MS + 3_600_000);
    expect(ofOthers).toEqual(Array(4).fill(START_MS + 2 * 3_600_000));
  });

  it('leaves a lost start lost when its repeat is refused', async () => {
    const world = startWorld({ refuses: ['email'], key: { outcome: 'takeover' } });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls).toContain('key unknown');
    expect(world.calls).not.toContain('release key');
  });

  it('answers a spent limit and a live verification of somebody else alike', async () => {
    const log = createMemoryLog([started()]);
    const refusals = await Promise.all(
      [SPENT, LIVE].map((lock) => claimIn(startWorld({ lock, log })).catch((error) => error)),
    );
    expect(refusals.map(({ code, members }) => ({ code, members }))).toEqual([
      { code: 'rate_limited', members: { retryAfterSeconds: 60 } },
      { code: 'rate_limited', members: { retryAfterSeconds: 60 } },
    ]);
    expect(JSON.stringify(refusals)).not.toContain('in-flight-canary');
  });

  it.each<[string, readonly VerificationEvent[], readonly (string | undefined)[]]>([
    ['runs', [started()], [undefined]],
    ['is missing, because nobody knows how it went,', [], [undefined]],
    ['has ended', [started(), at(1, { type: 'cancelled' })], [undefined, LIVE.requestId]],
    ['is overdue', [started(['sms'], { atMs: START_MS - 1_000_000 })], [undefined, LIVE.requestId]],
  ])('treats a live verification whose log %s accordingly', async (_how, events, passed) => {
    const log = createMemoryLog(events);
    const find: typeof log.find = async (requestId) =>
      events.length === 0 ? undefined : log.find(requestId);
    const { needs } = startWorld({ log: { ...log, find } });
    const superseded: (string | undefined)[] = [];
    const lock: PhoneNumberLocks['lock'] = async (_holder, _nowMs, over) => {
      superseded.push(over);
      return over === undefined ? LIVE : { outcome: 'locked' };
    };
    const noting = { ...needs, locks: { ...needs.locks, lock } };
    const isClaimed = await claimIn({ needs: noting }).then(
      () => true,
      () => false,
    );
    expect(superseded).toEqual(passed);
    expect(isClaimed).toBe(passed.length === 2);
  });

  it('adopts nothing while the outcome of another start of the number is unknown', async () => {
    const world = startWorld({ lock: { outcome: 'locked', contested: true } });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', mayAdopt: false });
  });

  it('takes the lock from whichever of its tries has it, and gives up on the fourth', async () => {
    const { needs } = startWorld({ key: { outcome: 'takeover' } });
    const taken: string[] = [];
    const locksWith = (holders: (string | undefined)[]): PhoneNumberLocks => ({
      ...needs.locks,
      lock: async () => {
        const heldBy = holders[0];
        return { outcome: 'locked', ...(heldBy !== undefined && { heldBy }) };
      },
      inherit: async (_holder, _nowMs, heldBy) => {
        taken.push(heldBy);
        return holders.splice(0, 1).length > 0 && holders.length > 0
          ? { outcome: 'refused', retryAtMs: START_MS }
          : { outcome: 'locked' };
      },
    });
    const claimWith = (...holders: (string | undefined)[]) =>
      claimIn({ needs: { ...needs, locks: locksWith(holders) } });
    expect(await claimWith('ref.1', 'ref.2')).toMatchObject({ outcome: 'claimed' });
    expect(taken.splice(0)).toEqual(['ref.1', 'ref.2']);
    expect(await claimWith(undefined, undefined)).toMatchObject({ outcome: 'claimed' });
    expect(taken.splice(0)).toEqual([expect.stringMatching(/^ref\./)]);
    await expect(claimWith('ref.1', 'ref.2', 'ref.3', 'ref.4')).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(taken).toEqual(['ref.1', 'ref.2', 'ref.3']);
  });

  it('takes the number over from the try of its own start that was lost', async () => {
    const world = startWorld({ key: { outcome: 'takeover' } });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', isTakeover: true });
    expect(world.calls).toContain('inherit');
  });
});
