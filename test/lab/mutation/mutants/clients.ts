/** What the edge believes of its callers, and what it tells them. */

import type { Mutant } from '../mutant.ts';

const HANDSHAKE = 'shared/lambda/handshake.ts';
const RAW_BODY = 'shared/lambda/raw-body.ts';
const CALLER = 'shared/lambda/caller.ts';
const EDGE_CHECK = 'shared/adapters/secrets/edge-check.ts';

const HANDSHAKE_TESTS = ['test/unit/shared/lambda/handshake.test.ts'];
const RAW_BODY_TESTS = ['test/unit/shared/lambda/raw-body.test.ts'];
const CALLER_TESTS = ['test/unit/shared/lambda/caller.test.ts'];
const EDGE_CHECK_TESTS = ['test/unit/shared/adapters/secrets/edge-check.test.ts'];

export const CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'follow X-Forwarded-For',
    rule: 'T16',
    file: CALLER,
    find: 'const address = seen ?? requestContext.http.sourceIp;',
    replace: "const address = headers['x-forwarded-for'] ?? seen ?? requestContext.http.sourceIp;",
    tests: CALLER_TESTS,
  },
  {
    name: 'believe cloudfront-viewer-address without the origin secret',
    rule: 'T16',
    file: CALLER,
    find: 'const seen = isFromEdge ? ',
    replace: 'const seen = isFromEdge !== undefined ? ',
    tests: CALLER_TESTS,
  },
  {
    name: 'count the port of a viewer as its address',
    rule: 'T16',
    file: CALLER,
    find: 'return bracketed ?? plain;',
    replace: 'return bracketed ?? (plain && text);',
    tests: CALLER_TESTS,
  },
  {
    name: 'believe whoever names an origin secret',
    rule: 'T16',
    file: EDGE_CHECK,
    find: 'if (given === undefined) return false;',
    replace: 'if (given === undefined) return false;\n    if (secretId) return true;',
    tests: EDGE_CHECK_TESTS,
  },
  {
    name: 'compare the origin secret with ===',
    rule: 'T16',
    file: EDGE_CHECK,
    find: 'timingSafeEqual(one, other);',
    replace: 'timingSafeEqual !== undefined && given === wanted;',
    tests: EDGE_CHECK_TESTS,
  },
  {
    name: 'compare the beginning of the origin secret',
    rule: 'T16',
    file: EDGE_CHECK,
    find: 'return one.byteLength === other.byteLength && timingSafeEqual(one, other);',
    replace:
      'return timingSafeEqual(one.subarray(0, other.length), other.subarray(0, one.length));',
    tests: EDGE_CHECK_TESTS,
  },
  {
    name: 'accept an origin secret that is not set',
    rule: 'T16',
    file: EDGE_CHECK,
    find: "isSame(given, requireField(secret, 'origin_secret'))",
    replace: "(requireField && isSame(given, secret.origin_secret ?? ''))",
    tests: EDGE_CHECK_TESTS,
  },
  {
    name: 'accept an empty origin secret of before',
    rule: 'T16',
    file: EDGE_CHECK,
    find: '(previous ? isSame',
    replace: '(previous !== undefined ? isSame',
    tests: EDGE_CHECK_TESTS,
  },
  {
    name: 'let starts past CloudFront where it is the only way',
    rule: 'T8',
    file: 'functions/start/handler.ts',
    find: 'if (edge?.isOnlyWay && !isFromEdge) return NO_ROUTE;',
    replace: 'if (edge?.isOnlyWay && isFromEdge === undefined) return NO_ROUTE;',
    tests: ['test/unit/functions/start.test.ts'],
  },
  {
    name: 'drop the check of the origin',
    rule: 'T11',
    file: HANDSHAKE,
    find: 'if (origin === undefined) return true;',
    replace: 'return true;',
    tests: HANDSHAKE_TESTS,
  },
  {
    name: 'accept a look-alike origin',
    rule: 'T11',
    file: HANDSHAKE,
    find: 'allowedOrigins.includes(origin)',
    replace: 'allowedOrigins.some((allowed) => origin.startsWith(allowed))',
    tests: HANDSHAKE_TESTS,
  },
  {
    name: 'accept the origin null',
    rule: 'T11',
    file: HANDSHAKE,
    find: 'if (origin === undefined) return true;',
    replace: "if (origin === undefined || origin === 'null') return true;",
    tests: HANDSHAKE_TESTS,
  },
  {
    name: 'always select the subprotocol',
    rule: 'T11',
    file: HANDSHAKE,
    find: "headers: selects ? { 'Sec-WebSocket-Protocol': WEBSOCKET_SUBPROTOCOL } : {},",
    replace:
      "headers: selects || offered ? { 'Sec-WebSocket-Protocol': WEBSOCKET_SUBPROTOCOL } : {},",
    tests: HANDSHAKE_TESTS,
  },
  {
    name: 'take the client token from the URL',
    rule: 'T11',
    file: HANDSHAKE,
    find: "clientToken: bearer ?? subprotocol ?? '',",
    replace:
      "clientToken: Object(event).queryStringParameters?.token ?? bearer ?? subprotocol ?? '',",
    tests: HANDSHAKE_TESTS,
  },
  {
    name: 'read header names in one casing only',
    rule: 'T11',
    file: HANDSHAKE,
    find: 'known.toLowerCase() === name',
    replace: 'known === name',
    tests: HANDSHAKE_TESTS,
  },
  {
    name: 'read bodies of any size',
    rule: 'T14',
    file: RAW_BODY,
    find: 'if (bytes.length > maxBytes) {',
    replace: 'if (maxBytes < 0) {',
    tests: RAW_BODY_TESTS,
  },
  {
    name: 'count characters for bytes',
    rule: 'T14',
    file: RAW_BODY,
    find: 'if (bytes.length > maxBytes) {',
    replace: 'if (body.length > maxBytes) {',
    tests: RAW_BODY_TESTS,
  },
  {
    name: 'read a body of any media type',
    rule: 'T14',
    file: RAW_BODY,
    find: "const isJson = mediaType?.trim() === 'application/json';",
    replace: 'const isJson = mediaType !== undefined;',
    tests: RAW_BODY_TESTS,
  },
  {
    name: 'read a compressed body',
    rule: 'T14',
    file: RAW_BODY,
    find: "headers['content-encoding']",
    replace: 'headers[""]',
    tests: RAW_BODY_TESTS,
  },
  {
    name: 'read messages of any size',
    rule: 'T14',
    file: 'shared/lambda/message.ts',
    find: 'if (bytes.length > MAX_MESSAGE_BYTES) {',
    replace: 'if (bytes.length > MAX_MESSAGE_BYTES * 1000) {',
    tests: ['test/unit/shared/lambda/message.test.ts'],
  },
  {
    name: 'relay the text of an error',
    rule: 'S9',
    file: 'shared/lambda/problem.ts',
    find: 'detail: PROBLEMS[code].advice,',
    replace: 'detail: error instanceof Error ? error.message : PROBLEMS[code].advice,',
    tests: ['test/unit/shared/lambda/problem.test.ts'],
  },
  {
    name: 'log the message of an error',
    rule: 'S9',
    file: 'shared/lambda/telemetry.ts',
    find: ': error.name;',
    replace: ': error.message;',
    tests: ['test/unit/shared/lambda/telemetry.test.ts'],
  },
  {
    name: 'log the phone number',
    rule: 'S9',
    file: 'functions/start/handler.ts',
    find: 'telemetry.annotate({ request_id: verification.requestId, country });',
    replace:
      'telemetry.annotate({ request_id: verification.requestId, country: request.phoneNumber });',
    tests: ['test/lab/simulation/simulation.test.ts'],
  },
  {
    name: 'log the client token',
    rule: 'S9',
    file: 'shared/lambda/bearer.ts',
    find: 'return known(parse(text), telemetry);',
    replace: 'telemetry.annotate({ correlator: text });\n  return known(parse(text), telemetry);',
    tests: ['test/lab/simulation/simulation.test.ts'],
  },
  {
    name: 'show a verification to a foreign token',
    rule: 'S8',
    file: 'shared/usecases/own-entry.ts',
    find: 'if (!entry || !isOwnedBy(entry, token)) throw unauthorized();',
    replace: 'if (!entry || isOwnedBy === undefined) throw unauthorized();',
    tests: ['test/unit/shared/usecases/issue-proof.test.ts'],
  },
  {
    name: 'compare the first byte of a token hash',
    rule: 'S8',
    file: 'shared/domain/ports/verification-log.ts',
    find: 'clientTokenHash.every((byte, index) => byte === hash[index])',
    replace: 'clientTokenHash[0] === hash[0]',
    tests: ['test/unit/shared/usecases/own-entry.test.ts'],
  },
];
