import { describe, expect, it } from 'vitest';
import type {
  VerifyAnswer,
  VerifyRequest,
  Vonage,
} from '../../../../../shared/domain/ports/vonage.ts';
import { askVonage } from '../../../../../shared/usecases/start/ask-vonage.ts';
import type { Claimed } from '../../../../../shared/usecases/start/claimed.ts';
import type { StartPlan } from '../../../../../shared/usecases/start/plan-start.ts';

const NUMBER = '+4915112345678';
const PLAN: StartPlan = {
  candidates: [],
  asked: [],
  workflow: ['silent_auth', 'sms'],
  requested: [
    { channel: 'silent_auth', to: NUMBER },
    { channel: 'sms', to: NUMBER },
  ],
  options: { result: 'json' },
};
const SILENT_AUTH_ALONE: StartPlan = {
  ...PLAN,
  workflow: ['silent_auth'],
  requested: PLAN.requested.slice(0, 1),
};
const CLAIMED: Claimed = {
  outcome: 'claimed',
  isTakeover: false,
  mayAdopt: true,
  counted: [],
  nowMs: 0,
  start: { idempotencyKey: '', body: '', clientRef: 'ref', owner: 'ref.1', tokenKeyId: '' },
};
const BUDGET = { lastCallAtMs: Number.MAX_SAFE_INTEGER };
const CREATED: VerifyAnswer = { outcome: 'created', requestId: 'new' };
const UNKNOWN: VerifyAnswer = { outcome: 'unknown' };
const IN_FLIGHT: VerifyAnswer = { outcome: 'in_flight', requestId: 'in-flight' };
const UNSUPPORTED: VerifyAnswer = { outcome: 'network_unsupported' };
const LOCALE: VerifyAnswer = { outcome: 'locale_refused' };
const WITH_LOCALE: StartPlan = { ...PLAN, options: { result: 'json', locale: 'tlh' } };

function contextOf(vonage: Pick<Vonage, 'verify'>, plan: StartPlan = PLAN) {
  return { plan, budget: BUDGET, needs: { vonage } };
}

/** What Vonage answers in turn, and what becomes of it. */
async function outcomeOf(
  answers: readonly VerifyAnswer[],
  claimed: Partial<Claimed> = {},
  plan: StartPlan = PLAN,
) {
  const asked: (readonly string[])[] = [];
  const verify = async ({ workflow, locale }: VerifyRequest): Promise<VerifyAnswer> => {
    const channels = workflow.map(({ channel }) => channel);
    asked.push(locale === undefined ? channels : [...channels, locale]);
    return answers[asked.length - 1] ?? UNKNOWN;
  };
  const result = await askVonage({ ...CLAIMED, ...claimed }, contextOf({ verify }, plan));
  return { result, asked };
}

describe('askVonage', () => {
  it('asks once when Vonage answers', async () => {
    const { result, asked } = await outcomeOf([CREATED]);
    expect(result).toMatchObject({ requestId: 'new', isAdopted: false, silentAuthSkipped: false });
    expect(asked).toEqual([['silent_auth', 'sms']]);
  });

  it('asks again without silent_auth after a 412, once', async () => {
    const { result, asked } = await outcomeOf([UNSUPPORTED, CREATED]);
    expect(result).toMatchObject({ requestId: 'new', silentAuthSkipped: true });
    expect(asked).toEqual([['silent_auth', 'sms'], ['sms']]);
    expect(await outcomeOf([UNSUPPORTED, UNSUPPORTED])).toMatchObject({ result: UNSUPPORTED });
  });

  it('has nothing to ask again for after a 412 to silent_auth alone', async () => {
    const { result, asked } = await outcomeOf([UNSUPPORTED], {}, SILENT_AUTH_ALONE);
    expect(result).toEqual(UNSUPPORTED);
    expect(asked).toHaveLength(1);
  });

  it('reconciles a lost answer with one more request, and adopts what that names', async () => {
    const { result, asked } = await outcomeOf([UNKNOWN, IN_FLIGHT]);
    expect(result).toMatchObject({ outcome: 'created', requestId: 'in-flight', isAdopted: true });
    expect(asked).toHaveLength(2);
  });

  it('does not reconcile twice', async () => {
    const { result, asked } = await outcomeOf([UNKNOWN, UNKNOWN, CREATED]);
    expect(result).toEqual(UNKNOWN);
    expect(asked).toHaveLength(2);
  });

  it('takes the first request for the reconciling one when it takes over a lost start', async () => {
    const taken = { isTakeover: true };
    expect((await outcomeOf([UNKNOWN, CREATED], taken)).asked).toHaveLength(1);
    const { result } = await outcomeOf([IN_FLIGHT], taken);
    expect(result).toMatchObject({ requestId: 'in-flight', isAdopted: true });
  });

  it('adopts nothing without having lost an answer', async () => {
    expect((await outcomeOf([IN_FLIGHT])).result).toEqual(IN_FLIGHT);
  });

  it('adopts nothing where it may be the request of another start', async () => {
    const contested = { mayAdopt: false };
    expect((await outcomeOf([UNKNOWN, IN_FLIGHT], contested)).result).toEqual(UNKNOWN);
    const takeover = { mayAdopt: false, isTakeover: true };
    expect((await outcomeOf([IN_FLIGHT], takeover)).result).toEqual(UNKNOWN);
  });

  it('adopts nothing where Vonage goes by an e-mail address, whose lock nobody holds', async () => {
    const plan: StartPlan = {
      ...PLAN,
      workflow: ['email'],
      requested: [{ channel: 'email', to: 'jo@example.org' }],
    };
    expect((await outcomeOf([UNKNOWN, IN_FLIGHT], {}, plan)).result).toEqual(UNKNOWN);
  });

  it('adopts nothing after a 412 of the reconciling request: nothing was lost any more', async () => {
    const { result, asked } = await outcomeOf([UNKNOWN, UNSUPPORTED, IN_FLIGHT]);
    expect(asked).toEqual([['silent_auth', 'sms'], ['silent_auth', 'sms'], ['sms']]);
    expect(result).toEqual(IN_FLIGHT);
  });

  it('sends at most three requests', async () => {
    const { asked } = await outcomeOf([UNSUPPORTED, UNKNOWN, UNKNOWN, CREATED]);
    expect(asked).toEqual([['silent_auth', 'sms'], ['sms'], ['sms']]);
  });

  it.each<[string, readonly VerifyAnswer[], object, readonly string[]]>([
    [
      'once',
      [LOCALE, CREATED],
      { requestId: 'new', isAdopted: false },
      ['silent_auth sms tlh', 'silent_auth sms'],
    ],
    [
      'and then without silent_auth',
      [LOCALE, UNSUPPORTED, CREATED],
      { requestId: 'new', silentAuthSkipped: true },
      ['silent_auth sms tlh', 'silent_auth sms', 'sms'],
    ],
    [
      'and reconciles what is lost then',
      [LOCALE, UNKNOWN, IN_FLIGHT],
      { requestId: 'in-flight', isAdopted: true },
      ['silent_auth sms tlh', 'silent_auth sms', 'silent_auth sms'],
    ],
    [
      'and takes what is lost before for not created: it had the locale too',
      [UNKNOWN, LOCALE, IN_FLIGHT],
      IN_FLIGHT,
      ['silent_auth sms tlh', 'silent_auth sms tlh', 'silent_auth sms'],
    ],
    [
      'and never a fourth time',
      [UNSUPPORTED, UNKNOWN, LOCALE, CREATED],
      UNKNOWN,
      ['silent_auth sms tlh', 'sms tlh', 'sms tlh'],
    ],
  ])('asks again without a locale that Vonage refuses, %s', async (_how, answers, end, sent) => {
    const { result, asked } = await outcomeOf(answers, {}, WITH_LOCALE);
    expect(result).toMatchObject(end);
    expect(asked.map((words) => words.join(' '))).toEqual(sent);
  });

  it('adopts what a start that it takes over has created without the locale', async () => {
    const { result } = await outcomeOf([LOCALE, IN_FLIGHT], { isTakeover: true }, WITH_LOCALE);
    expect(result).toMatchObject({ requestId: 'in-flight', isAdopted: true });
  });

  it('has nothing to ask again for when Vonage refuses a locale that was not sent', async () => {
    const { result, asked } = await outcomeOf([LOCALE, CREATED]);
    expect(result).toEqual(LOCALE);
    expect(asked).toHaveLength(1);
  });

  it('throws only before anything was sent', async () => {
    const broken = { verify: () => Promise.reject(new Error('no key')) };
    await expect(askVonage(CLAIMED, contextOf(broken))).rejects.toThrow();
    const answers = [Promise.resolve(UNKNOWN), Promise.reject(new Error('no key'))];
    const vonage = { verify: () => answers.shift() ?? Promise.resolve(UNKNOWN) };
    expect(await askVonage(CLAIMED, contextOf(vonage))).toEqual(UNKNOWN);
  });
});
