/**
 * Starts whose answer from Vonage was lost, refused or strange (docs/architecture.md#paths, R6, R9,
 * S7).
 */

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, call, idempotencyKey, phoneNumber, toApp } from '../../fixtures/app.ts';
import { created, problem, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import type { ScriptedAnswer, ScriptedVonage } from '../../fixtures/scripted-vonage.ts';

let stack: ScriptedStack;
let vonage: ScriptedVonage;

function send(phone_number: string, headers: Record<string, string> = {}): Promise<Answer> {
  const body = { phone_number, channels: ['silent_auth', 'sms'] };
  return call(stack.endpoints.api, 'POST', '/start', { body, headers });
}

/** A start that can be repeated with its key. */
function newStart(): { readonly number: string; readonly send: () => Promise<Answer> } {
  const number = phoneNumber('8');
  const headers = { 'idempotency-key': idempotencyKey() };
  return { number, send: () => send(number, headers) };
}

/** Vonage already has a request of this number, and names it or not. */
const inFlight = (requestId?: string): ScriptedAnswer =>
  problem(409, requestId === undefined ? {} : { request_id: requestId });
const broken = problem(500);

/** @param running the stack, once it runs */
export function lostStarts(running: () => ScriptedStack): void {
  beforeEach(() => {
    stack = running();
    vonage = stack.vonage;
    vonage.calls.length = 0;
  });

  describe('a lost answer to POST /v2/verify', () => {
    it.each<[string, ScriptedAnswer]>([
      ['a 202 that is cut', 'cut'],
      ['a 202 without request_id', { status: 202, body: {} }],
    ])('is reconciled after %s: the 409 names what took effect', async (_name, lost) => {
      const requestId = randomUUID();
      vonage.script('start', lost, inFlight(requestId));
      const { status, body } = await newStart().send();
      expect([status, body.request_id]).toEqual([202, requestId]);
      expect(vonage.count('start')).toBe(2);
    });

    it('stays unknown when the 409 names nothing, until a repetition gets its name', async () => {
      const requestId = randomUUID();
      const start = newStart();
      vonage.script('start', broken, inFlight());
      const lost = await start.send();
      expect(lost.status).toBe(503);
      expect(lost.headers.get('retry-after')).not.toBeNull();
      vonage.script('start', inFlight(requestId));
      const { status, body } = await start.send();
      expect([status, body.request_id]).toEqual([202, requestId]);
      expect(vonage.count('start')).toBe(3);
    });

    it('is not adopted by another start of the number', async () => {
      const requestId = randomUUID();
      const start = newStart();
      vonage.script('start', broken, inFlight());
      expect((await start.send()).status).toBe(503);
      vonage.script('start', broken, inFlight(requestId));
      const body = { phone_number: start.number, email: 'jo@example.org', channels: ['email'] };
      const other = await call(stack.endpoints.api, 'POST', '/start', { body });
      expect(other.status).toBe(503);
      vonage.script('start', inFlight(requestId));
      expect((await start.send()).status).toBe(503);
    });

    it('does not adopt what another start owns', async () => {
      const requestId = randomUUID();
      vonage.script('start', created(requestId));
      expect((await newStart().send()).status).toBe(202);
      vonage.script('start', broken, inFlight(requestId));
      const other = await newStart().send();
      expect(other.status).toBe(503);
      expect(JSON.stringify(other.body)).not.toContain(requestId);
    });
  });

  it.each([
    [403, 503, 'provider_unavailable'],
    [409, 429, 'rate_limited'],
    [422, 422, 'phone_number_refused'],
    [429, 503, 'provider_unavailable'],
  ])('%i of Vonage becomes %i %s and frees number and key', async (status, answered, code) => {
    const start = newStart();
    const refusal = problem(status, { request_id: 'canary-id' });
    vonage.script('start', refusal, refusal);
    const answer = await start.send();
    expect([answer.status, answer.body.code]).toEqual([answered, code]);
    expect(JSON.stringify(answer.body)).not.toContain('canary');
    vonage.script('start');
    expect((await start.send()).status).toBe(202);
  });

  describe('somebody else', () => {
    it('gets the same answer whether a verification of the number runs or a limit is spent', async () => {
      const start = newStart();
      expect((await start.send()).status).toBe(202);
      const foreign = await send(start.number);
      vonage.script('start', inFlight(randomUUID()));
      const limited = await newStart().send();
      for (const { status, body, headers } of [foreign, limited]) {
        expect(status).toBe(429);
        expect(Number(headers.get('retry-after')) % 30).toBe(0);
        expect(body.retry_after % 30).toBe(0);
      }
      const neutral = ({ body: { retry_after: _wait, ...rest } }: Answer): object => rest;
      expect(neutral(foreign)).toEqual(neutral(limited));
      expect(vonage.count('start')).toBe(2);
    });

    it('may start for a number after the end, but gets no token with the key of another', async () => {
      const start = newStart();
      const first = await start.send();
      await toApp(stack.endpoints.api, first).post('/cancel');
      const stolen = await start.send();
      expect(stolen.status).toBe(410);
      expect(JSON.stringify(stolen.body)).not.toContain('client_token"');
      const second = await send(start.number);
      expect(second.status).toBe(202);
      expect(second.body.request_id).not.toBe(first.body.request_id);
    });
  });
}
