/** Abuse control before money is spent, seen from outside (T8, T9, T16, S10). */

import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { phoneNumber } from '../fixtures/app.ts';
import { inParallel } from '../fixtures/in-parallel.ts';
import { lastingLimit } from '../fixtures/limits.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { type ScriptedVonage, startScriptedVonage } from '../fixtures/scripted-vonage.ts';

const LIMITS = {
  address: lastingLimit(24),
  subject: lastingLimit(5),
  phoneNumber: lastingLimit(3),
  email: lastingLimit(3),
  prefix: lastingLimit(8),
};
const THROTTLE = { rate: 5000, burst: 5000 };

let vonage: ScriptedVonage;
let stack: OwnStack;

beforeAll(async () => {
  vonage = await startScriptedVonage();
  stack = await startOwnStack({
    vonageBaseUrl: vonage.url,
    settings: { limits: LIMITS, throttle: THROTTLE, routeThrottles: {}, events: false },
  });
});

beforeEach(() => {
  vonage.calls.length = 0;
});

afterAll(async () => {
  await stack?.close();
  await vonage?.close();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly code: string | undefined;
}

/** A start from a source address of our choice: every test is a stranger to the others. */
function start(
  from: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${stack.endpoints.api}/start`,
      {
        method: 'POST',
        localAddress: from,
        headers: { 'content-type': 'application/json', ...headers },
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const { code } = JSON.parse(Buffer.concat(chunks).toString());
        const retryAfter = response.headers['retry-after'];
        resolve({ status: response.statusCode ?? 0, retryAfter, code });
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

/** So many at a time: they compete. */
const AT_A_TIME = 6;

async function startMany(
  count: number,
  one: (index: number) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  await inParallel(AT_A_TIME, Array(count).keys(), async (index) => {
    answers.push(await one(index));
  });
  return answers;
}

const startedOf = (answers: readonly Answer[]): number =>
  answers.filter(({ status }) => status === 202).length;

describe('POST /start', () => {
  it('lets one address spend no more than its limits, whatever it claims to be', async () => {
    const answers = await startMany(LIMITS.address.count + 12, (index) =>
      start(
        '127.0.0.2',
        { phone_number: `+4915122${String(300_000 + index)}`, channels: ['silent_auth'] },
        { 'x-forwarded-for': `203.0.113.${index % 250}` },
      ),
    );
    expect(startedOf(answers)).toBe(LIMITS.prefix.count);
    expect(vonage.count('start')).toBe(LIMITS.prefix.count);
    for (const { status, code, retryAfter } of answers.filter((answer) => answer.status !== 202)) {
      expect([status, code]).toEqual([429, 'rate_limited']);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    const honest = await start('127.0.0.3', {
      phone_number: '+4917612345678',
      channels: ['silent_auth'],
    });
    expect(honest.status).toBe(202);
  });

  it('counts an address first: over it no number is touched', async () => {
    const number = () => ({ phone_number: phoneNumber('8'), channels: ['silent_auth'] });
    await startMany(LIMITS.address.count, () => start('127.0.0.4', number()));
    const victim = number();
    expect((await start('127.0.0.4', victim)).status).toBe(429);
    expect((await start('127.0.0.5', victim)).status).toBe(202);
  });

  it('sends one mailbox no more than its limit', async () => {
    const email = `${randomUUID()}@example.org`;
    const answers = await startMany(10, () =>
      start('127.0.0.6', { phone_number: phoneNumber('8'), email, channels: ['email'] }),
    );
    expect(startedOf(answers)).toBe(LIMITS.email.count);
  });

  it('counts a number over its verifications, also when they ended', async () => {
    const body = { phone_number: phoneNumber('8'), channels: ['silent_auth'] };
    vonage.script('start', ...Array.from({ length: 3 }, () => ({ status: 422, body: {} })));
    for (let index = 0; index < LIMITS.phoneNumber.count; index += 1) {
      expect((await start('127.0.0.7', body)).status).toBe(422);
    }
    expect((await start('127.0.0.7', body)).status).toBe(429);
    expect(vonage.count('start')).toBe(LIMITS.phoneNumber.count);
  });

  it('gives back what a refused start took', async () => {
    const prefix = '+491743333';
    const locked = { phone_number: `${prefix}8888`, channels: ['silent_auth'] };
    expect((await start('127.0.0.8', locked)).status).toBe(202);
    const refused = await startMany(LIMITS.prefix.count + 4, () => start('127.0.0.8', locked));
    expect(startedOf(refused)).toBe(0);
    const others = await startMany(LIMITS.prefix.count - 1, (index) =>
      start('127.0.0.9', { phone_number: `${prefix}${1000 + index}`, channels: ['silent_auth'] }),
    );
    expect(startedOf(others)).toBe(LIMITS.prefix.count - 1);
  });

  it.each([
    ['a landline', '+493012345678', 422],
    ['a country that is not allowed', '+8613912345678', 422],
    ['a satellite phone', '+870773111632', 422],
    ['a premium number', '+499001234567', 422],
    ['no plus', '4915123456788', 400],
    ['a zero', '+0915123456788', 400],
    ['three digits', '+491', 400],
    ['sixteen digits', '+4915123456781234', 400],
    ['spaces', '+49 151 23456788', 400],
    ['full-width digits', '+４９15123456788', 400],
    ['an array', ['+4915123456788'], 400],
  ])('refuses %s without asking Vonage', async (_name, number, status) => {
    const answer = await start('127.0.0.10', { phone_number: number, channels: ['silent_auth'] });
    expect(answer.status).toBe(status);
    expect(vonage.calls).toEqual([]);
  });

  it("takes Vonage's test numbers with silent_auth alone", async () => {
    const number = '+990123456';
    expect((await start('127.0.0.11', { phone_number: number })).status).toBe(202);
    expect(vonage.calls[0]?.body.workflow).toMatchObject([{ channel: 'silent_auth' }]);
    const more = { phone_number: number, channels: ['silent_auth', 'sms'] };
    expect((await start('127.0.0.11', more)).status).toBe(422);
  });
});
