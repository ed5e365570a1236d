/** What comes in, byte by byte and member by member. */

import type { Mutant } from '../mutant.ts';

const JSON_BODY = 'shared/lambda/json-body.ts';
const REQUESTS = 'shared/contract/requests.ts';
const TOKEN = 'shared/adapters/vonage/webhook-token.ts';
const SIGNATURE = 'shared/adapters/vonage/webhook-signature.ts';
const BODY = 'shared/adapters/vonage/webhook-body.ts';

const JSON_BODY_TESTS = ['test/unit/shared/lambda/json-body.test.ts'];
const REQUEST_TESTS = ['test/unit/shared/contract/requests.test.ts'];
const SIGNATURE_TESTS = ['test/unit/shared/adapters/vonage/webhook-signature.test.ts'];
const BODY_TESTS = ['test/unit/shared/adapters/vonage/webhook-body.test.ts'];

export const INPUT_MUTANTS: readonly Mutant[] = [
  {
    name: 'read a body that is no UTF-8',
    rule: 'T14',
    file: JSON_BODY,
    find: 'fatal: true',
    replace: 'fatal: false',
    tests: JSON_BODY_TESTS,
  },
  {
    name: 'read a body with a byte order mark',
    rule: 'T14',
    file: JSON_BODY,
    find: 'ignoreBOM: true',
    replace: 'ignoreBOM: false',
    tests: JSON_BODY_TESTS,
  },
  {
    name: 'repeat what was wrong in a body',
    rule: 'S9',
    file: JSON_BODY,
    find: "return { field: path.join('.') || 'body', reason: message };",
    replace:
      "return { field: path.join('.') || 'body', reason: message + JSON.stringify(arguments[0]) };",
    tests: JSON_BODY_TESTS,
  },
  {
    name: 'take any word before a client token',
    rule: 'S8',
    file: 'shared/lambda/bearer.ts',
    find: '/^Bearer ([^\\s]+)$/i',
    replace: '/([^\\s]+)$/i',
    tests: ['test/unit/shared/lambda/bearer.test.ts'],
  },
  {
    name: 'accept a client token that can be written in two ways',
    rule: 'S8',
    file: 'shared/adapters/secrets/client-token.ts',
    find: '{42}[AEIMQUYcgkosw048]$/',
    replace: '{43}$/',
    tests: ['test/unit/shared/lambda/bearer.test.ts'],
  },
  {
    name: 'log a correlator of any form',
    rule: 'S9',
    file: 'shared/lambda/handler.ts',
    find: 'correlator !== undefined && CORRELATOR_PATTERN.test(correlator)',
    replace: 'correlator !== undefined && CORRELATOR_PATTERN',
    tests: ['test/unit/shared/lambda/handler.test.ts'],
  },
  {
    name: 'let answers be kept',
    rule: 'S8',
    file: 'shared/lambda/handler.ts',
    find: "'cache-control': 'no-store',",
    replace: '',
    tests: ['test/unit/shared/lambda/handler.test.ts'],
  },
  {
    name: 'accept a code with white space',
    rule: 'S6',
    file: REQUESTS,
    find: '/^[A-Za-z0-9]{4,10}$/',
    replace: '/^\\s*[A-Za-z0-9]{4,10}\\s*$/',
    tests: REQUEST_TESTS,
  },
  {
    name: 'accept a number without its plus',
    rule: 'T8',
    file: REQUESTS,
    find: '/^\\+[1-9][0-9]{6,14}$/',
    replace: '/^\\+?[1-9][0-9]{6,14}$/',
    tests: REQUEST_TESTS,
  },
  {
    name: 'accept a channel twice',
    rule: 'T8',
    file: REQUESTS,
    find: 'new Set(channels).size === channels.length',
    replace: 'new Set(channels).size <= channels.length',
    tests: REQUEST_TESTS,
  },
  {
    name: 'accept a nonce that can be guessed',
    rule: 'T21',
    file: REQUESTS,
    find: '/^[A-Za-z0-9_-]{16,128}$/',
    replace: '/^[A-Za-z0-9_-]{0,128}$/',
    tests: REQUEST_TESTS,
  },
  {
    name: 'accept an algorithm in any spelling',
    rule: 'T5',
    file: TOKEN,
    find: "header.alg !== 'HS256'",
    replace: "String(header.alg).toUpperCase() !== 'HS256'",
    tests: SIGNATURE_TESTS,
  },
  {
    name: 'find a bearer anywhere in the header',
    rule: 'T3',
    file: TOKEN,
    find: 'const BEARER = /^bearer (',
    replace: 'const BEARER = /bearer (',
    tests: SIGNATURE_TESTS,
  },
  {
    name: 'read times that are text',
    rule: 'T3',
    file: SIGNATURE,
    find: "return typeof value === 'number' && Number.isFinite(value);",
    replace: 'return Number.isFinite(Number(value));',
    tests: SIGNATURE_TESTS,
  },
  {
    name: 'accept a token before its time',
    rule: 'T3',
    file: SIGNATURE,
    find: ' || (nbf !== undefined && nbf > latest)',
    replace: '',
    tests: SIGNATURE_TESTS,
  },
  {
    name: 'trust a short secret of before',
    rule: 'T6',
    file: SIGNATURE,
    find: 'signatureSecrets.some((value)',
    replace: 'signatureSecrets.slice(0, 1).some((value)',
    tests: SIGNATURE_TESTS,
  },
  {
    name: 'read members that are spelled with escapes as others',
    rule: 'T14',
    file: 'shared/adapters/vonage/strict-json.ts',
    find: 'const name = String(JSON.parse(literal));',
    replace: 'const name = literal;',
    tests: ['test/unit/shared/adapters/vonage/strict-json.test.ts', ...SIGNATURE_TESTS],
  },
  {
    name: 'act on a webhook of an unknown type',
    rule: 'R17',
    file: BODY,
    find: ": type === 'summary'",
    replace: ": type !== 'event'",
    tests: BODY_TESTS,
  },
  {
    name: 'pick one of several actions',
    rule: 'R17',
    file: BODY,
    find: ' && action.length === 1',
    replace: '',
    tests: BODY_TESTS,
  },
  {
    name: 'take a webhook for a test because its request_id holds a word',
    rule: 'R17',
    file: BODY,
    find: 'requestId.startsWith(DOCTOR_REQUEST_ID_PREFIX)',
    replace: 'requestId.includes(DOCTOR_REQUEST_ID_PREFIX)',
    tests: BODY_TESTS,
  },
  {
    name: 'read answers of any size',
    rule: 'R9',
    file: 'shared/adapters/https/exchange.ts',
    find: 'if (size > maxBytes)',
    replace: 'if (size < 0)',
    tests: ['test/unit/shared/adapters/https/exchange.test.ts'],
  },
  {
    name: 'put a request_id into a path as it is',
    rule: 'T13',
    file: 'shared/adapters/vonage/client.ts',
    find: 'encodeURIComponent(requestId)',
    replace: 'requestId',
    tests: ['test/unit/shared/adapters/vonage/client.test.ts'],
  },
];
