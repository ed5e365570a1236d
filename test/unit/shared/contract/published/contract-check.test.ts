import { describe, expect, it } from 'vitest';
import { MOMENTS } from '../../../../../shared/contract/published/example-verifications.ts';
import { problem } from '../../../../../shared/contract/published/examples.ts';
import { assertContract, assertServerMessage } from '../../../../fixtures/contract-check.ts';

const JSON_ANSWER = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const PROBLEM = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
const STATUS = { verification: MOMENTS.completed };
const GATEWAY = { message: 'Not Found' };

type Call = Parameters<typeof assertContract>;

describe('assertContract', () => {
  it.each<[string, Call]>([
    ['an answer as it is described', ['GET', '/status', 200, JSON_ANSWER, STATUS]],
    ['no body with 204', ['POST', '/webhook', 204, { 'cache-control': 'no-store' }, undefined]],
    [
      'a problem that the route foresees',
      ['GET', '/status', 401, PROBLEM, problem('client_token_invalid')],
    ],
    [
      'the same wait in body and header',
      ['POST', '/start', 429, { ...PROBLEM, 'retry-after': '30' }, problem('rate_limited')],
    ],
    [
      "the gateway's own word for a route that there is not",
      ['GET', '/nothing', 404, { 'content-type': 'application/json' }, GATEWAY],
    ],
    [
      "the gateway's own word for a route that there is",
      ['POST', '/start', 403, { 'content-type': 'application/json' }, GATEWAY],
    ],
    [
      'public keys that may be kept',
      [
        'GET',
        '/.well-known/jwks.json',
        200,
        { ...JSON_ANSWER, 'cache-control': 'public, max-age=300' },
        { keys: [] },
      ],
    ],
  ])('takes %s', (_name, call) => {
    expect(() => assertContract(...call)).not.toThrow();
  });

  it.each<[string, Call]>([
    ['a status that is not foreseen', ['GET', '/status', 201, JSON_ANSWER, STATUS]],
    ['a success of a route that there is not', ['GET', '/nothing', 200, JSON_ANSWER, GATEWAY]],
    [
      'a missing member',
      [
        'GET',
        '/status',
        200,
        JSON_ANSWER,
        { verification: { ...MOMENTS.completed, seq: undefined } },
      ],
    ],
    [
      'another content type',
      ['GET', '/status', 200, { ...JSON_ANSWER, 'content-type': 'text/html' }, STATUS],
    ],
    ['a missing body', ['GET', '/status', 200, JSON_ANSWER, undefined]],
    ['a body with 204', ['POST', '/webhook', 204, JSON_ANSWER, {}]],
    [
      'an answer that may be cached',
      ['GET', '/status', 200, { 'content-type': 'application/json' }, STATUS],
    ],
    ['a code of another route', ['GET', '/status', 401, PROBLEM, problem('signature_invalid')]],
    [
      'a problem that speaks of another status',
      ['GET', '/status', 500, PROBLEM, { ...problem('internal'), status: 503 }],
    ],
    ['a wait without its header', ['POST', '/start', 429, PROBLEM, problem('rate_limited')]],
    [
      'a correlator that nobody could have sent',
      ['GET', '/status', 200, { ...JSON_ANSWER, 'x-correlator': 'a b' }, STATUS],
    ],
    [
      "anything but the gateway's form from the gateway",
      ['GET', '/status', 404, JSON_ANSWER, { error: 'x' }],
    ],
  ])('refuses %s', (_name, call) => {
    expect(() => assertContract(...call)).toThrow();
  });
});

describe('assertServerMessage', () => {
  it('takes the messages of the contract', () => {
    const verification = MOMENTS.check_url_issued;
    expect(() => assertServerMessage({ type: 'snapshot', verification })).not.toThrow();
    expect(() => assertServerMessage({ type: 'transition', verification })).not.toThrow();
    expect(() => assertServerMessage({ type: 'pong' })).not.toThrow();
    expect(() => assertServerMessage({ type: 'error', code: 'request_invalid' })).not.toThrow();
  });

  it('refuses any other', () => {
    expect(() => assertServerMessage({ type: 'hello' })).toThrow();
    expect(() => assertServerMessage({ type: 'snapshot' })).toThrow();
    expect(() => assertServerMessage({ type: 'error', code: 'no_such_code' })).toThrow();
    expect(() => assertServerMessage(undefined)).toThrow();
  });
});
