import { describe, expect, it } from 'vitest';
import { rawBody } from '../../../../shared/lambda/raw-body.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT = { 'content-type': 'text/plain' };

/** At most ten bytes. */
const read = (body: string | undefined, headers: Readonly<Record<string, string>> = JSON_TYPE) =>
  rawBody(httpRequest(headers, body === undefined ? {} : { body }), 10);

describe('rawBody', () => {
  it('answers the bytes as they arrived', () => {
    expect(read('{"ü": 1}')).toEqual(Buffer.from('{"ü": 1}'));
    const bytes = Buffer.from([0x7b, 0xff]);
    const encoded = { body: bytes.toString('base64'), isBase64Encoded: true };
    expect(rawBody(httpRequest(JSON_TYPE, encoded), 10)).toEqual(bytes);
  });

  it('reads as many bytes as allowed', () => {
    expect(read('ü'.repeat(5))).toHaveLength(10);
  });

  it.each<[what: string, code: string, body: string | undefined, headers: Record<string, string>]>([
    ['one byte too many', 'payload_too_large', 'x'.repeat(11), JSON_TYPE],
    ['too many bytes in few characters', 'payload_too_large', 'ü'.repeat(6), JSON_TYPE],
    ['one byte too many of any type', 'payload_too_large', 'x'.repeat(11), TEXT],
    ['no body', 'request_invalid', undefined, JSON_TYPE],
  ])('refuses %s with %s', (_what, code, body, headers) => {
    expect(() => read(body, headers)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf8"',
  ])('takes the type %s', (type) => {
    expect(read('{}', { 'content-type': type })).toHaveLength(2);
  });

  it.each<Record<string, string>>([
    {},
    TEXT,
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/json; charset=latin1' },
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
  ])('refuses the type of %j', (headers) => {
    expect(() => read('{}', headers)).toThrow(
      expect.objectContaining({ code: 'media_type_unsupported' }),
    );
  });
});
