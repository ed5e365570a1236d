import { describe, expect, it } from 'vitest';
import { rawBody } from '../../../../shared/lambda/raw-body.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('rawBody', () => {
  it('answers the bytes as they arrived', () => {
    expect(rawBody(httpRequest(JSON_TYPE, { body: '{"ü": 1}' }), 100)).toEqual(
      Buffer.from('{"ü": 1}'),
    );
    const encoded = { body: Buffer.from([0x7b, 0xff]).toString('base64'), isBase64Encoded: true };
    expect(rawBody(httpRequest(JSON_TYPE, encoded), 100)).toEqual(Buffer.from([0x7b, 0xff]));
  });

  it('counts bytes: as many as allowed, and not one more', () => {
    expect(rawBody(httpRequest(JSON_TYPE, { body: 'ü'.repeat(5) }), 10)).toHaveLength(10);
    for (const body of ['x'.repeat(11), 'ü'.repeat(6)]) {
      expect(() => rawBody(httpRequest(JSON_TYPE, { body }), 10)).toThrow(
        expect.objectContaining({ code: 'payload_too_large' }),
      );
    }
  });

  it('checks the size before everything else', () => {
    const request = httpRequest({ 'content-type': 'text/plain' }, { body: 'x'.repeat(11) });
    expect(() => rawBody(request, 10)).toThrow(
      expect.objectContaining({ code: 'payload_too_large' }),
    );
  });

  it('refuses no body at all', () => {
    expect(() => rawBody(httpRequest(JSON_TYPE), 10)).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    );
  });

  it.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf8"',
  ])('takes %s', (type) => {
    expect(rawBody(httpRequest({ 'content-type': type }, { body: '{}' }), 10)).toHaveLength(2);
  });

  it.each<Record<string, string>>([
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/json; charset=latin1' },
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
  ])('answers 415 to %j', (headers) => {
    expect(() => rawBody(httpRequest(headers, { body: '{}' }), 10)).toThrow(
      expect.objectContaining({ code: 'media_type_unsupported' }),
    );
  });
});
