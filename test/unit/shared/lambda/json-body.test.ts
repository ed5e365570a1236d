import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseBody, parseOptionalBody } from '../../../../shared/lambda/json-body.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

const schema = z.object({ word: z.optional(z.string().check(z.maxLength(5, 'is too long'))) });

function requestOf(bytes: Buffer | string) {
  const body = Buffer.from(bytes).toString('base64');
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

  it.each<[string, Buffer | string]>([
    ['a byte order mark', '\ufeff{}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['half of a surrogate pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['text that is not JSON', '{"word":"a",}'],
    ['white space alone', ' \n'],
    ['brackets without end', '['.repeat(4000)],
  ])('refuses %s', (_what, bytes) => {
    const reason = 'must be JSON in UTF-8';
    expect(() => parseBody(schema, requestOf(bytes))).toThrow(
      refusedFor({ field: 'body', reason }),
    );
  });

  it.each(['{"word":"a","w\\u006frd":"b"}', '{"__proto__":{"admin":true}}'])(
    'refuses %s, which two parsers could read differently',
    (text) => {
      const reason = 'must not repeat a member';
      expect(() => parseBody(schema, requestOf(text))).toThrow(
        refusedFor({ field: 'body', reason }),
      );
    },
  );

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
