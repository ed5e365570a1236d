import { describe, expect, it } from 'vitest';
import { MOMENTS } from '../../../../../shared/contract/published/example-verifications.ts';
import { problem } from '../../../../../shared/contract/published/examples.ts';
import { assertContract, assertServerMessage } from '../../../../fixtures/contract-check.ts';

const JSON_ANSWER = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const PROBLEM = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
/** The gateway's own answers. */
const GATEWAY_HEADERS = { 'content-type': 'application/json' };
const GATEWAY = { message: 'Not Found' };
const STATUS = { verification: MOMENTS.completed };
const INCOMPLETE = { verification: { ...MOMENTS.completed, seq: undefined } };

describe('assertContract', () => {
  const HTML = { ...JSON_ANSWER, 'content-type': 'text/html' };
  const ODD_CORRELATOR = { ...JSON_ANSWER, 'x-correlator': 'a b' };
  it.each<
    [name: string, route: string, status: number, headers: Record<string, string>, body: unknown]
  >([
    ['an unknown status', 'GET /status', 201, JSON_ANSWER, STATUS],
    ['a success of an unknown route', 'GET /nothing', 200, JSON_ANSWER, GATEWAY],
    ['a missing member', 'GET /status', 200, JSON_ANSWER, INCOMPLETE],
    ['another content type', 'GET /status', 200, HTML, STATUS],
    ['a missing body', 'GET /status', 200, JSON_ANSWER, undefined],
    ['a body with 204', 'POST /webhook', 204, JSON_ANSWER, {}],
    ['an answer that may be cached', 'GET /status', 200, GATEWAY_HEADERS, STATUS],
    ['a code of another route', 'GET /status', 401, PROBLEM, problem('signature_invalid')],
    [
      'a problem with another status in its body',
      'GET /status',
      500,
      PROBLEM,
      { ...problem('internal'), status: 503 },
    ],
    ['a wait without its header', 'POST /start', 429, PROBLEM, problem('rate_limited')],
    ['a correlator of another form', 'GET /status', 200, ODD_CORRELATOR, STATUS],
    ['an error of another form', 'GET /status', 404, JSON_ANSWER, { error: 'x' }],
  ])('refuses %s', (_name, route, status, headers, body) => {
    const [method = '', path = ''] = route.split(' ');
    expect(() => assertContract(method, path, status, headers, body)).toThrow();
  });
});

describe('assertServerMessage', () => {
  it.each([{ type: 'hello' }, { type: 'snapshot' }, { type: 'error', code: 'other' }, undefined])(
    'refuses the message %j',
    (message) => {
      expect(() => assertServerMessage(message)).toThrow();
    },
  );
});
