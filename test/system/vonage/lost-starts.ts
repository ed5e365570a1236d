/**
 * Starts whose answer from Vonage was lost, refused or strange (docs/architecture.md#paths, R6, R9,
 * S7).
 */

import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, call, idempotencyKey, phoneNumber } from '../../fixtures/app.ts';
import { created, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import type { ScriptedAnswer, ScriptedVonage } from '../../fixtures/scripted-vonage.ts';

let stack: ScriptedStack;
let vonage: ScriptedVonage;

interface Start {
  readonly number: string;
  readonly key: string;
  readonly send: () => Promise<Answer>;
}

function newStart(more: Record<string, unknown> = {}): Start {
  const number = phoneNumber('8');
  const key = idempotencyKey();
  const body = { phone_number: number, channels: ['silent_auth', 'sms'], ...more };
  const headers = { 'idempotency-key': key };
  const send = (): Promise<Answer> =>
    call(stack.endpoints.api, 'POST', '/start', { body, headers });
  return { number, key, send };
}

const inFlight = (requestId?: string): ScriptedAnswer => ({
  status: 409,
  body: { title: 'Conflict', detail: 'concurrent', ...(requestId && { request_id: requestId }) },
});
const broken: ScriptedAnswer = { status: 500, body: { title: 'Internal error' } };

/** @param running the stack, once it runs */
export function lostStarts(running: () => ScriptedStack): void {
  beforeAll(() => {
    stack = running();
    vonage = stack.vonage;
  });
  beforeEach(() => {
    vonage.calls.length = 0;
  });

  describe('a lost answer to POST /v2/verify', () => {
    it.each([
      ['a 202 that is cut', 'cut' as const],
      ['a 202 without request_id', { status: 202, body: {} }],
    ])('is reconciled after %s: the 409 names what took effect', async (_name, lost) => {
      const requestId = randomUUID();
      vonage.script('start', lost, inFlight(requestId));
      const answer = await newStart().send();
      expect(answer.status).toBe(202);
      expect(answer.body.request_id).toBe(requestId);
      expect(vonage.count('start')).toBe(2);
    });

    it('stays unknown when the 409 names nothing; the repeat takes over', async () => {
      const requestId = randomUUID();
      const start = newStart();
      vonage.script('start', broken, inFlight());
      const lost = await start.send();
      expect(lost.status).toBe(503);
      expect(lost.headers.get('retry-after')).not.toBeNull();
      vonage.script('start', inFlight(requestId));
      const repeated = await start.send();
      expect(repeated.status).toBe(202);
      expect(repeated.body.request_id).toBe(requestId);
      expect(vonage.count('start')).toBe(3);
    });

    it('is never adopted by another start of the number', async () => {
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

    it('never adopts what another start owns', async () => {
      const requestId = randomUUID();
      vonage.script('start', created(requestId));
      expect((await newStart().send()).status).toBe(202);
      vonage.script('start', broken, inFlight(requestId));
      const other = await newStart().send();
      expect(other.status).toBe(503);
      expect(JSON.stringify(other.body)).not.toContain(requestId);
    });
  });

  describe('a definite answer to POST /v2/verify', () => {
    it.each([
      [403, 503, 'provider_unavailable'],
      [409, 429, 'rate_limited'],
      [422, 422, 'phone_number_refused'],
      [429, 503, 'provider_unavailable'],
    ])('%i becomes %i %s and frees number and key', async (status, answered, code) => {
      const start = newStart();
      const problem = { status, body: { title: 'canary-text', request_id: 'canary-id' } };
      vonage.script('start', problem, problem);
      const answer = await start.send();
      expect(answer.status).toBe(answered);
      expect(answer.body.code).toBe(code);
      expect(JSON.stringify(answer.body)).not.toContain('canary');
      vonage.script('start');
      expect((await start.send()).status).toBe(202);
    });
  });

  describe('somebody else', () => {
    it('gets the same answer whether a verification of the number runs or a limit is spent', async () => {
      const start = newStart();
      expect((await start.send()).status).toBe(202);
      const body = { phone_number: start.number, channels: ['silent_auth', 'sms'] };
      const foreign = await call(stack.endpoints.api, 'POST', '/start', { body });
      vonage.script('start', inFlight(randomUUID()));
      const limited = await newStart().send();
      for (const { status, body: problem, headers } of [foreign, limited]) {
        expect(status).toBe(429);
        expect(Number(headers.get('retry-after')) % 30).toBe(0);
        expect(problem.retry_after % 30).toBe(0);
      }
      const neutral = ({ body: { retry_after: _wait, ...rest } }: Answer): object => rest;
      expect(neutral(foreign)).toEqual(neutral(limited));
      expect(vonage.count('start')).toBe(2);
    });

    it('may start for a number whose verification has ended', async () => {
      const start = newStart();
      const first = await start.send();
      const authorization = `Bearer ${first.body.client_token}`;
      await call(stack.endpoints.api, 'POST', '/cancel', { headers: { authorization } });
      const body = { phone_number: start.number, channels: ['silent_auth'] };
      const second = await call(stack.endpoints.api, 'POST', '/start', { body });
      expect(second.status).toBe(202);
      expect(second.body.request_id).not.toBe(first.body.request_id);
    });

    it('gets no token with a stolen key after the end', async () => {
      const start = newStart();
      const { body } = await start.send();
      const authorization = `Bearer ${body.client_token}`;
      await call(stack.endpoints.api, 'POST', '/cancel', { headers: { authorization } });
      const stolen = await start.send();
      expect(stolen.status).toBe(410);
      expect(JSON.stringify(stolen.body)).not.toContain('client_token"');
    });
  });
}
