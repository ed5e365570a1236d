/** Abuse control before money is spent, seen from outside (T8, T9, T16, T23, T24, T25, T26, R19, S10). */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stage } from '../../infra/aws/stage.ts';
import { getStage } from '../../infra/aws/stages.ts';
import { CANCELLABLE_AFTER_MS } from '../../shared/domain/letting-go.ts';
import { age } from '../fixtures/age.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import { inParallel } from '../fixtures/in-parallel.ts';
import { lastingLimit } from '../fixtures/limits.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { type RawAnswer, sendRaw } from '../fixtures/raw-http.ts';
import { type ScriptedVonage, startScriptedVonage } from '../fixtures/scripted-vonage.ts';

const LIMITS = {
  address: lastingLimit(24),
  subject: lastingLimit(5),
  phoneNumber: { ...lastingLimit(6), perCaller: 3 },
  email: { ...lastingLimit(6), perCaller: 3 },
  prefix: { ...lastingLimit(16), perCaller: 8 },
};
const THROTTLE = { rate: 5000, burst: 5000 };

let vonage: ScriptedVonage;
let stack: OwnStack;

/** Runs a stack for the tests of one `describe`. */
function withStack(settings: Partial<Stage>): void {
  beforeAll(async () => {
    vonage = await startScriptedVonage();
    stack = await startOwnStack({
      vonageBaseUrl: vonage.url,
      settings: { ...settings, events: false },
    });
  });

  beforeEach(() => {
    vonage.calls.length = 0;
  });

  afterAll(async () => {
    await stack?.close();
    await vonage?.close();
  });
}

/** A start from a source address that each test chooses, so that no test counts for another. */
const start = (from: string, body: object, headers: object = {}): Promise<RawAnswer> =>
  sendRaw(`${stack.endpoints.api}/start`, {
    from: `127.0.0.${from}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** For a number of its own, unless it is given. */
const silent = (number = phoneNumber('8')) => ({ phone_number: number, channels: ['silent_auth'] });
const mailTo = (email: string) => ({ phone_number: phoneNumber('8'), email, channels: ['email'] });

/** The next starts are refused by Vonage. */
const refuseNext = (times: number, status: number): void =>
  vonage.script('start', ...Array(times).fill({ status, body: {} }));

/** So many starts compete. */
const AT_A_TIME = 6;

async function startMany(
  count: number,
  one: (index: number) => Promise<RawAnswer>,
): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  await inParallel(AT_A_TIME, Array(count).keys(), async (index) => {
    answers.push(await one(index));
  });
  return answers;
}

const startedOf = (answers: readonly RawAnswer[]): number =>
  answers.filter(({ status }) => status === 202).length;

async function repeat(times: number, from: string, body: object): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < times; index += 1) statuses.push((await start(from, body)).status);
  return statuses;
}

describe('POST /start', () => {
  withStack({ limits: LIMITS, throttle: THROTTLE, routeThrottles: {} });

  it('starts no more for one address than its limits, whatever X-Forwarded-For says', async () => {
    const answers = await startMany(LIMITS.address.count + 12, (index) =>
      start('2', silent(`+4915122${300_000 + index}`), {
        'x-forwarded-for': `203.0.113.${index % 250}`,
      }),
    );
    expect(startedOf(answers)).toBe(LIMITS.prefix.perCaller);
    expect(vonage.count('start')).toBe(LIMITS.prefix.perCaller);
    for (const { status, text, headers } of answers.filter((answer) => answer.status !== 202)) {
      expect([status, JSON.parse(text).code]).toEqual([429, 'rate_limited']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    const honest = ['+4917612345678', '+4915122309999'];
    for (const number of honest) expect((await start('3', silent(number))).status).toBe(202);
  });

  it('counts an address first, and touches no number when the address is over its limit', async () => {
    await startMany(LIMITS.address.count, () => start('4', silent()));
    const victim = silent();
    expect((await start('4', victim)).status).toBe(429);
    expect((await start('5', victim)).status).toBe(202);
  });

  it('sends one mailbox no more than its limit, in any spelling, from any address', async () => {
    const name = randomUUID().replaceAll('-', '');
    const spellings = [
      () => `${name}@gmail.com`,
      () => `${name.slice(0, 8)}.${name.slice(8)}@googlemail.com`,
      (index: number) => `${name.toUpperCase()}+${index}@Gmail.com`,
    ];
    const startFrom = (address: string) =>
      startMany(10, (index) => start(address, mailTo(spellings[index % 3]?.(index) ?? name)));
    expect(startedOf(await startFrom('6'))).toBe(LIMITS.email.perCaller);
    expect(startedOf(await startFrom('12'))).toBe(LIMITS.email.perCaller);
    expect(startedOf(await startFrom('13'))).toBe(0);
  });

  it('refuses with the same bytes, whatever concerns the number', async () => {
    const [live, share, spent] = [silent(), silent(), silent()];
    const email = `${randomUUID()}@example.org`;
    const block = (index: number) => silent(`+4917611112${100 + index}`);
    await start('17', live);
    refuseNext(9, 422);
    await repeat(3, '17', share);
    for (const from of ['18', '19']) await repeat(3, from, spent);
    for (let index = 0; index < 3; index += 1) await start('17', mailTo(email));
    for (let index = 0; index < 8; index += 1) await start('17', block(index));

    const answers = [
      await start('17', live),
      await start('20', live),
      await start('17', share),
      await start('20', spent),
      await start('17', mailTo(email)),
      await start('17', block(8)),
    ];
    for (const body of [{ request_id: 'in-flight-canary' }, {}]) {
      vonage.script('start', { status: 409, body });
      answers.push(await start('20', silent()));
    }
    const seen = answers.map(({ status, text, headers }) => {
      const { date: _date, 'apigw-requestid': _id, 'x-correlator': _own, ...others } = headers;
      return { status, text, headers: others };
    });
    expect(seen[0]).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(seen).toEqual(Array(seen.length).fill(seen[0]));
  });

  it('starts again after a cancel, as soon as Vonage has let go', async () => {
    const body = silent();
    const { request_id: requestId, client_token: token } = JSON.parse(
      (await start('23', body)).text,
    );
    vonage.script(`cancel ${requestId}`, { status: 404, body: {} });
    const headers = { authorization: `Bearer ${token}` };
    const cancelled = await call(stack.endpoints.api, 'POST', '/cancel', { headers });
    expect(cancelled.body.verification.status).toBe('cancelled');
    expect(vonage.count('cancel', requestId)).toBe(1);
    const tries = LIMITS.phoneNumber.count + 2;
    refuseNext(tries, 409);
    expect(await repeat(tries, '23', body)).toEqual(Array(tries).fill(429));
    expect(vonage.count('cancel', requestId)).toBe(1);

    await age(stack.endpoints, requestId, CANCELLABLE_AFTER_MS);
    expect((await start('23', body)).status).toBe(202);
    expect(vonage.calls.slice(-2).map(({ method }) => method)).toEqual(['DELETE', 'POST']);
    expect(vonage.count('cancel', requestId)).toBe(2);
  });
});

describe('POST /start with the settings of prod', () => {
  const { limits, throttle, routeThrottles } = getStage('prod');
  withStack({ limits, throttle, routeThrottles });

  it('starts fifty subscribers of one block behind one address', async () => {
    const answers = await startMany(50, (index) =>
      start('30', { phone_number: `+491771111${1000 + index}` }),
    );
    expect(startedOf(answers)).toBe(50);
  });

  it('starts honest callers during a flood of rubbish within the throttle (T24)', async () => {
    const rubbish = startMany(500, () => start('31', {}));
    const honest = await startMany(25, (index) =>
      start(`${32 + index}`, { phone_number: phoneNumber('8') }),
    );
    expect(startedOf(honest)).toBe(25);
    expect(new Set((await rubbish).map(({ status }) => status))).toEqual(new Set([400]));
    expect(vonage.count('start')).toBe(25);
  });
});
