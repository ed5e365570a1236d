import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { breakingChanges, breakingMessages } from '../../../../fixtures/contract-changes.ts';
import { items, member } from '../../../../fixtures/schema-changes.ts';

const read = (file: string): string => readFileSync(`docs/${file}.json`, 'utf8');

/** Sets, or with `undefined` removes, what stands at a path of the document. */
type Edit = readonly [path: string, value: unknown];

function edited(text: string, edits: readonly Edit[]): unknown {
  const document: unknown = JSON.parse(text);
  for (const [path, value] of edits) {
    const keys = path.split(' ');
    const parent = member(document, ...keys.slice(0, -1));
    const key = keys.at(-1) ?? '';
    if (typeof parent !== 'object' || parent === null) throw new Error(`nothing at ${path}`);
    if (value === undefined) Reflect.deleteProperty(parent, key);
    else Reflect.set(parent, key, value);
  }
  return document;
}

function at(text: string, path: string): readonly unknown[] {
  return items(member(JSON.parse(text), ...path.split(' ')));
}

const OPENAPI = read('openapi');
const ASYNCAPI = read('asyncapi');
const SCHEMAS = 'components schemas';
const VERIFICATION = `${SCHEMAS} Verification`;
const SHOWN = `${VERIFICATION} properties`;
const REQUEST = `${SCHEMAS} StartRequest`;
const ASKED = `${REQUEST} properties`;
const CHECK = `${SCHEMAS} CheckCodeRequest properties`;
const REASON = `${SCHEMAS} NextWorkflowRequest properties error`;
const CHECK_URL = `${SCHEMAS} OpenCheckUrl properties check_url`;
const START = 'paths /start post';
const STATUS = 'paths /status get';

const anyOf = (...names: string[]) => ({
  anyOf: [...names.map((name) => ({ $ref: `#/components/schemas/${name}` })), { type: 'null' }],
});
const NULLABLE = { anyOf: [{ type: 'integer' }, { type: 'null' }] };
const NEW_ACTION = { type: 'object', required: ['type'], properties: { type: { const: 'new' } } };

describe('breakingChanges', () => {
  it.each<[string, string, unknown]>([
    ['a route is gone', 'paths /status', undefined],
    ['a method is gone', START, undefined],
    ['a success is gone', `${START} responses 202`, undefined],
    ['a media type is gone', `${STATUS} responses 200 content application/json`, undefined],
    ['a member of an answer is gone', `${SHOWN} seq`, undefined],
    ['a nested member is gone', `${SHOWN} verified properties email`, undefined],
    ['a member of an action is gone', CHECK_URL, undefined],
    ['a member may be missing', `${VERIFICATION} required`, ['request_id']],
    ['a member has another type', `${SHOWN} seq type`, 'string'],
    ['a member has another format', `${SHOWN} created_at format`, 'date'],
    ['a member may be null', `${SHOWN} seq`, NULLABLE],
    ['a member is a number instead of a time or null', `${SHOWN} ended_at`, { type: 'integer' }],
    ['elements have another type', `${SHOWN} workflow items`, { type: 'string' }],
    ['a kind of action is gone', `${SHOWN} action`, anyOf('SubmitCode')],
    ['a member has become required', `${REQUEST} required`, ['phone_number', 'email']],
    ['a member of a request is gone', `${ASKED} nonce`, undefined],
    ['a value is no longer accepted', `${ASKED} result enum`, ['json']],
    ['free text becomes an enum', `${REASON} enum`, ['other']],
    ['a pattern is another', `${CHECK} code pattern`, '^[0-9]+$'],
    ['a text must be shorter', `${CHECK} request_id maxLength`, 36],
    ['a text must be shorter than its pattern', `${ASKED} nonce maxLength`, 127],
    ['an array must be longer', `${ASKED} channels minItems`, 2],
    ['unknown members are refused', `${REQUEST} additionalProperties`, false],
    ['a body has become required', 'paths /next-workflow post requestBody required', true],
    ['a body is no longer accepted', `${START} requestBody`, undefined],
    ['a header has become required', 'components parameters IdempotencyKey required', true],
    ['a login has become necessary', `${START} security`, [{ login: [] }]],
    ['another token is necessary', `${STATUS} security`, [{ login: [] }]],
  ])('finds it when %s', (_name, path, value) => {
    const after = edited(OPENAPI, [[path, value]]);
    expect(breakingChanges(JSON.parse(OPENAPI), after)).not.toEqual([]);
  });

  it('lets members, enums, actions, statuses and optional headers be added', () => {
    const statuses = at(OPENAPI, `${SCHEMAS} Status enum`);
    const required = at(OPENAPI, `${VERIFICATION} required`);
    const after = edited(OPENAPI, [
      [`${SHOWN} more`, { type: 'string' }],
      [`${VERIFICATION} required`, [...required, 'more']],
      [`${SCHEMAS} Status enum`, [...statuses, 'new']],
      [`${ASKED} more`, { type: 'string' }],
      [`${ASKED} result enum`, ['json', 'redirect', 'more']],
      [`${CHECK} request_id maxLength`, 256],
      [`${ASKED} nonce maxLength`, 128],
      [`${SCHEMAS} NewAction`, NEW_ACTION],
      [`${SHOWN} action`, anyOf('OpenCheckUrl', 'SubmitCode', 'NewAction')],
      [`${STATUS} responses 418`, { description: 'more' }],
      ['paths /more', { get: { responses: {} } }],
      [`${STATUS} security`, []],
    ]);
    expect(breakingChanges(JSON.parse(OPENAPI), after)).toEqual([]);
  });

  it('names the member', () => {
    const found = breakingChanges(JSON.parse(OPENAPI), edited(OPENAPI, [[CHECK_URL, undefined]]));
    const where = 'GET /status 200.verification.action<open_check_url>.check_url';
    expect(found).toContain(`${where} is gone`);
  });
});

describe('breakingMessages', () => {
  it.each<[string, string, unknown]>([
    ['a message is gone', 'components messages Transition', undefined],
    ['a member of a push is gone', `${SCHEMAS} Transition properties verification`, undefined],
    ['a member of the object is gone', `${SHOWN} seq`, undefined],
    ['another word is wanted', `${SCHEMAS} Ping properties action const`, 'pong'],
    ['more is wanted', `${SCHEMAS} Subscribe required`, ['action', 'client_token', 'seq']],
    ['a token must be shorter', `${SCHEMAS} Subscribe properties client_token maxLength`, 64],
  ])('finds it when %s', (_name, path, value) => {
    const after = edited(ASYNCAPI, [[path, value]]);
    expect(breakingMessages(JSON.parse(ASYNCAPI), after)).not.toEqual([]);
  });

  it('lets messages and members be added', () => {
    const after = edited(ASYNCAPI, [
      ['components messages More', { payload: { type: 'object' } }],
      [`${SCHEMAS} Transition properties more`, { type: 'string' }],
      [`${SCHEMAS} Subscribe properties since`, { type: 'integer' }],
    ]);
    expect(breakingMessages(JSON.parse(ASYNCAPI), after)).toEqual([]);
  });
});
