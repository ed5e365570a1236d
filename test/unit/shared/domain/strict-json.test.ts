import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../../../shared/domain/strict-json.ts';

const AMBIGUOUS = [
  '{"a":1,"a":2}',
  '{"\\u0061":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"a":1,"b":{"c":1},"a":2}',
  '[{"b":{"a":[1],"a":2}}]',
  '{"a" :1,"a"\n:2}',
  '{"":1,"":2}',
  '{"__proto__":1}',
  '{"__proto__":{"status":"completed"}}',
  '{"a":{"\\u005f_proto__":1}}',
  '{"constructor":1}',
  '{"constructor":{"prototype":{"x":1}}}',
  '[{"prototype":1}]',
];

describe('parseStrictJson', () => {
  it.each([
    ...['null', '-0', '1e400', '"\\u0000"', '"\\ud800"', '"\u2028"', ' \t\r\n{"a":1}\n', '{"":0}'],
    `${'['.repeat(16)}${']'.repeat(16)}`,
    `${'{"a":'.repeat(16)}1${'}'.repeat(16)}`,
    ' {"a":1,"b":[{"a":2},{"a":3}],"c":{"a":{"a":4}}} ',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"__proto__","b":["constructor","prototype"]}',
    '{"a":":","b":"\\\\","c":"\\"a\\":"}',
  ])('reads %s as JSON.parse does', (text) => {
    const value: unknown = JSON.parse(text);
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'value', value });
  });

  it.each([
    ...['', ' ', 'undefined', 'NaN', "{'a':1}", '{a:1}', '{"a":1,}', '{"a":1}x', '\ufeff{"a":1}'],
    '{"a":1 /* comment */}',
    `${'['.repeat(17)}${']'.repeat(17)}`,
    `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`,
    `{"a":1,"a":${'['.repeat(16)}${']'.repeat(16)}}`,
    '['.repeat(16_000),
    `${'['.repeat(8000)}${']'.repeat(8000)}`,
    `"${'\\"'.repeat(8000)}`,
  ])('refuses %s', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'invalid' });
  });

  it.each<[string, Uint8Array]>([
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['bytes that are not UTF-8', Buffer.from('{"a":"\xc3\x28"}', 'latin1')],
    ['an overlong encoding', Buffer.from('{"a":"\xc0\xaf"}', 'latin1')],
    ['half of a surrogate pair', Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1')],
  ])('refuses %s', (_what, bytes) => {
    expect(parseStrictJson(bytes)).toEqual({ outcome: 'invalid' });
  });

  it.each(AMBIGUOUS)('calls %s ambiguous', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'ambiguous' });
  });
});
