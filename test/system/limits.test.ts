/** Abuse control before money is spent, seen from outside (T8, T9, T16, T23, T24, T25, T26, R19, S10). */

import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stage } from '../../infra/aws/stage.ts';
import { getStage } from '../../infra/aws/stages.ts';
import { CANCELLABLE_AFTER_MS } from '../../shared/domain/letting-go.ts';
import { age } from '../fixtures/age.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import { inParallel } from '../fixtures/in-parallel.ts';
import { lastingLimit } from '../fixtures/limits.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
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

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly code: string | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
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
        const text = Buffer.concat(chunks).toString();
        const { code } = JSON.parse(text);
        const { headers: received, statusCode: status = 0 } = response;
        const retryAfter = received['retry-after'];
        resolve({ status, retryAfter, code, text, headers: received });
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
  withStack({ limits: LIMITS, throttle: THROTTLE, routeThrottles: {} });

  it('lets one address spend no more than its limits, whatever it claims to be', async () => {
    const answers = await startMany(LIMITS.address.count + 12, (index) =>
      start(
        '127.0.0.2',
        { phone_number: `+4915122${String(300_000 + index)}`, channels: ['silent_auth'] },
        { 'x-forwarded-for': `203.0.113.${index % 250}` },
      ),
    );
    expect(startedOf(answers)).toBe(LIMITS.prefix.perCaller);
    expect(vonage.count('start')).toBe(LIMITS.prefix.perCaller);
    for (const { status, code, retryAfter } of answers.filter((answer) => answer.status !== 202)) {
      expect([status, code]).toEqual([429, 'rate_limited']);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    const honest = await start('127.0.0.3', {
      phone_number: '+4917612345678',
      channels: ['silent_auth'],
    });
    expect(honest.status).toBe(202);
    const neighbour = await start('127.0.0.3', {
      phone_number: '+4915122309999',
      channels: ['silent_auth'],
    });
    expect(neighbour.status).toBe(202);
  });

  it('counts an address first: over it no number is touched', async () => {
    const number = () => ({ phone_number: phoneNumber('8'), channels: ['silent_auth'] });
    await startMany(LIMITS.address.count, () => start('127.0.0.4', number()));
    const victim = number();
    expect((await start('127.0.0.4', victim)).status).toBe(429);
    expect((await start('127.0.0.5', victim)).status).toBe(202);
  });

  it('sends one mailbox no more than its limit, in whatever spelling, from whatever address', async () => {
    const name = randomUUID().replaceAll('-', '');
    const spelling = (index: number): string =>
      [
        `${name}@gmail.com`,
        `${name.slice(0, 8)}.${name.slice(8)}@googlemail.com`,
        `${name.toUpperCase()}+${index}@Gmail.com`,
      ][index % 3] ?? name;
    const startFrom = (address: string) =>
      startMany(10, (index) =>
        start(address, {
          phone_number: phoneNumber('8'),
          email: spelling(index),
          channels: ['email'],
        }),
      );
    expect(startedOf(await startFrom('127.0.0.6'))).toBe(LIMITS.email.perCaller);
    expect(startedOf(await startFrom('127.0.0.12'))).toBe(LIMITS.email.perCaller);
    expect(startedOf(await startFrom('127.0.0.13'))).toBe(0);
  });

  it('leaves the limit of a mailbox alone that gets no mail', async () => {
    const email = `${randomUUID()}@example.org`;
    const silent = await startMany(10, () =>
      start('127.0.0.14', { phone_number: phoneNumber('8'), email, channels: ['silent_auth'] }),
    );
    expect(startedOf(silent)).toBe(10);
    const body = { phone_number: phoneNumber('8'), email, channels: ['email'] };
    expect((await start('127.0.0.14', body)).status).toBe(202);
  });

  it('counts what Vonage has refused, and a caller no further than its share', async () => {
    const body = { phone_number: phoneNumber('8'), channels: ['silent_auth'] };
    const refusal = { status: 422, body: {} };
    vonage.script('start', ...Array.from({ length: 3 }, () => refusal));
    for (let index = 0; index < LIMITS.phoneNumber.perCaller; index += 1) {
      expect((await start('127.0.0.7', body)).status).toBe(422);
    }
    expect((await start('127.0.0.7', body)).status).toBe(429);
    expect(vonage.count('start')).toBe(LIMITS.phoneNumber.perCaller);
    expect((await start('127.0.0.15', body)).status).toBe(202);
  });

  it('gives back what a refused start took', async () => {
    const prefix = '+491743333';
    const locked = { phone_number: `${prefix}8888`, channels: ['silent_auth'] };
    expect((await start('127.0.0.8', locked)).status).toBe(202);
    const refused = await startMany(LIMITS.prefix.perCaller + 2, () => start('127.0.0.8', locked));
    expect(startedOf(refused)).toBe(0);
    const others = await startMany(LIMITS.prefix.perCaller - 1, (index) =>
      start('127.0.0.8', { phone_number: `${prefix}${1000 + index}`, channels: ['silent_auth'] }),
    );
    expect(startedOf(others)).toBe(LIMITS.prefix.perCaller - 1);
  });

  it('gives back after the 409 of Vonage, and never the count of the caller itself', async () => {
    const body = { phone_number: phoneNumber('8'), channels: ['silent_auth'] };
    const tries = LIMITS.phoneNumber.count + 2;
    vonage.script('start', ...Array.from({ length: tries }, () => ({ status: 409, body: {} })));
    for (let index = 0; index < tries; index += 1) {
      expect((await start('127.0.0.16', body)).status).toBe(429);
    }
    expect((await start('127.0.0.16', body)).status).toBe(202);
    const more = await startMany(LIMITS.address.count - tries, () => start('127.0.0.16', body));
    expect(new Set(more.map(({ retryAfter }) => retryAfter)).size).toBe(2);
    expect(more.filter(({ retryAfter }) => retryAfter !== '30')).toHaveLength(1);
  });

  it('refuses with the same bytes, whatever concerns the number', async () => {
    const one = { channels: ['silent_auth'] };
    const live = { ...one, phone_number: phoneNumber('8') };
    await start('127.0.0.17', live);
    const share = { ...one, phone_number: phoneNumber('8') };
    vonage.script('start', ...Array(9).fill({ status: 422, body: {} }));
    for (let index = 0; index < 3; index += 1) await start('127.0.0.17', share);
    const spent = { ...one, phone_number: phoneNumber('8') };
    for (const from of ['127.0.0.18', '127.0.0.19']) {
      for (let index = 0; index < 3; index += 1) await start(from, spent);
    }
    const email = `${randomUUID()}@example.org`;
    const mailbox = () => ({ phone_number: phoneNumber('8'), email, channels: ['email'] });
    for (let index = 0; index < 3; index += 1) await start('127.0.0.17', mailbox());
    const block = (index: number) => ({ ...one, phone_number: `+4917611112${100 + index}` });
    for (let index = 0; index < 8; index += 1) await start('127.0.0.17', block(index));

    const answers = [
      await start('127.0.0.17', live),
      await start('127.0.0.20', live),
      await start('127.0.0.17', share),
      await start('127.0.0.20', spent),
      await start('127.0.0.17', mailbox()),
      await start('127.0.0.17', block(8)),
    ];
    vonage.script('start', { status: 409, body: { request_id: 'in-flight-canary' } });
    answers.push(await start('127.0.0.20', { ...one, phone_number: phoneNumber('8') }));
    const seen = answers.map(({ status, text, headers }) => {
      const { date: _date, 'apigw-requestid': _id, 'x-correlator': _own, ...others } = headers;
      return { status, text, headers: others };
    });
    expect(seen[0]).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(seen).toEqual(Array(seen.length).fill(seen[0]));
  });

  it('lets nobody lock a number for somebody else, not with a storm of refused starts', async () => {
    const victim = { phone_number: phoneNumber('8'), channels: ['silent_auth'] };
    vonage.script('start', ...Array(3).fill({ status: 422, body: {} }));
    for (let index = 0; index < 3; index += 1) await start('127.0.0.21', victim);
    const storm = startMany(LIMITS.address.count, () => start('127.0.0.21', victim));
    expect((await start('127.0.0.22', victim)).status).toBe(202);
    expect(startedOf(await storm)).toBe(0);
  });

  it('lets whoever cancels and tries again through, as soon as Vonage lets go', async () => {
    const body = { phone_number: phoneNumber('8'), channels: ['silent_auth'] };
    const { request_id: requestId, client_token: token } = JSON.parse(
      (await start('127.0.0.23', body)).text,
    );
    vonage.script('cancel', { status: 404, body: {} });
    const authorization = `Bearer ${token}`;
    const cancelled = await call(stack.endpoints.api, 'POST', '/cancel', {
      headers: { authorization },
    });
    expect(cancelled.body.verification.status).toBe('cancelled');
    expect(vonage.count('cancel', requestId)).toBe(1);
    const tries = LIMITS.phoneNumber.count + 2;
    vonage.script('start', ...Array(tries).fill({ status: 409, body: {} }));
    for (let index = 0; index < tries; index += 1) {
      expect((await start('127.0.0.23', body)).status).toBe(429);
    }
    expect(vonage.count('cancel', requestId)).toBe(1);

    await age(stack.endpoints, requestId, CANCELLABLE_AFTER_MS);
    expect((await start('127.0.0.23', body)).status).toBe(202);
    expect(vonage.calls.slice(-2).map(({ method }) => method)).toEqual(['DELETE', 'POST']);
    expect(vonage.count('cancel', requestId)).toBe(2);
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

describe('POST /start with the settings of prod', () => {
  const { limits, throttle, routeThrottles } = getStage('prod');
  withStack({ limits, throttle, routeThrottles });

  it('lets fifty subscribers of one block start behind one address', async () => {
    const answers = await startMany(50, (index) =>
      start('127.0.0.30', { phone_number: `+491771111${1000 + index}` }),
    );
    expect(startedOf(answers)).toBe(50);
  });

  it('answers honest starts during a flood of rubbish that stays within the throttle (T24)', async () => {
    const rubbish = startMany(500, () => start('127.0.0.31', {}));
    const honest = await startMany(25, (index) =>
      start(`127.0.0.${32 + index}`, { phone_number: phoneNumber('8') }),
    );
    expect(startedOf(honest)).toBe(25);
    expect(new Set((await rubbish).map(({ status }) => status))).toEqual(new Set([400]));
    expect(vonage.count('start')).toBe(25);
  });
});
