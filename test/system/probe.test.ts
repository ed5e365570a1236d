/**
 * `npm run probe` over a local stack whose Vonage answers in several ways. What a cancel still reaches
 * depends on the machine, and is not asserted.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observe } from '../../infra/operate/probe/observe.ts';
import { misbehaviours, toReadings } from '../../infra/operate/probe/readings.ts';
import { type Ended, runProgram } from '../fixtures/command.ts';
import { setFaults } from '../fixtures/local-services.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';

const TIME_SCALE = 0.4;
let stack: OwnStack;

beforeAll(async () => {
  stack = await startOwnStack({ timeScale: TIME_SCALE });
});
afterAll(() => stack?.close());

const probe = (...args: readonly string[]): Promise<Ended> =>
  runProgram(process.execPath, ['infra/operate/probe/run.ts', '--local', stack.folder, ...args], {
    VONAGE_TIME_SCALE: String(TIME_SCALE),
  });

it('prints the table, and keeps nothing private', async () => {
  const file = join(stack.folder, 'probe.json');
  const { code, output } = await probe('--json', file);
  expect(output).toContain('behaved correctly in everything');
  expect(output.match(/^ ?\d+ {2}\S/gm)).toHaveLength(20);
  expect(output).toMatch(/^… even: cancelled after 35 s$/m);
  expect(code).toBe(0);
  const kept = readFileSync(file, 'utf8');
  expect(JSON.parse(kept)).toMatchObject({
    stage: 'local',
    misbehaves: [],
    observations: {
      even: { ended: { status: 'completed', isNumberVerified: true } },
      odd: { ended: { status: 'user_rejected' } },
      failing: { ended: { status: 'failed', reason: 'carrier_failed' } },
      cancelledEarly: { cancelled: 200 },
      cancelledLate: { cancelled: 200 },
      untouched: { ended: { status: 'expired', reason: 'channel_expired' } },
    },
  });
  expect(kept + output).not.toMatch(/990\d{6}|silent-auth\/redirect|[\w-]{43}/);
});

describe('the probe finds the readings under which the product misbehaves', () => {
  const allOthers = {
    check_url_in: 'webhook',
    action: 'array',
    carrier_status: 412,
    wrong_silent_code: 'gone',
    fetch_once: true,
    silent_code: 'digits',
    hops: 12,
  };
  it.each<
    [
      reading: string,
      faults: readonly object[],
      names: readonly string[],
      seen: Readonly<Record<number, RegExp>>,
    ]
  >([
    [
      'other answers that are all accepted',
      [
        { request: allOthers },
        { webhook: { set: { price: '0.05' }, duplicate: 1 } },
        { next: 1, answer: { operation: 'start', kind: 'throttled' } },
        { next: 1, answer: { operation: 'check', kind: 'throttled' } },
      ],
      [],
      { 5: /^odd: 412 .*; 99: 412 /, 8: /^410 verification_closed, then /, 14: /^second GET: 404/ },
    ],
    [
      'a check_url on a foreign host',
      [{ request: { check_url: 'https://check.example/{request_id}' } }],
      ['no-check-url'],
      { 7: /with the answer to the start: 0 of/ },
    ],
    [
      'another request_id at the end of the redirects, and every code accepted',
      [
        { request: { result_request_id: 'other' } },
        { answer: { operation: 'check', kind: 'invalid_code', status: 200 } },
      ],
      ['other-request-id', 'wrong-code-accepted'],
      {},
    ],
    ['a chain of 16 redirects', [{ request: { hops: 16 } }], ['chain-not-followed'], {}],
    [
      'webhooks with another signature',
      [{ webhook: { signature: 'wrong_secret' } }],
      ['no-webhook'],
      { 3: /^no webhook had an effect$/ },
    ],
  ])('%s', async (_reading, faults, names, seen) => {
    await setFaults(stack.endpoints, ...faults);
    const backend = { apiUrl: stack.endpoints.api, timeScale: TIME_SCALE };
    const observations = await observe({ backend, isQuick: true });
    expect(misbehaviours(observations)).toEqual(names);
    const readings = toReadings(observations);
    for (const [number, pattern] of Object.entries(seen)) {
      expect(readings[Number(number)]).toMatch(pattern);
    }
  });
});

it('says in a sentence why it cannot begin, and exits with 2', async () => {
  await setFaults(stack.endpoints, { answer: { operation: 'start', kind: 'low_balance' } });
  const { code, output } = await probe();
  expect(output).toMatch(/POST \/start answered 503 provider_unavailable: npm run doctor shows/);
  expect(code).toBe(2);
});
