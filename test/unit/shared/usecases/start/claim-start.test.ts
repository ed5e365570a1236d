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
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { claimStart, countCaller } from '../../../../../shared/usecases/start/claim-start.ts';
import { planStart, withoutChannels } from '../../../../../shared/usecases/start/plan-start.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { BUDGET } from '../../../../fixtures/answering-vonage.ts';
import { at, START_MS, started } from '../../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../../fixtures/memory-log.ts';
import { CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';

const LIVE = {
  outcome: 'live',
  requestId: 'in-flight-canary',
} as const satisfies PhoneNumberLock;
const STARTED = { outcome: 'started', requestId: 'request-1', tokenKeyId: 'key1' } as const;
const HELD: PhoneNumberLock = { outcome: 'held' };

const TAKEN = [
  'count address',
  'claim',
  'lock',
  'count phone_number',
  'count prefix',
  'count email',
];

interface Asked {
  readonly off?: readonly Channel[];
  readonly request?: StartRequest;
  readonly caller?: Caller;
}

async function claimIn(
  { needs }: { readonly needs: StartNeeds },
  { request = START, caller = CALLER, off = [] }: Asked = {},
) {
  await countCaller(caller, needs);
  const plan = withoutChannels(planStart(request, needs), off);
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
    expect(world.calls).toEqual(TAKEN);
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

  it('counts the caller, the number, its neighbours and the mailbox, each with the caller', async () => {
    const { needs } = startWorld();
    const counted: CountedOn[] = [];
    const count: RateLimits['count'] = async (on) => {
      counted.push(on);
      return { outcome: 'counted' };
    };
    const noting = { ...needs, rateLimits: { ...needs.rateLimits, count } };
    const request = { ...START, email: 'J.o+tag@GoogleMail.com' };
    const caller = { ...CALLER, subject: 'user-1' };
    await claimIn({ needs: noting }, { request, caller });
    expect(counted).toEqual([
      { limit: 'subject', value: 'user-1', caller },
      { limit: 'phone_number', value: START.phoneNumber, caller },
      { limit: 'prefix', value: '+491511234', caller },
      { limit: 'email', value: 'jo@gmail.com', caller },
    ]);
  });

  it.each<[string, readonly Channel[] | undefined, readonly Channel[]]>([
    ['are not asked for', ['silent_auth'], []],
    ['are switched off', undefined, ['email']],
  ])('leaves the limit of the mailbox alone where mails %s', async (_why, channels, off) => {
    const world = startWorld();
    const request = { ...START, ...(channels && { channels }) };
    await claimIn(world, { request, off });
    expect(world.calls).toEqual(TAKEN.filter((call) => call !== 'count email'));
  });

  it('touches nothing else when the caller is over its limit', async () => {
    const world = startWorld({ refuses: ['address'] });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls).toEqual(['count address']);
  });

  it.each(['phone_number', 'prefix', 'email'] as const)(
    'gives everything back when %s refuses',
    async (limit) => {
      const world = startWorld({ refuses: [limit] });
      await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
      const others = ['email', 'phone_number', 'prefix'].filter((other) => other !== limit);
      expect(world.calls.slice(TAKEN.length).toSorted()).toEqual([
        ...others.map((other) => `give back ${other}`),
        'release key',
        'unlock',
      ]);
    },
  );

  it('gives everything back but the live verification of another start', async () => {
    const world = startWorld({ lock: LIVE });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls.slice(TAKEN.length).toSorted()).toEqual([
      'give back email',
      'give back phone_number',
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
    expect(world.calls.slice(TAKEN.length).toSorted()).toEqual([
      'give back email',
      'give back phone_number',
      'give back prefix',
      'unlock',
    ]);
  });

  it('waits for the lock of another start, which may be refused', async () => {
    const world = startWorld();
    const locks = [HELD, HELD, HELD, { outcome: 'locked' } as const];
    const lock: PhoneNumberLocks['lock'] = async () => locks.shift() ?? HELD;
    const needs = { ...world.needs, locks: { ...world.needs.locks, lock } };
    expect(await claimIn({ needs })).toMatchObject({ outcome: 'claimed' });
    expect(world.calls.filter((call) => call === 'pause')).toHaveLength(3);
  });

  it('waits 2 s at most, and not at all when something else refuses', async () => {
    const waiting = startWorld({ lock: HELD });
    await expect(claimIn(waiting)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(waiting.calls.filter((call) => call === 'pause')).toHaveLength(20);
    for (const answers of [{ refuses: ['prefix'] }, { key: { outcome: 'other_body' } }] as const) {
      const refused = startWorld({ lock: HELD, ...answers });
      await expect(claimIn(refused)).rejects.toThrow();
      expect(refused.calls).not.toContain('pause');
    }
  });

  it('gives back to the window it has counted in, however long that took', async () => {
    const { needs } = startWorld({ lock: LIVE, log: createMemoryLog([started()]) });
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
    expect(ofOthers).toEqual(Array(6).fill(START_MS + 2 * 3_600_000));
  });

  it('leaves a lost start lost when its repeat is refused', async () => {
    const world = startWorld({ refuses: ['email'], key: { outcome: 'takeover' } });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls).toContain('key unknown');
    expect(world.calls).not.toContain('release key');
  });

  it('answers a spent limit, a lock and a live verification of somebody else alike', async () => {
    const log = createMemoryLog([started()]);
    const worlds = [
      startWorld({ lock: HELD }),
      startWorld({ lock: LIVE, log }),
      ...(['phone_number', 'prefix', 'email'] as const).map((limit) =>
        startWorld({ refuses: [limit] }),
      ),
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

  it('tells the caller the true end of its own limit', async () => {
    await expect(claimIn(startWorld({ refuses: ['address'] }))).rejects.toMatchObject({
      code: 'rate_limited',
      members: { retryAfterSeconds: 31 },
    });
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

  it('takes the lock from whichever of its tries has it, three before it waits', async () => {
    const { needs, calls } = startWorld({ key: { outcome: 'takeover' } });
    const taken: string[] = [];
    const locksWith = (holders: (string | undefined)[]): PhoneNumberLocks => ({
      ...needs.locks,
      lock: async () => {
        const heldBy = holders[0];
        return { outcome: 'locked', ...(heldBy !== undefined && { heldBy }) };
      },
      inherit: async (_holder, _nowMs, heldBy) => {
        taken.push(heldBy);
        return holders.splice(0, 1).length > 0 && holders.length > 0 ? HELD : { outcome: 'locked' };
      },
    });
    const claimWith = (...holders: (string | undefined)[]) =>
      claimIn({ needs: { ...needs, locks: locksWith(holders) } });
    expect(await claimWith('ref.1', 'ref.2')).toMatchObject({ outcome: 'claimed' });
    expect(taken.splice(0)).toEqual(['ref.1', 'ref.2']);
    expect(await claimWith(undefined, undefined)).toMatchObject({ outcome: 'claimed' });
    expect(taken.splice(0)).toEqual([expect.stringMatching(/^ref\./)]);
    calls.length = 0;
    expect(await claimWith('ref.1', 'ref.2', 'ref.3', 'ref.4')).toMatchObject({
      outcome: 'claimed',
    });
    expect(calls.filter((call) => call === 'pause')).toHaveLength(1);
    expect(taken).toEqual(['ref.1', 'ref.2', 'ref.3', 'ref.4']);
  });

  it('takes the number over from the try of its own start that was lost', async () => {
    const world = startWorld({ key: { outcome: 'takeover' } });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', isTakeover: true });
    expect(world.calls).toContain('inherit');
  });
});
