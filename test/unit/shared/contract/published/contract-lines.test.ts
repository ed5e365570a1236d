import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { breakingLines, contractLines, messageLines } from '../../../../fixtures/contract-lines.ts';
import { member } from '../../../../fixtures/json.ts';

/** Sets, or with `undefined` removes, what stands at a path of the document. */
type Edit = readonly [path: string, value: unknown];

const SCHEMAS = 'components schemas';
const VERIFICATION = `${SCHEMAS} Verification`;
const SHOWN = `${VERIFICATION} properties`;
const REQUEST = `${SCHEMAS} StartRequest`;
const ASKED = `${REQUEST} properties`;
const REASON = `${SCHEMAS} NextWorkflowRequest properties error`;
const START = 'paths /start post';
const NEXT = 'paths /next-workflow post';
const INTEGER = { type: 'integer' };
const NULL = { type: 'null' };

const refTo = (name: string) => `$ref "#/components/schemas/${name}"`;
const anyOf = (...names: string[]) => ({
  anyOf: [...names.map((name) => ({ $ref: `#/components/schemas/${name}` })), NULL],
});

/** What the edits break for a client. */
function broken(name: 'openapi' | 'asyncapi', ...edits: readonly Edit[]): readonly string[] {
  const linesOf = name === 'openapi' ? contractLines : messageLines;
  const document: unknown = JSON.parse(readFileSync(`docs/${name}.json`, 'utf8'));
  const before = linesOf(document);
  for (const [path, value] of edits) {
    const keys = path.split(' ');
    const parent = Object(member(document, ...keys.slice(0, -1)));
    Reflect.set(parent, keys.at(-1) ?? '', value);
  }
  return breakingLines(before, linesOf(JSON.parse(JSON.stringify(document))));
}

describe('breakingLines', () => {
  it.each<[line: string, path: string, value: unknown]>([
    ['+ GET /status 200: is answered', 'paths /status', undefined],
    ['+ POST /start 202: is answered', `${START} responses 202`, undefined],
    ['+ POST /start: open with {}', `${START} security`, [{ login: [] }]],
    ['- POST /start: needs idempotency-key', 'components parameters IdempotencyKey required', true],
    ['- POST /next-workflow: needs a body', `${NEXT} requestBody required`, true],
    ['+ Verification: required "seq"', `${VERIFICATION} required`, ['request_id']],
    ['+ Verification.seq: type "integer"', `${SHOWN} seq`, undefined],
    ['+ Verification.seq: type "integer"', `${SHOWN} seq type`, 'string'],
    ['+ Verification.seq: is never null', `${SHOWN} seq`, { anyOf: [INTEGER, NULL] }],
    ['+ Verification.ended_at: format "date-time"', `${SHOWN} ended_at`, INTEGER],
    ['+ Verification.verified.email: type "boolean"', `${SHOWN} verified properties email`, NULL],
    [`+ Verification.workflow[]: ${refTo('Step')}`, `${SHOWN} workflow items`, INTEGER],
    [`+ Verification.action: ${refTo('OpenCheckUrl')}`, `${SHOWN} action`, anyOf('SubmitCode')],
    ['+ StartRequest.nonce: type "string"', `${ASKED} nonce`, undefined],
    ['+ StartRequest.result: enum "redirect"', `${ASKED} result enum`, ['json']],
    ['+ NextWorkflowRequest.error: takes values of no enum', `${REASON} enum`, ['other']],
    ['- StartRequest: required "email"', `${REQUEST} required`, ['phone_number', 'email']],
    ['- StartRequest: additionalProperties false', `${REQUEST} additionalProperties`, false],
    ['- StartRequest.nonce: maxLength 127', `${ASKED} nonce maxLength`, 127],
  ])('finds %j in the OpenAPI document', (line, path, value) => {
    expect(broken('openapi', [path, value])).toEqual(expect.arrayContaining([line]));
  });

  it.each<[line: string, path: string, value: unknown]>([
    ['+ Transition: type "object"', 'components messages Transition', undefined],
    ['+ Verification.seq: type "integer"', `${SHOWN} seq`, undefined],
    ['+ Ping.action: const "ping"', `${SCHEMAS} Ping properties action const`, 'pong'],
    ['- Subscribe: required "seq"', `${SCHEMAS} Subscribe required`, ['action', 'seq']],
  ])('finds %j in the AsyncAPI document', (line, path, value) => {
    expect(broken('asyncapi', [path, value])).toEqual(expect.arrayContaining([line]));
  });

  it('lets routes, statuses, members, values of enums, actions and messages be added', () => {
    const action = { type: 'object', required: ['type'], properties: { type: { const: 'new' } } };
    const added = broken(
      'openapi',
      ['paths /more', { get: { requestBody: { required: true }, responses: {} } }],
      [`${START} responses 201`, { description: 'more' }],
      [`${SHOWN} more`, INTEGER],
      [`${ASKED} more`, { type: 'string', maxLength: 9 }],
      [`${ASKED} result enum`, ['json', 'redirect', 'more']],
      [`${SCHEMAS} NewAction`, action],
      [`${SHOWN} action`, anyOf('OpenCheckUrl', 'SubmitCode', 'NewAction')],
    );
    const message = ['components messages More', { payload: { type: 'object' } }] as const;
    expect([...added, ...broken('asyncapi', message)]).toEqual([]);
  });
});
