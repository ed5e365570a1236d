import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseBody, parseOptionalBody } from '../../../../shared/lambda/json-body.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

const schema = z.object({ word: z.optional(z.string().check(z.maxLength(5, 'is too long'))) });

function requestOf(text: string) {
  const body = Buffer.from(text).toString('base64');
  return httpRequest({ 'content-type': 'application/json' }, { body, isBase64Encoded: true });
}

const refusedFor = (...errors: readonly object[]) =>
  expect.objectContaining({ code: 'request_invalid', members: { errors } });

describe('parseBody', () => {
  it('makes a new object of the members that it knows', () => {
    const request = requestOf('{"word":"ümlä","admin":true,"a":[{"word":1},{"word":2}]}');
    const parsed = parseBody(schema, request);
    expect(parsed).toEqual({ word: 'ümlä' });
    expect(Reflect.get(parsed, 'admin')).toBeUndefined();
  });

  it.each([
    ['{"word":"a",}', 'must be JSON in UTF-8'],
    [' \n', 'must be JSON in UTF-8'],
    // Two parsers could read them differently.
    ['{"word":"a","w\\u006frd":"b"}', 'must not repeat a member'],
    ['{"__proto__":{"admin":true}}', 'must not repeat a member'],
  ])('refuses %j, because a body %s', (text, reason) => {
    expect(() => parseBody(schema, requestOf(text))).toThrow(refusedFor({ field: 'body', reason }));
  });

  it.each(['null', '[]', '"word"', '1', 'true'])('refuses %s, which is not an object', (text) => {
    expect(() => parseBody(schema, requestOf(text))).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    );
  });

  it('names the member at fault and does not repeat its value', () => {
    expect(() => parseBody(schema, requestOf('{"word":"secret word"}'))).toThrow(
      refusedFor({ field: 'word', reason: 'is too long' }),
    );
  });
});

describe('parseOptionalBody', () => {
  it('takes no body for an empty object, and checks every other', () => {
    expect(parseOptionalBody(schema, httpRequest())).toEqual({});
    expect(() => parseOptionalBody(schema, requestOf('null'))).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    );
  });
});
