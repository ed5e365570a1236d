import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import type {
  CountedOn,
  Guards,
  IntentClaim,
  PhoneLock,
} from '../../../../../shared/domain/ports.ts';
import { claim } from '../../../../../shared/usecases/start/claim-start.ts';
import { planStart } from '../../../../../shared/usecases/start/plan-start.ts';
import type { StartRequest } from '../../../../../shared/usecases/start/start-verification.ts';
import { at, START_MS, started } from '../../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../../fixtures/memory-log.ts';
import { CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';

const LIVE = {
  outcome: 'live',
  requestId: 'in-flight-canary',
  retryAtMs: START_MS + 45_000,
} as const satisfies PhoneLock;
const STARTED = { outcome: 'started', requestId: 'request-1', tokenKeyId: 'key1' } as const;
const SPENT: PhoneLock = { outcome: 'refused', retryAtMs: START_MS + 45_000 };

function claimIn({ ports }: ReturnType<typeof startWorld>) {
  return claim(START, planStart(START, ports), CALLER, ports);
}

describe('claim', () => {
  it('counts the caller first, and claims the rest', async () => {
    const world = startWorld();
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', mayAdopt: true });
    expect(world.calls).toEqual(['count address', 'claim', 'lock', 'count prefix', 'count email']);
  });

  it('takes for the same start only what would ask for the same', async () => {
    const { ports } = startWorld();
    const bodies: string[] = [];
    const claimIntent: Guards['claimIntent'] = async ({ body }) => {
      bodies.push(body);
      return { outcome: 'fresh' };
    };
    const noting = { ...ports, guards: { ...ports.guards, claimIntent } };
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
    for (const request of requests) {
      const rules = { ...ports.rules, canRedirect: true };
      await claim(request, planStart(request, { ...ports, rules }), CALLER, noting);
    }
    const subject = { ...CALLER, subject: 'user-1' };
    await claim(START, planStart(START, ports), subject, noting);
    expect(new Set(bodies).size).toBe(requests.length + 1);
    await claim({ ...START }, planStart(START, ports), { address: '203.0.113.9' }, noting);
    expect(bodies.at(-1)).toBe(bodies[0]);
  });

  it('counts an e-mail address in any spelling as one, and a number with its neighbours', async () => {
    const { ports } = startWorld();
    const counted: CountedOn[] = [];
    const count: Guards['count'] = async (on) => {
      counted.push(on);
      return { outcome: 'counted' };
    };
    const noting = { ...ports, guards: { ...ports.guards, count } };
    const request = { ...START, email: 'Jo@Example.ORG' };
    await claim(request, planStart(request, ports), { ...CALLER, subject: 'user-1' }, noting);
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
      'release key',
      `uncount ${other}`,
      'unlock and uncount',
    ]);
  });

  it('gives everything back but the lock of another start', async () => {
    const world = startWorld({ lock: SPENT });
    await expect(claimIn(world)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(world.calls.slice(5).toSorted()).toEqual([
      'release key',
      'uncount email',
      'uncount prefix',
    ]);
  });

  it.each<[string, IntentClaim]>([
    ['waits for another one', { outcome: 'in_progress', retryAtMs: START_MS + 35_000 }],
    ['came with another body', { outcome: 'other_body' }],
    ['is answered as the first', { ...STARTED, recordedAtMs: START_MS }],
  ])('gives back what a repeat has counted that %s', async (_name, intent) => {
    const world = startWorld({ intent });
    await claimIn(world).catch(() => {});
    expect(world.calls.slice(5).toSorted()).toEqual([
      'uncount email',
      'uncount prefix',
      'unlock and uncount',
    ]);
  });

  it('gives back to the window it has counted in, however long that took', async () => {
    const world = startWorld({ lock: SPENT });
    const times: number[] = [];
    let nowMs = START_MS;
    const clock = { now: () => (nowMs += 3_600_000) };
    const { count, uncount } = world.ports.guards;
    const guards: Guards = {
      ...world.ports.guards,
      count: (on, atMs) => {
        times.push(atMs);
        return count(on, atMs);
      },
      uncount: (on, atMs) => {
        times.push(atMs);
        return uncount(on, atMs);
      },
    };
    const ports = { ...world.ports, clock, guards };
    await expect(claim(START, planStart(START, ports), CALLER, ports)).rejects.toThrow();
    expect(times).toEqual(Array(5).fill(START_MS + 3_600_000));
  });

  it('leaves a lost start lost when its repeat is refused', async () => {
    const world = startWorld({ refuses: ['email'], intent: { outcome: 'takeover' } });
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
    ['has ended', [started(), at(1, { type: 'cancelled' })], [undefined, LIVE.requestId]],
    ['is overdue', [started(['sms'], { atMs: START_MS - 1_000_000 })], [undefined, LIVE.requestId]],
  ])('passes over a live verification only if it %s by its log', async (_how, events, passed) => {
    const { ports } = startWorld({ log: createMemoryLog(events) });
    const superseded: (string | undefined)[] = [];
    const lockPhoneNumber: Guards['lockPhoneNumber'] = async (_number, _owner, _nowMs, over) => {
      superseded.push(over);
      return over === undefined ? LIVE : { outcome: 'locked' };
    };
    const noting = { ...ports, guards: { ...ports.guards, lockPhoneNumber } };
    await claim(START, planStart(START, ports), CALLER, noting).catch(() => {});
    expect(superseded).toEqual(passed);
  });

  it('adopts nothing while the fate of another start of the number is unknown', async () => {
    const world = startWorld({ lock: { outcome: 'locked', contested: true } });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', mayAdopt: false });
  });

  it('takes the lock from whichever of its tries has it, and gives up on the fourth', async () => {
    const { ports } = startWorld({ intent: { outcome: 'takeover' } });
    const taken: string[] = [];
    const guardsWith = (holders: (string | undefined)[]): Guards => ({
      ...ports.guards,
      lockPhoneNumber: async () => {
        const heldBy = holders[0];
        return { outcome: 'locked', ...(heldBy !== undefined && { heldBy }) };
      },
      inheritPhoneNumber: async (_number, _owner, _nowMs, heldBy) => {
        taken.push(heldBy);
        return holders.splice(0, 1).length > 0 && holders.length > 0
          ? { outcome: 'refused', retryAtMs: START_MS }
          : { outcome: 'locked' };
      },
    });
    const claimWith = (...holders: (string | undefined)[]) =>
      claim(START, planStart(START, ports), CALLER, { ...ports, guards: guardsWith(holders) });
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
    const world = startWorld({ intent: { outcome: 'takeover' } });
    expect(await claimIn(world)).toMatchObject({ outcome: 'claimed', isTakeover: true });
    expect(world.calls).toContain('inherit');
  });
});
