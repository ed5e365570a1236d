import { describe, expect, it } from 'vitest';
import type { VerifyAnswer, Vonage } from '../../../../../shared/domain/ports/vonage.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import { askVonage } from '../../../../../shared/usecases/start/ask-vonage.ts';
import type { Claimed } from '../../../../../shared/usecases/start/claimed.ts';
import type { StartPlan } from '../../../../../shared/usecases/start/plan-start.ts';
import { BUDGET } from '../../../../fixtures/answering-vonage.ts';

const planOf = (workflow: readonly Channel[], locale = {}): StartPlan => {
  const requested = workflow.map((channel) => ({ channel, to: 'an address' }));
  return { candidates: [], asked: [], workflow, requested, options: { result: 'json', ...locale } };
};
const PLAN = planOf(['silent_auth', 'sms']);

const CLAIMED: Claimed = {
  outcome: 'claimed',
  isTakeover: false,
  mayAdopt: true,
  counted: [],
  nowMs: 0,
  start: { idempotencyKey: '', body: '', clientRef: 'ref', owner: 'ref.1', tokenKeyId: '' },
};
const TAKEOVER = { isTakeover: true };
/** What is in flight may be the request of another start. */
const CONTESTED = { mayAdopt: false };

const CREATED: VerifyAnswer = { outcome: 'created', requestId: 'new' };
const UNKNOWN: VerifyAnswer = { outcome: 'unknown' };
const IN_FLIGHT: VerifyAnswer = { outcome: 'in_flight', requestId: 'in-flight' };
const UNSUPPORTED: VerifyAnswer = { outcome: 'network_unsupported' };
const LOCALE: VerifyAnswer = { outcome: 'locale_refused' };

const STARTED = { ...CREATED, isAdopted: false, silentAuthSkipped: false };
const SKIPPED = { ...STARTED, silentAuthSkipped: true };
const ADOPTED = { outcome: 'created', requestId: 'in-flight', isAdopted: true };

const ask = (verify: Vonage['verify'], plan = PLAN, claimed: Partial<Claimed> = {}) =>
  askVonage({ ...CLAIMED, ...claimed }, { plan, budget: BUDGET, needs: { vonage: { verify } } });

/** What Vonage answers in turn, what becomes of it, and what was sent. */
type Row = [string, readonly VerifyAnswer[], object, readonly string[], Partial<Claimed>?];

async function expectOutcome(plan: StartPlan, [, answers, outcome, sent, claimed]: Row) {
  const asked: string[] = [];
  const verify: Vonage['verify'] = async ({ workflow, locale }) => {
    asked.push([...workflow.map(({ channel }) => channel), locale ?? []].flat().join(' '));
    return answers[asked.length - 1] ?? UNKNOWN;
  };
  expect(await ask(verify, plan, claimed)).toMatchObject(outcome);
  expect(asked).toEqual(sent);
}

describe('askVonage', () => {
  const ALL = 'silent_auth sms';
  it.each<Row>([
    ['asks once when Vonage answers', [CREATED], STARTED, [ALL]],
    ['asks again without silent_auth after a 412', [UNSUPPORTED, CREATED], SKIPPED, [ALL, 'sms']],
    ['asks once more after a 412', [UNSUPPORTED, UNSUPPORTED], UNSUPPORTED, [ALL, 'sms']],
    ['adopts what a request after a lost answer names', [UNKNOWN, IN_FLIGHT], ADOPTED, [ALL, ALL]],
    ['asks once more after a lost answer', [UNKNOWN, UNKNOWN, CREATED], UNKNOWN, [ALL, ALL]],
    ['asks once when it takes over a lost start', [UNKNOWN, CREATED], UNKNOWN, [ALL], TAKEOVER],
    ['adopts what the start that it takes over created', [IN_FLIGHT], ADOPTED, [ALL], TAKEOVER],
    ['adopts nothing when no answer was lost', [IN_FLIGHT], IN_FLIGHT, [ALL]],
    ['adopts nothing contested', [UNKNOWN, IN_FLIGHT], UNKNOWN, [ALL, ALL], CONTESTED],
    ['takes over nothing contested', [IN_FLIGHT], UNKNOWN, [ALL], { ...CONTESTED, ...TAKEOVER }],
    ['adopts nothing after a 412', [UNKNOWN, UNSUPPORTED, IN_FLIGHT], IN_FLIGHT, [ALL, ALL, 'sms']],
    ['keeps it lost after a 412', [UNSUPPORTED, IN_FLIGHT], UNKNOWN, [ALL, 'sms'], TAKEOVER],
    [
      'sends at most three requests',
      [UNSUPPORTED, UNKNOWN, UNKNOWN, CREATED],
      UNKNOWN,
      [ALL, 'sms', 'sms'],
    ],
    ['does not ask again without a locale that it did not send', [LOCALE, CREATED], LOCALE, [ALL]],
  ])('%s', (...row) => expectOutcome(PLAN, row));

  const WITH = `${ALL} tlh`;
  it.each<Row>([
    ['asks again without it', [LOCALE, CREATED], STARTED, [WITH, ALL]],
    ['then without silent_auth', [LOCALE, UNSUPPORTED, CREATED], SKIPPED, [WITH, ALL, 'sms']],
    ['then after a lost answer', [LOCALE, UNKNOWN, IN_FLIGHT], ADOPTED, [WITH, ALL, ALL]],
    ['adopts nothing that had it', [UNKNOWN, LOCALE, IN_FLIGHT], IN_FLIGHT, [WITH, WITH, ALL]],
    ['adopts what a lost start created', [LOCALE, IN_FLIGHT], ADOPTED, [WITH, ALL], TAKEOVER],
    [
      'sends at most three requests',
      [UNSUPPORTED, UNKNOWN, LOCALE, CREATED],
      UNKNOWN,
      [WITH, 'sms tlh', 'sms tlh'],
    ],
  ])('when Vonage refuses the locale: %s', (...row) =>
    expectOutcome(planOf(PLAN.workflow, { locale: 'tlh' }), row),
  );

  it('does not ask again after a 412 to silent_auth alone', () =>
    expectOutcome(planOf(['silent_auth']), ['', [UNSUPPORTED], UNSUPPORTED, ['silent_auth']]));

  it('adopts nothing where an e-mail address is the first, because no start locks it', () =>
    expectOutcome(planOf(['email']), ['', [UNKNOWN, IN_FLIGHT], UNKNOWN, ['email', 'email']]));

  it('throws only before anything was sent', async () => {
    const noKey = new Error('no key');
    await expect(ask(() => Promise.reject(noKey))).rejects.toThrow();
    const answers = [Promise.resolve(UNKNOWN), Promise.reject(noKey)];
    expect(await ask(() => answers.shift() ?? Promise.resolve(CREATED))).toEqual(UNKNOWN);
  });
});
