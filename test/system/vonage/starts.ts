/**
 * Starts whose answer from Vonage was lost, refused or strange (docs/architecture.md#paths, R6, R9,
 * S7).
 */

import { expect, it } from 'vitest';
import { call, idempotencyKey, mailbox, phoneNumber } from '../../fixtures/app.ts';
import { created, problem, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import type { ScriptedAnswer } from '../../fixtures/scripted-vonage.ts';

/** Vonage already has a request of this number, and names it or not. */
const inFlight = (requestId?: string): ScriptedAnswer =>
  problem(409, requestId === undefined ? {} : { request_id: requestId });
const LOST = problem(500);
const UNAVAILABLE = '503 provider_unavailable';

/** Who starts, what Vonage answers in turn, and what becomes of it. */
type Start = readonly [
  who: 'first' | 'the same number' | 'another number',
  answers: readonly ScriptedAnswer[],
  becomes: string,
];

/** @param running the stack, once it runs */
export function vonageStarts(running: () => ScriptedStack): void {
  it.each<[string, ...Start[]]>([
    ['is reconciled when half of its 202 came', ['first', ['cut', inFlight('half')], '202 half']],
    [
      'is reconciled when its 202 names no request',
      ['first', [{ status: 202, body: {} }, inFlight('nameless')], '202 nameless'],
    ],
    [
      'stays unknown when the 409 names nothing, until a repetition gets its name',
      ['first', [LOST, inFlight()], UNAVAILABLE],
      ['first', [inFlight('late')], '202 late'],
    ],
    [
      'that is lost is not adopted by another start of the number',
      ['first', [LOST, inFlight()], UNAVAILABLE],
      ['the same number', [LOST, inFlight('contested')], UNAVAILABLE],
      ['first', [inFlight('contested')], UNAVAILABLE],
    ],
    [
      'does not adopt what another start owns',
      ['first', [created('owned')], '202 owned'],
      ['another number', [LOST, inFlight('owned')], UNAVAILABLE],
    ],
    [
      'that is refused frees number and key',
      ['first', [problem(422)], '422 phone_number_refused'],
      ['first', [created('second')], '202 second'],
    ],
  ])('a start %s', async (_what, ...starts) => {
    const { endpoints, vonage } = running();
    const phone_number = phoneNumber('8');
    const requests = {
      first: {
        body: { phone_number, channels: ['silent_auth', 'sms'] },
        headers: { 'idempotency-key': idempotencyKey() },
      },
      'the same number': { body: { phone_number, channels: ['email'], email: mailbox() } },
      'another number': { body: { phone_number: phoneNumber('8') } },
    };
    for (const [who, answers, becomes] of starts) {
      vonage.script('start', ...answers);
      const before = vonage.count('start');
      const { status, body } = await call(endpoints.api, 'POST', '/start', requests[who]);
      expect(`${status} ${body.request_id ?? body.code}`).toBe(becomes);
      expect(vonage.count('start')).toBe(before + answers.length);
    }
  });
}
