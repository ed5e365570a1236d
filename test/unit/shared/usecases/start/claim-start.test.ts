import { describe, expect, it, vi } from 'vitest';
import type { PhoneNumberLock } from '../../../../../shared/domain/ports/phone-number-locks.ts';
import type { StartRequest } from '../../../../../shared/domain/start-request.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { START_MS } from '../../../../fixtures/histories.ts';
import { CALLER, START, type StartAnswers, startWorld } from '../../../../fixtures/start-world.ts';

const LIVE = { outcome: 'live', requestId: 'in-flight-canary' } as const;
const HELD: PhoneNumberLock = { outcome: 'held' };
const LOCKED: PhoneNumberLock = { outcome: 'locked' };
const REPEATED = { outcome: 'started', requestId: 'request-1', tokenKeyId: 'key1' } as const;

const COUNTED = ['phone_number', 'prefix', 'email'] as const;
const CLAIMED = ['count address', 'claim', 'lock', ...COUNTED.map((limit) => `count ${limit}`)];

/** What was done before Vonage was asked, or the start refused. */
async function claimIn(answers: StartAnswers, request: Partial<StartRequest> = {}) {
  const { calls, start } = startWorld(answers);
  await start({ ...START, ...request }).catch(() => {});
  return calls.includes('vonage') ? calls.slice(0, calls.indexOf('vonage')) : calls;
}

describe('countCaller', () => {
  it('warms the functions that come next', async () => {
    const { needs, calls, start } = startWorld();
    Object.assign(needs, { warmOthers: () => void calls.push('warm') });
    await start();
    expect(calls.slice(0, 2)).toEqual(['count address', 'warm']);
  });

  it('touches nothing else when the caller is over its limit, and tells when that ends', async () => {
    const { needs, calls, start } = startWorld({ refuses: ['address'] });
    Object.assign(needs, { warmOthers: () => void calls.push('warm') });
    const refusal = { code: 'rate_limited', members: { retryAfterSeconds: 31 } };
    await expect(start()).rejects.toMatchObject(refusal);
    expect(calls).toEqual(['count address']);
  });
});

describe('claimStart', () => {
  it.each<
    [what: string, asked: Partial<StartRequest>, off: readonly Channel[], calls: readonly string[]]
  >([
    ['the caller first, and then the rest', {}, [], CLAIMED],
    ['no mailbox that is not asked for', { channels: ['silent_auth'] }, [], CLAIMED.slice(0, -1)],
    ['no mailbox where e-mail is switched off', {}, ['email'], CLAIMED.slice(0, -1)],
  ])('counts %s', async (_what, asked, off, calls) => {
    expect(await claimIn({ off }, asked)).toEqual(calls);
  });

  it('takes only a body that asks for the same for the same start', async () => {
    const settings = { redirectUrl: 'https://example.org/done' };
    const { needs, start } = startWorld({ settings });
    const claim = vi.spyOn(needs.idempotencyRecords, 'claim');
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
    for (const other of others) await start({ ...START, ...other });
    await start(START, { ...CALLER, subject: 'user-1' });
    const bodies = () => claim.mock.calls.map(([{ body }]) => body);
    expect(new Set(bodies()).size).toBe(others.length + 1);
    await start(START, { address: '203.0.113.9' });
    expect(bodies().at(-1)).toBe(bodies()[0]);
  });

  it('counts the caller, the number, its neighbours and the mailbox, each with the caller', async () => {
    const { needs, start } = startWorld();
    const count = vi.spyOn(needs.rateLimits, 'count');
    const caller = { ...CALLER, subject: 'user-1' };
    await start({ ...START, email: 'J.o+tag@GoogleMail.com' }, caller);
    expect(count.mock.calls.map(([on]) => on)).toEqual([
      { limit: 'subject', value: 'user-1', caller },
      { limit: 'phone_number', value: START.phoneNumber, caller },
      { limit: 'prefix', value: '+491511234', caller },
      { limit: 'email', value: 'jo@gmail.com', caller },
    ]);
  });

  const LIMITS = COUNTED.map((limit) => `give back ${limit}`);
  const [NUMBER = '', PREFIX = '', MAILBOX = ''] = LIMITS;
  const FREE = ['release key', 'unlock'];
  /** The fate of the first try is unknown, or that of the body that the key came with before. */
  const UNRESOLVED = ['unlock unresolved'];
  const LOST = ['key unknown', 'unlock unresolved'];
  const repeated = { ...REPEATED, recordedAtMs: START_MS };
  const OTHER_BODY: StartAnswers = { key: { outcome: 'other_body' } };
  const LOST_OVER_LIMIT: StartAnswers = { refuses: ['email'], key: { outcome: 'takeover' } };
  const running = { outcome: 'in_progress', retryAtMs: START_MS + 35_000 } as const;
  it.each<[why: string, answers: StartAnswers, undone: readonly string[]]>([
    ['the number is over its limit', { refuses: ['phone_number'] }, [MAILBOX, PREFIX, ...FREE]],
    ['its neighbours are', { refuses: ['prefix'] }, [MAILBOX, NUMBER, ...FREE]],
    ['the mailbox is', { refuses: ['email'] }, [NUMBER, PREFIX, ...FREE]],
    ['the number has a live verification', { lock: LIVE }, [...LIMITS, 'release key']],
    ['the start runs already', { key: running }, [...LIMITS, ...UNRESOLVED]],
    ['the key came with another body', OTHER_BODY, [...LIMITS, ...UNRESOLVED]],
    ['a lost start is repeated over a limit', LOST_OVER_LIMIT, [NUMBER, PREFIX, ...LOST]],
    ['a counter fails', { fails: 'count prefix' }, [MAILBOX, NUMBER, ...FREE]],
    ['the key fails', { fails: 'claim' }, [...LIMITS, ...LOST]],
    ['the lock fails', { fails: 'lock' }, [...LIMITS, ...FREE]],
    ['the wait for the lock fails', { lock: HELD, fails: 'pause' }, [...LIMITS, ...FREE]],
    ['it is answered as the first', { key: repeated, log: 'started' }, [...LIMITS, 'unlock']],
  ])('gives back what it has taken when %s', async (_why, answers, undone) => {
    const isUndone = (call: string) => /give back|unlock|release|unknown/.test(call);
    const calls = await claimIn(answers);
    expect(calls.filter(isUndone).toSorted()).toEqual(undone.toSorted());
  });

  it('waits for the lock of another start, which may be refused', async () => {
    const answers = [HELD, HELD, HELD, LOCKED];
    const { calls, start } = startWorld({ lock: () => answers.shift() ?? HELD });
    await start();
    expect(calls.filter((call) => call === 'pause')).toHaveLength(3);
  });

  it.each<[how: string, answers: StartAnswers, pauses: number]>([
    ['2 s at most', {}, 20],
    ['not at all when a limit is spent', { refuses: ['prefix'] }, 0],
    ['not at all when the key came with another body', OTHER_BODY, 0],
  ])('waits for the lock %s', async (_how, answers, pauses) => {
    const calls = await claimIn({ lock: HELD, ...answers });
    expect(calls.filter((call) => call === 'pause')).toHaveLength(pauses);
  });

  it('gives back to the window it has counted in, however long that took', async () => {
    const { needs, clock, start } = startWorld({ lock: LIVE, log: 'started' });
    vi.spyOn(clock, 'now').mockImplementation(() => START_MS + 3_600_000 * ++clock.seconds);
    const count = vi.spyOn(needs.rateLimits, 'count');
    const giveBack = vi.spyOn(needs.rateLimits, 'giveBack');
    await expect(start()).rejects.toThrow();
    const hours = [...count.mock.calls, ...giveBack.mock.calls].map(([, atMs]) => atMs - START_MS);
    expect(hours.map((ms) => ms / 3_600_000)).toEqual([1, ...Array(6).fill(2)]);
  });

  it('answers a spent limit, a lock and a live verification of another start alike', async () => {
    const worlds = [
      startWorld({ lock: HELD }),
      startWorld({ lock: LIVE, log: 'started' }),
      ...COUNTED.map((limit) => startWorld({ refuses: [limit] })),
    ];
    const refusals = await Promise.all(worlds.map(({ start }) => start().catch((error) => error)));
    for (const { code, message, members } of refusals) {
      expect({ code, message, members }).toEqual({
        code: 'rate_limited',
        message: refusals[0].message,
        members: { retryAfterSeconds: 30 },
      });
    }
    expect(JSON.stringify(refusals)).not.toContain('in-flight-canary');
  });

  it.each([
    ['refuses while it runs', 'started', false],
    ['refuses while its log is missing, because its outcome is unknown', undefined, false],
    ['locks once it has ended', 'started, cancelled @1', true],
    ['locks once it is overdue', 'started sms @-1000', true],
  ])('goes by the log of a live verification: %s', async (_how, events, isOver) => {
    const superseded: (string | undefined)[] = [];
    const lock = (over: string | undefined) => {
      superseded.push(over);
      return over === undefined ? LIVE : LOCKED;
    };
    const { log, calls, start } = startWorld({ log: events ?? '', lock });
    if (events === undefined) vi.spyOn(log, 'find').mockResolvedValue(undefined);
    await start().catch((error) => expect(error).toMatchObject({ code: 'rate_limited' }));
    expect(superseded).toEqual(isOver ? [undefined, LIVE.requestId] : [undefined]);
    expect(calls.includes('vonage')).toBe(isOver);
  });

  const FOUR = ['ref.1', 'ref.2', 'ref.3', 'ref.4'];
  it.each<
    [whose: string, holders: (string | undefined)[], expected: readonly unknown[], pauses: number]
  >([
    ['from each try that has it', ['ref.1', 'ref.2'], ['ref.1', 'ref.2'], 0],
    ['from the try that runs now', [undefined, undefined], [expect.stringMatching(/^ref\./)], 0],
    ['from three tries before it waits', [...FOUR], FOUR, 1],
  ])('takes the lock of a lost start %s', async (_whose, holders, expected, pauses) => {
    const taken: string[] = [];
    const calls = await claimIn({
      key: { outcome: 'takeover' },
      lock: () => ({ outcome: 'locked', ...(holders[0] && { heldBy: holders[0] }) }),
      inherit: (heldBy) => {
        taken.push(heldBy);
        holders.shift();
        return holders.length > 0 ? HELD : LOCKED;
      },
    });
    expect(taken).toEqual(expected);
    expect(calls.filter((call) => call === 'pause')).toHaveLength(pauses);
    expect(calls).not.toContain('unlock unresolved');
  });
});
